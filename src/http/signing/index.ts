// The local issuer alone, for who signs without serving: loads no framework.
export { SigningIssuer, type MintedToken } from '../local-issuer.ts';
