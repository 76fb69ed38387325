// Load generator, run as a process of its own: plays pre-built requests over keep-alive connections, one in flight on each.
// Started with fork(); gets `Plan`, says 'began' when all connections are open, and answers `Outcome`.
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { answerLength, dial, render, type Request } from './wire.ts';

export interface Plan {
  readonly port: number;
  readonly connections: number;
  /** File of JSON lines: [method, path, headers, body]. */
  readonly file: string;
  readonly expectStatus: number;
}

export interface Outcome {
  readonly seconds: number;
  readonly requests: number;
  /** Latency of each request, ms. */
  readonly latencies: readonly number[];
  /** First unexpected answer, if there was one. */
  readonly unexpected?: string;
}

async function play(plan: Plan): Promise<Outcome> {
  const requests = readFileSync(plan.file, 'utf8').trimEnd().split('\n').map((line) => render(JSON.parse(line) as Request));
  const expected = `HTTP/1.1 ${plan.expectStatus} `;
  const latencies: number[] = [];
  let next = 0;
  let unexpected: string | undefined;

  const worker = (socket: Socket) =>
    new Promise<void>((resolve, reject) => {
      let buffer: Buffer = Buffer.alloc(0);
      let sent = 0;
      const send = () => {
        const request = requests[next];
        if (!request) {
          socket.end();
          resolve();
          return;
        }
        next += 1;
        sent = performance.now();
        socket.write(request);
      };
      socket.on('data', (chunk: Buffer) => {
        buffer = buffer.length > 0 ? Buffer.concat([buffer, chunk]) : chunk;
        const length = answerLength(buffer);
        if (length === 0) return;
        latencies.push(performance.now() - sent);
        if (buffer.toString('latin1', 0, expected.length) !== expected) unexpected ??= buffer.toString('utf8', 0, length);
        buffer = buffer.subarray(length);
        send();
      });
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('a connection was closed')));
      send();
    });

  const sockets = await Promise.all(Array.from({ length: plan.connections }, () => dial(plan.port)));
  process.send?.('began');
  const start = performance.now();
  await Promise.all(sockets.map(worker));
  const seconds = (performance.now() - start) / 1000;
  return { seconds, requests: requests.length, latencies, ...(unexpected ? { unexpected } : {}) };
}

process.on('message', (plan: Plan) => {
  play(plan).then(
    (outcome) => process.send?.(outcome, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
