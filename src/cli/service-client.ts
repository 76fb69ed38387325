// A running service as the command line sees it: requests that may be sent again without doing anything twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../kernel/index.ts';
import { EXIT, Failure } from './failure.ts';

export interface Request {
  readonly method: string;
  /** With query string, beginning with a slash. */
  readonly path: string;
  readonly token?: string | undefined;
  readonly onBehalfOf?: string | undefined;
  /** Idempotency-Key. */
  readonly key?: string | undefined;
  /** Plain JSON. */
  readonly body?: unknown;
  readonly file?: { readonly type: string; readonly text: string } | undefined;
}

export interface Reply {
  readonly status: number;
  /** Parsed JSON, or the text where it is none; undefined when empty. */
  readonly body: unknown;
  /** Log position that the answer is as of. */
  readonly position: number | undefined;
}

/** A service that is busy, starting or limiting its callers is asked again for so long, ms. */
const PATIENCE = 60_000;
/** A connection that breaks is made anew so often. */
const RECONNECTS = 5;
const TIMEOUT = 120_000;

export class ServiceClient {
  readonly url: string;
  private readonly signal: AbortSignal | undefined;

  /** `signal` ends requests in flight, by Ctrl-C. */
  constructor(url: string, signal?: AbortSignal) {
    this.url = url.replace(/\/+$/, '');
    this.signal = signal;
  }

  /**
   * Sends a request; waits where the service says to (429, 503), and sends again when the connection broke, which is safe for
   * reads and for whatever carries a key.
   * @throws Failure ServiceNotReached, Interrupted
   */
  async send(request: Request): Promise<Reply> {
    const giveUp = systemClock.monotonic() + PATIENCE;
    for (let broken = 0; ; ) {
      let response: Response;
      let text: string;
      try {
        response = await this.fetch(request);
        text = await response.text();
      } catch (error) {
        if (this.signal?.aborted) throw interrupted();
        if (++broken > RECONNECTS || isRefused(error)) throw this.notReached(error);
        await this.pause(100 * 2 ** broken);
        continue;
      }
      const wait = waitOf(response);
      if (wait !== undefined && systemClock.monotonic() + wait < giveUp) {
        await this.pause(wait);
        continue;
      }
      const position = response.headers.get('biolithic-position');
      return { status: response.status, body: parsed(text), position: position === null ? undefined : Number(position) };
    }
  }

  /** The body of a successful answer. @throws Failure named like the rejection */
  async ask<T>(request: Request): Promise<T> {
    const reply = await this.send(request);
    if (reply.status >= 200 && reply.status < 300) return reply.body as T;
    throw refusalOf(reply, `${request.method} ${request.path}`);
  }

  /** What the simulated clock shows; undefined where the clock is the system's. */
  async simulatedNow(): Promise<string | undefined> {
    const reply = await this.send({ method: 'GET', path: '/clock' });
    return reply.status === 200 ? (reply.body as { readonly now: string }).now : undefined;
  }

  private fetch({ method, path, token, onBehalfOf, key, body, file }: Request): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    if (onBehalfOf !== undefined) headers['biolithic-on-behalf-of'] = onBehalfOf;
    if (key !== undefined) headers['idempotency-key'] = key;
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (file !== undefined) headers['content-type'] = file.type;
    const payload = file?.text ?? (body === undefined ? undefined : JSON.stringify(body));
    const timeout = AbortSignal.timeout(TIMEOUT);
    return fetch(this.url + path, {
      method,
      headers,
      ...(payload === undefined ? {} : { body: payload }),
      signal: this.signal ? AbortSignal.any([this.signal, timeout]) : timeout,
    });
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, this.signal ? { signal: this.signal } : {}).catch(() => {
      throw interrupted();
    });
  }

  private notReached(error: unknown): Failure {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error);
    const reason = 'code' in cause ? String(cause.code) : cause.message;
    return new Failure(
      'ServiceNotReached',
      `no service answers at ${this.url} (${reason}). Start one with: biolithic start, or say where it is with --url`,
      EXIT.unreachable,
    );
  }
}

export const interrupted = (): Failure => new Failure('Interrupted', 'stopped', EXIT.interrupted);

/** A refusal with its name and reasons, as the service told it. */
export function refusalOf({ status, body }: Reply, request: string): Failure {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  const name = typeof problem['name'] === 'string' ? problem['name'] : `Status${status}`;
  return new Failure(name, `${request} was answered ${status}${problemText(problem)}`);
}

/** `: reason. Rule. {details}` */
export function problemText(problem: Readonly<Record<string, unknown>>): string {
  const { detail, rule, details } = problem;
  const facts = details === undefined || JSON.stringify(details) === '{}' ? '' : ` ${JSON.stringify(details)}`;
  return `${typeof detail === 'string' ? `: ${detail}.` : ''}${typeof rule === 'string' ? ` ${rule}` : ''}${facts}`;
}

function waitOf(response: Response): number | undefined {
  if (response.status !== 429 && response.status !== 503) return undefined;
  const after = Number(response.headers.get('retry-after'));
  return Math.max(50, Number.isFinite(after) && after > 0 ? after * 1000 : 500);
}

const isRefused = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Error && 'code' in error.cause && ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(error.cause.code));

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
