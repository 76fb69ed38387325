// People at a service, as journeys tell of them: each asks and acts over HTTP under a token of their own.
import { randomUUID } from 'node:crypto';
import request, { type Response, type Test } from 'supertest';
import { after, instantOf, msOf, type Duration } from '../../src/kernel/index.ts';
import { startTestService, type ServiceHere, type TestServiceOptions } from '../support/service.ts';
import { Town, type Townsperson } from '../support/town.ts';

/** Where in the log something stands that a read must show: a position, or the answer that told it. */
export type Known = number | Response;

const positionIn = (known: Known): number => (typeof known === 'number' ? known : (known.body.position as number));

export interface Sending {
  /** Idempotency-Key; default: a new one. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Person {
  readonly url: string;
  /** Absent: a passer-by without a token. */
  readonly token: string | undefined;
  /** PersonId; '' where it is not known. */
  readonly id: string;

  constructor(url: string, { token, person = '' }: { readonly token?: string; readonly person?: string } = {}) {
    this.url = url;
    this.token = token;
    this.id = person;
  }

  /** Reads, when the views have got as far as what is known already. */
  async reads(path: string, ...known: readonly Known[]): Promise<Response> {
    const position = Math.max(0, ...known.map(positionIn));
    return this.signed(request(this.url).get(position === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}waitFor=${position}`));
  }

  posts(path: string, body: object = {}, sending: Sending = {}): Promise<Response> {
    return this.sends(request(this.url).post(path), body, sending);
  }

  puts(path: string, body: object, sending: Sending = {}): Promise<Response> {
    return this.sends(request(this.url).put(path), body, sending);
  }

  async deletes(path: string, { key = randomUUID(), headers = {} }: Sending = {}): Promise<Response> {
    return this.signed(request(this.url).delete(path).set('Idempotency-Key', key).set(headers));
  }

  /** Brings a file. */
  async brings(content: string, type: string, { key = randomUUID() }: Sending = {}): Promise<Response> {
    return this.signed(request(this.url).post('/evidence').set('Idempotency-Key', key).set('Content-Type', type)).send(content);
  }

  /** Accepts an invitation. @returns who it has become */
  async accepts(invitation: string, code: string, name: string): Promise<Person> {
    const { body, status } = await this.posts(`/invitations/${invitation}/acceptance`, { code, name });
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return new Person(this.url, { token: (body.token as string | undefined) ?? this.token ?? '', person: body.person as string });
  }

  private async sends(test: Test, body: object, { key = randomUUID(), headers = {} }: Sending): Promise<Response> {
    return this.signed(test.set('Idempotency-Key', key).set(headers)).send(body);
  }

  private signed(test: Test): Test {
    return this.token === undefined ? test : test.set('Authorization', `Bearer ${this.token}`);
  }
}

/** An answer in a few words: `403 StewardRequired`, or `200 CharterAccepted, CommunityInForce`. */
export function told({ status, body }: Response): string {
  const events = (body?.events ?? []) as readonly { readonly type: string }[];
  return [status, body?.name ?? events.map(({ type }) => type).join(', ')].join(' ').trim();
}

/** When journeys begin. */
export const MORNING = '2147-03-01T09:00:00.000Z';

/** A service with a simulated clock, and whoever comes to it. */
export class Place {
  readonly service: ServiceHere;
  readonly anybody: Person;
  private now = MORNING;

  private constructor(service: ServiceHere) {
    this.service = service;
    this.anybody = new Person(service.url);
  }

  static async open({ argv = [], ...options }: TestServiceOptions = {}): Promise<Place> {
    const place = new Place(await startTestService({ ...options, argv: ['--clock', 'simulated', ...argv] }));
    await place.service.passTime(MORNING);
    return place;
  }

  /** The first founder, as the operator's command line tells who that is. Outlasts the journey. */
  async founder(): Promise<Person> {
    const token = await this.service.service.issuer?.firstFounderToken(after(this.now, { days: 3650 }));
    return new Person(this.service.url, { token: token ?? '' });
  }

  async operator(): Promise<Person> {
    return new Person(this.service.url, { token: await this.service.operatorToken() });
  }

  /** Lets time pass; what falls due on the way is done. @returns how far the log has got */
  async passes(time: Duration): Promise<number> {
    this.now = after(this.now, time);
    await this.service.passTime(this.now);
    return this.head();
  }

  /** An instant from now on. */
  in(time: Duration): string {
    return after(this.now, time);
  }

  ago(ms: number): string {
    return instantOf(msOf(this.now) - ms);
  }

  /** Last position of the log, as the service says. */
  async head(): Promise<number> {
    return (await this.anybody.reads('/health/ready')).body.checks.log.position as number;
  }

  close(): Promise<void> {
    return this.service.close();
  }
}

/** A place with a community in force: Zara, Oren and Iva have founded it. The usual rules unless told otherwise. */
export class Commons {
  readonly place: Place;
  readonly town: Town;
  readonly zara: Person;
  readonly oren: Person;
  readonly iva: Person;

  private constructor(place: Place, town: Town) {
    this.place = place;
    this.town = town;
    this.zara = this.person(town.zara);
    this.oren = this.person(town.oren);
    this.iva = this.person(town.iva);
  }

  static async found({ rules = {}, ...options }: TestServiceOptions & { readonly rules?: object } = {}): Promise<Commons> {
    const place = await Place.open(options);
    const { token = '' } = await place.founder();
    return new Commons(place, await Town.found({ url: place.service.url, founderToken: () => Promise.resolve(token) }, rules));
  }

  /** The community's own PartyId. */
  get community(): string {
    return this.town.community;
  }

  async member(name: string, roles: readonly string[] = []): Promise<Person> {
    return this.person(await this.town.member(name, roles));
  }

  /** Somebody who may ask for lots, and take them over, for a party. */
  async representative(party: string, name: string): Promise<Person> {
    const { body } = await this.zara.posts(`/parties/${party}/invitations`, { scope: ['requests', 'transfers'], until: this.place.in({ days: 300 }) });
    return this.place.anybody.accepts(body.invitation as string, body.code as string, name);
  }

  /** Puts a protocol in force by a vote of the three founders. @returns how far the log has got */
  async enacts(protocol: string, clauses: readonly object[]): Promise<number> {
    const proposal = await this.town.proposal(protocol, clauses);
    const opened = await this.place.passes({ days: 3 });
    for (const one of [this.zara, this.oren, this.iva]) await one.puts(`/proposals/${proposal}/ballot`, { choice: 'yes' });
    const closed = await this.place.passes({ days: 7 });
    const { body } = await this.zara.reads(`/proposals/${proposal}`, opened, closed);
    if (body.state !== 'enacted') throw new Error(`${protocol} is ${body.state}`);
    return closed;
  }

  /** Decides by a vote of the three founders. @returns the proposal as it is then, and how far the log has got */
  async decides(measure: object) {
    const drafted = await this.oren.posts('/proposals', { title: 'As told', prose: 'As told.', measure });
    if (drafted.status !== 200) throw new Error(told(drafted));
    const proposal = drafted.body.id as string;
    await this.oren.posts(`/proposals/${proposal}/submission`);
    for (const step of ['admission', 'freeze']) await this.zara.posts(`/proposals/${proposal}/${step}`);
    await this.place.passes({ days: 3 });
    for (const one of [this.zara, this.oren, this.iva]) await one.puts(`/proposals/${proposal}/ballot`, { choice: 'yes' });
    const closed = await this.place.passes({ days: 7 });
    return { closed, page: (await this.place.anybody.reads(`/proposals/${proposal}`, closed)).body };
  }

  close(): Promise<void> {
    return this.place.close();
  }

  private person(of: Townsperson): Person {
    return new Person(this.place.service.url, of);
  }
}
