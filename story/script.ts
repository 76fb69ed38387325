// A script in the making: lines of a play file, with a calendar, a die that always falls the same, and who holds what.

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface Expectation {
  readonly expect?: string | number;
  readonly answer?: Json;
  readonly save?: Readonly<Record<string, string>>;
  readonly binds?: string;
  readonly within?: number;
  readonly for?: string;
  readonly file?: { readonly type: string; readonly text: string };
  readonly tell?: string;
}

/** A lot as the script knows it: names of the play file, without braces. */
export interface Lot {
  readonly name: string;
  readonly material: string;
  owner: string;
  custodian: string;
}

/** Whose hands a party's lots are moved by: itself, or who acts for it. */
export type ActsFor = (party: string) => string;

const HOUR = 3_600_000;

export class Script {
  readonly lots: Lot[] = [];
  private readonly lines: string[] = [];
  private readonly timed: boolean;
  private now: number;
  private written: number | undefined;
  private seed: number;
  private transfers = 0;

  /** An untimed script says nothing of the clock. */
  constructor(start: string, { timed, seed }: { readonly timed: boolean; readonly seed: number }) {
    this.now = Date.parse(start);
    this.timed = timed;
    this.seed = seed;
  }

  text(): string {
    return `${this.lines.join('\n')}\n`;
  }

  /** A whole number from 0 to below n, the same in every run (mulberry32). */
  roll(n: number): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.roll(from.length)] as T;
  }

  get instant(): string {
    return new Date(this.now).toISOString().replace('.000Z', 'Z');
  }

  /** The calendar moves forward to an instant. */
  on(instant: string): void {
    const to = Date.parse(instant);
    if (!(to >= this.now)) throw new Error(`the story goes back from ${this.instant} to ${instant}`);
    this.now = to;
  }

  pass(hours: number): void {
    this.now += Math.round(hours * HOUR);
  }

  comment(text: string): void {
    this.lines.push(`# ${text}`);
  }

  tell(text: string): void {
    this.line({ tell: text });
  }

  founder(name: string): void {
    this.line({ founder: name });
  }

  send(as: string | undefined, request: string, body?: Json, { tell, save, binds, ...rest }: Expectation = {}): void {
    this.line({
      ...(as === undefined ? {} : { as }),
      send: request,
      ...(body === undefined ? {} : { body }),
      ...(rest as { [key: string]: Json }),
      ...(save === undefined ? {} : { save }),
      ...(binds === undefined ? {} : { binds }),
      ...(tell === undefined ? {} : { tell }),
    });
  }

  /** Invites, accepts and admits. */
  member(name: string, fullName: string, steward: string, roles: readonly string[] = []): void {
    this.send(steward, 'POST /invitations', undefined, { save: { [`${name}-invitation`]: 'invitation', [`${name}-code`]: 'code' } });
    this.accept(name, fullName);
    this.send(steward, `POST /members/{${name}}/admission`, roles.length > 0 ? { roles } : {});
  }

  accept(name: string, fullName: string): void {
    this.send(undefined, `POST /invitations/{${name}-invitation}/acceptance`, { code: `{${name}-code}`, name: fullName }, { binds: name });
  }

  /** A party with who represents it: a member under the member's own identity, or a newcomer. */
  party(name: string, kind: 'external' | 'carrier' | 'facility', title: string, steward: string, until: string, representative: { readonly name: string; readonly fullName?: string }): void {
    this.send(steward, 'POST /parties', { kind, name: title }, { save: { [name]: 'id' } });
    const invited = `${name}-seat`;
    this.send(steward, `POST /parties/{${name}}/invitations`, { scope: ['requests', 'transfers'], until }, {
      save: { [`${invited}-invitation`]: 'invitation', [`${invited}-code`]: 'code' },
    });
    const { fullName } = representative;
    this.send(
      fullName === undefined ? representative.name : undefined,
      `POST /invitations/{${invited}-invitation}/acceptance`,
      { code: `{${invited}-code}`, name: fullName ?? representative.name },
      fullName === undefined ? {} : { binds: representative.name },
    );
  }

  lot(by: string, material: string, amount: string, unit: string, owner: string, custodian: string, location: string, provenance: string): Lot {
    const lot = { name: `lot-${this.lots.length + 1}`, material, owner, custodian };
    const method = unit === 'H87' ? 'counted' : unit === 'LTR' || unit === 'MTQ' ? 'estimated' : 'weighed';
    const body = { material, quantity: { amount, unit }, method, owner: `{${owner}}`, custodian: `{${custodian}}`, location, provenance, model: 'segregated' };
    this.send(by, 'POST /lots', body, { save: { [lot.name]: 'id' } });
    this.lots.push(lot);
    return lot;
  }

  offer(lot: Lot, to: string, by: string, passes: 'custody' | 'ownership-and-custody', rest: { readonly request?: string; readonly expiresAt?: string } = {}): string {
    const transfer = `transfer-${++this.transfers}`;
    const { request, expiresAt } = rest;
    const body = { to: `{${to}}`, passes, ...(request === undefined ? {} : { request: `{${request}}` }), ...(expiresAt === undefined ? {} : { expiresAt }) };
    this.send(by, `POST /lots/{${lot.name}}/offers`, body, { save: { [transfer]: 'id' } });
    return transfer;
  }

  take(lot: Lot, transfer: string, to: string, by: string, passes: 'custody' | 'ownership-and-custody', location?: string): void {
    this.send(by, `POST /lots/{${lot.name}}/offers/{${transfer}}/acceptance`, location === undefined ? {} : { location });
    lot.custodian = to;
    if (passes === 'ownership-and-custody') lot.owner = to;
  }

  /** Offer and acceptance. */
  passOn(lot: Lot, to: string, actsFor: ActsFor, passes: 'custody' | 'ownership-and-custody', location?: string): void {
    const transfer = this.offer(lot, to, actsFor(lot.custodian), passes);
    this.take(lot, transfer, to, actsFor(to), passes, location);
  }

  private line(line: { readonly [key: string]: Json }): void {
    const moved = this.timed && this.written !== this.now;
    this.written = this.now;
    this.lines.push(JSON.stringify(moved ? { at: this.instant, ...line } : line));
  }
}
