// Load generator, run as a process of its own: plays pre-built requests over keep-alive connections, one in flight on each.
// Started with fork(); gets `Plan`, answers `Outcome`. Raw sockets, so that the generator is not what is measured.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

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

type Line = readonly [method: string, path: string, headers: Readonly<Record<string, string>>, body: unknown];

function render([method, path, headers, body]: Line): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body);
  const lines = [`${method} ${path} HTTP/1.1`, 'host: 127.0.0.1', ...Object.entries(headers).map(([k, v]) => `${k}: ${v}`)];
  if (text) lines.push('content-type: application/json', `content-length: ${Buffer.byteLength(text)}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`);
}

const HEADER_END = Buffer.from('\r\n\r\n');

/** Length of the first complete answer in the buffer, or 0. */
function answerLength(buffer: Buffer): number {
  const end = buffer.indexOf(HEADER_END);
  if (end < 0) return 0;
  const length = /\r\ncontent-length: *(\d+)/i.exec(buffer.toString('latin1', 0, end));
  if (!length) throw new Error('an answer without content-length');
  const total = end + 4 + Number(length[1]);
  return buffer.length >= total ? total : 0;
}

async function play(plan: Plan): Promise<Outcome> {
  const requests = readFileSync(plan.file, 'utf8').trimEnd().split('\n').map((line) => render(JSON.parse(line) as Line));
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
      send();
    });

  const sockets = await Promise.all(
    Array.from({ length: plan.connections }, () =>
      new Promise<Socket>((resolve, reject) => {
        const socket = connect({ port: plan.port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
        socket.once('error', reject);
      }),
    ),
  );
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
