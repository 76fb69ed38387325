// The player: sends a file's lines to a running service, one after the other, and stops at the first unexpected answer.
import { setTimeout as sleep } from 'node:timers/promises';
import { isUuid, systemClock } from '../../kernel/index.ts';
import { EXIT, Failure } from '../failure.ts';
import type { Operator } from '../operator.ts';
import { problemText, type Reply, type ServiceClient } from '../service-client.ts';
import { firstTimed, isObject, keyOf, type PlacedLine } from './line.ts';
import { difference, Names, partOf, UnknownName } from './names.ts';

/** Pause between tries of a line that may be expected later, ms. */
const TRY_AGAIN = 100;

export interface Played {
  readonly sent: number;
  /** Refused as expected. */
  readonly refused: number;
}

export interface PlayerParts {
  readonly service: ServiceClient;
  /** Absent: tokens are those given, and no clock is moved. */
  readonly operator?: Operator | undefined;
  /** Name under which keys are made; a file played under its own name repeats nothing. */
  readonly file: string;
  /** Tokens given by name. */
  readonly tokens?: ReadonlyMap<string, string>;
  readonly onPlayed?: (line: PlacedLine, index: number, names: Names) => void;
}

export class Player {
  readonly names = new Names();
  private readonly parts: PlayerParts;
  private readonly tokens: Map<string, string>;
  private position = 0;
  private clock: string | undefined;

  constructor(parts: PlayerParts) {
    this.parts = parts;
    this.tokens = new Map(parts.tokens);
  }

  /** @throws Failure that names file and line */
  async play(lines: readonly PlacedLine[]): Promise<Played> {
    await this.checkClock(lines);
    let [sent, refused] = [0, 0];
    for (const [index, line] of lines.entries()) {
      try {
        const reply = await this.playLine(line);
        if (reply) sent += 1;
        if (reply && reply.status >= 400) refused += 1;
      } catch (error) {
        if (error instanceof RangeError) throw at(line, new Failure('NotAnInstant', error.message, EXIT.usage));
        if (error instanceof UnknownName) throw at(line, new Failure('UnknownName', error.message, EXIT.usage));
        if (error instanceof Failure) throw at(line, error);
        throw error;
      }
      this.parts.onPlayed?.(line, index, this.names);
    }
    return { sent, refused };
  }

  /** Reads as somebody of the file, names put in. @throws Failure */
  async read<T>(as: string, template: string): Promise<T> {
    const path = this.seen(this.names.text(template, encodeURIComponent));
    return this.parts.service.ask<T>({ method: 'GET', path, token: await this.tokenOf(as) });
  }

  private async checkClock(lines: readonly PlacedLine[]): Promise<void> {
    const timed = firstTimed(lines);
    if (!timed) return;
    this.clock = await this.parts.service.simulatedNow();
    if (this.clock === undefined) {
      throw new Failure(
        'ClockNotSimulated',
        `${timed.place}: the line has a time, and the service at ${this.parts.service.url} runs by the system's clock. ` +
          'Timed lines are for a service started on new data with --clock simulated',
        EXIT.usage,
      );
    }
    if (!this.parts.operator) throw new Failure('OperatorRequired', `${timed.place}: only the operator moves the clock; say where the service's data is with --data`, EXIT.usage);
  }

  private async playLine(line: PlacedLine): Promise<Reply | undefined> {
    if (line.founder !== undefined) await this.bindFounder(line.founder);
    if (line.at !== undefined) await this.passTime(line.at);
    if (line.send === undefined) return undefined;
    const until = systemClock.monotonic() + (line.within ?? 0) * 1000;
    for (;;) {
      const reply = await this.send(line);
      const unexpected = this.unexpected(line, reply);
      if (unexpected === undefined) {
        this.keep(line, reply);
        return reply;
      }
      if (systemClock.monotonic() >= until) throw unexpected;
      await sleep(TRY_AGAIN);
    }
  }

  private async bindFounder(name: string): Promise<void> {
    const { operator } = this.parts;
    if (operator) {
      this.names.set(name, operator.firstFounder);
      if (!this.tokens.has(name)) this.tokens.set(name, (await operator.founderToken()).token);
    } else if (!this.tokens.has(name)) {
      throw new Failure('TokenRequired', `there is no token for ${name}; give one with --token ${name}=…, or say where the service's data is with --data`, EXIT.usage);
    }
  }

  /** An interrupted file is played again from its beginning: what has passed has passed. */
  private async passTime(to: string): Promise<void> {
    if (this.clock !== undefined && Date.parse(this.clock) >= Date.parse(to)) return;
    // A line sees what fell due before it, too.
    this.position = Math.max(this.position, (await this.parts.operator?.moveClock(to)) ?? 0);
    this.clock = to;
  }

  private async send(line: PlacedLine): Promise<Reply> {
    const [method, template] = (line.send as string).split(' ') as [string, string];
    const reads = method === 'GET';
    const named = this.names.text(template, encodeURIComponent);
    const path = reads ? this.seen(named) : named;
    const request = {
      method,
      path,
      onBehalfOf: line.for === undefined ? undefined : this.names.text(line.for),
      key: reads ? undefined : line.key,
      body: line.body === undefined ? undefined : this.names.resolve(line.body),
      file: line.file && { type: line.file.type, text: this.names.text(line.file.text) },
    };
    const token = line.as === undefined ? undefined : await this.tokenOf(line.as);
    let reply = await this.parts.service.send({ ...request, token });
    if (line.as !== undefined && reply.status === 401 && this.parts.operator) {
      reply = await this.parts.service.send({ ...request, token: await this.renewed(line.as, token as string) });
    }
    if (reply.position !== undefined && !reads) this.position = Math.max(this.position, reply.position);
    return reply;
  }

  /** A read sees what was done before it, however far the views have come. */
  private seen(path: string): string {
    return this.position === 0 || /[?&]waitFor=/.test(path) ? path : `${path}${path.includes('?') ? '&' : '?'}waitFor=${this.position}`;
  }

  private async tokenOf(name: string): Promise<string> {
    const token = this.tokens.get(name);
    if (token !== undefined) return token;
    const person = this.names.get(name);
    if (typeof person !== 'string' || !isUuid(person)) throw new Failure('NotAPerson', `{${name}} is no person: bind it with "binds" or "founder"`, EXIT.usage);
    return this.renewed(name, '');
  }

  /** Tokens expire; the operator gives a new one to who is linked. */
  private async renewed(name: string, expired: string): Promise<string> {
    const { operator, file } = this.parts;
    if (!operator) throw new Failure('TokenRequired', `there is no valid token for ${name}; give one with --token ${name}=…, or say where the service's data is with --data`, EXIT.usage);
    const { token } = await operator.tokenFor(String(this.names.get(name)), keyOf(file, `token\n${name}\n${expired}`));
    this.tokens.set(name, token);
    return token;
  }

  private unexpected({ expect, answer, send }: PlacedLine, { status, body }: Reply): Failure | undefined {
    const success = status >= 200 && status < 300;
    const problem = isObject(body) && !success ? body : {};
    const found = typeof problem['name'] === 'string' ? problem['name'] : `Status${status}`;
    const fits = expect === undefined ? success : typeof expect === 'number' ? status === expect : found === expect;
    if (!fits) {
      const wanted = expect === undefined ? '' : `, not ${expect}`;
      return new Failure(success ? 'NotRefused' : found, `${send} was answered ${status}${success ? '' : ` ${found}`}${wanted}${problemText(problem)}`);
    }
    const differs = answer === undefined ? undefined : difference(this.names.resolve(answer), body);
    return differs === undefined ? undefined : new Failure('UnexpectedAnswer', `${send}: ${differs}`);
  }

  private keep({ save, binds, send }: PlacedLine, { body }: Reply): void {
    for (const [name, path] of Object.entries(save ?? {})) {
      const part = partOf(body, path);
      if (part === undefined) throw new Failure('UnexpectedAnswer', `${send}: the answer has no ${path} to save as {${name}}`);
      this.names.set(name, part);
    }
    if (binds === undefined) return;
    const [person, token] = [partOf(body, 'person'), partOf(body, 'token')];
    if (typeof person !== 'string') throw new Failure('UnexpectedAnswer', `${send}: the answer names no person to bind as {${binds}}`);
    this.names.set(binds, person);
    if (typeof token === 'string') this.tokens.set(binds, token);
  }
}

const at = (line: PlacedLine, failure: Failure): Failure =>
  failure.message.startsWith(line.place) ? failure : new Failure(failure.name, `${line.place}: ${failure.message}`, failure.exitCode);
