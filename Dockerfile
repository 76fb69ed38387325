# The service as an image. The runtime is the one that package.json pins; the base only brings npm and the C library.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm install --no-save --no-audit --no-fund
COPY tsconfig.json nest-cli.json .swcrc ./
COPY src ./src
RUN npx nest build && npm prune --omit=dev

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production BIOLITHIC_HOST=0.0.0.0 BIOLITHIC_DATA=/data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY bin ./bin
COPY story ./story
RUN mkdir -p /data /shared && chown node:node /data /shared
USER node
VOLUME /data
EXPOSE 2147
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["/app/node_modules/.bin/node", "-e", "fetch('http://127.0.0.1:2147/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/app/bin/biolithic"]
CMD ["start"]
