// HTTP/1.1 on bare sockets: requests rendered once, answers told apart by their length. So that the client is not what is measured.
import { connect, type Socket } from 'node:net';

export type Request = readonly [method: string, path: string, headers: Readonly<Record<string, string>>, body?: unknown];

export function render([method, path, headers, body]: Request): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body);
  const lines = [`${method} ${path} HTTP/1.1`, 'host: 127.0.0.1', ...Object.entries(headers).map(([k, v]) => `${k}: ${v}`)];
  if (text) lines.push('content-type: application/json', `content-length: ${Buffer.byteLength(text)}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`);
}

const HEADER_END = Buffer.from('\r\n\r\n');

/** Length of the first complete answer in the buffer, or 0. */
export function answerLength(buffer: Buffer): number {
  const end = buffer.indexOf(HEADER_END);
  if (end < 0) return 0;
  const length = /\r\ncontent-length: *(\d+)/i.exec(buffer.toString('latin1', 0, end));
  if (!length) throw new Error('an answer without content-length');
  const total = end + 4 + Number(length[1]);
  return buffer.length >= total ? total : 0;
}

/** A connection to a local port, open. */
export function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  /** When its last byte was there, by `performance.now()`. */
  readonly at: number;
}

const CLOSED = 'the connection was closed';

/** A keep-alive connection with one request in flight at a time. */
export class Line {
  private readonly socket: Socket;
  private buffer: Buffer = Buffer.alloc(0);
  private waiting: { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('error', (error) => this.waiting?.reject(error));
    socket.on('close', () => this.waiting?.reject(new Error(CLOSED)));
  }

  static async to(port: number): Promise<Line> {
    return new Line(await dial(port));
  }

  ask(request: Request): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) throw new Error(CLOSED);
      this.waiting = { resolve, reject };
      this.socket.write(render(request));
    });
  }

  /** As `ask`. @throws Error when the answer is another than expected */
  async expect(status: number, request: Request): Promise<Reply> {
    const reply = await this.ask(request);
    if (reply.status !== status) throw new Error(`${request[0]} ${request[1]} was answered ${reply.status}: ${JSON.stringify(reply.body)}`);
    return reply;
  }

  close(): void {
    this.waiting = undefined;
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.buffer = this.buffer.length > 0 ? Buffer.concat([this.buffer, chunk]) : chunk;
    const length = answerLength(this.buffer);
    if (length === 0) return;
    const at = performance.now();
    const [head = '', text = ''] = this.buffer.toString('utf8', 0, length).split('\r\n\r\n', 2);
    this.buffer = this.buffer.subarray(length);
    const { resolve } = this.waiting ?? {};
    this.waiting = undefined;
    resolve?.({ status: Number(head.slice(9, 12)), body: text === '' ? undefined : JSON.parse(text), at });
  }
}
