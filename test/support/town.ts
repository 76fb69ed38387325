// A town for scenarios: a community in force with its founders, members and an outside party, each with a token of their own, over HTTP.
import { randomUUID } from 'node:crypto';
import type { TestService } from './service.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** An acknowledgement's facts that scenarios use. */
export const positionOf = ({ body }: Reply): number => body['position'] as number;
/** A path read when the view shows what was answered: views follow the log within milliseconds, not in the same moment. */
export const showing = (path: string, replies: readonly Reply[]): string =>
  `${path}${path.includes('?') ? '&' : '?'}waitFor=${Math.max(...replies.map(positionOf))}`;
export const dataOf = (reply: Reply): Record<string, unknown> => (reply.body['events'] as { data: Record<string, unknown> }[])[0]?.data ?? {};

export interface CallOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  /** Default: a new one for everything but GET. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request; never throws on an answer. */
export async function call(url: string, method: string, path: string, { token, body, key, headers }: CallOptions = {}): Promise<Reply> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(method === 'GET' ? {} : { 'idempotency-key': key ?? randomUUID() }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text } };
}

/** As `call`, but the answer must be a success. */
export async function done(url: string, method: string, path: string, options: CallOptions = {}): Promise<Reply> {
  const reply = await call(url, method, path, options);
  if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply;
}

export interface Townsperson {
  readonly person: string;
  readonly token: string;
}

/** Times of a town whose votes can be told within a test. */
export const QUICK_RULES = { sponsors: 2, reading: { seconds: 0 }, voting: { seconds: 1 } };

/** Accepts an invitation under a new identity. */
export async function join(url: string, { invitation, code }: { readonly invitation: string; readonly code: string }, name: string): Promise<Townsperson> {
  const { body } = await done(url, 'POST', `/invitations/${invitation}/acceptance`, { body: { code, name } });
  return { person: body['person'] as string, token: body['token'] as string };
}

type Invitation = { readonly invitation: string; readonly code: string };

/** A community in force with three founders, who are its stewards. */
export class Town {
  readonly url: string;
  readonly zara: Townsperson;
  readonly oren: Townsperson;
  readonly iva: Townsperson;
  /** The community's own PartyId. */
  readonly community: string;

  private constructor(url: string, community: string, [zara, oren, iva]: readonly [Townsperson, Townsperson, Townsperson]) {
    this.url = url;
    this.community = community;
    this.zara = zara;
    this.oren = oren;
    this.iva = iva;
  }

  static async found(service: Pick<TestService, 'url' | 'founderToken'>, rules: object = QUICK_RULES): Promise<Town> {
    const { url } = service;
    const token = await service.founderToken();
    const founding = await done(url, 'POST', '/community', {
      token,
      body: { name: 'Rivermouth', timeZone: 'Europe/Lisbon', language: 'en', charterText: 'What we reclaim is ours.', founderName: 'Zara', founders: 3, rules },
    });
    const first = dataOf(founding) as { community: string; firstFounder: string };
    const [oren, iva] = await Promise.all((founding.body['invitations'] as Invitation[]).map((one, n) => join(url, one, ['Oren', 'Iva'][n] ?? '')));
    const founders = [{ person: first.firstFounder, token }, oren, iva] as [Townsperson, Townsperson, Townsperson];
    for (const founder of founders) await done(url, 'POST', '/charter/acceptance', { token: founder.token });
    return new Town(url, first.community, founders);
  }

  /** Invites, links and admits. */
  async member(name: string, roles: readonly string[] = []): Promise<Townsperson> {
    const { body } = await done(this.url, 'POST', '/invitations', { token: this.zara.token });
    const person = await join(this.url, body as unknown as Invitation, name);
    await done(this.url, 'POST', `/members/${person.person}/admission`, { token: this.zara.token, body: { roles } });
    return person;
  }

  async party(kind: 'external' | 'facility' | 'carrier', name: string): Promise<string> {
    return dataOf(await done(this.url, 'POST', '/parties', { token: this.zara.token, body: { kind, name } }))['party'] as string;
  }

  async representative(party: string, name: string): Promise<Townsperson> {
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const { body } = await done(this.url, 'POST', `/parties/${party}/invitations`, {
      token: this.zara.token,
      body: { scope: ['requests', 'transfers'], until },
    });
    return join(this.url, body as unknown as Invitation, name);
  }

  async material(material: string): Promise<void> {
    await done(this.url, 'POST', '/materials', { token: this.zara.token, body: { material, name: material, productClass: 'reclaimed' } });
  }

  /** A lot of the community's in somebody's hands. */
  async lot(material: string, keeper: Townsperson, amount = '100'): Promise<string> {
    const reply = await done(this.url, 'POST', '/lots', {
      token: keeper.token,
      body: {
        material, quantity: { amount, unit: 'KGM' }, method: 'weighed', owner: keeper.person, custodian: keeper.person,
        location: 'yard', provenance: 'collected', model: 'segregated',
      },
    });
    return dataOf(reply)['lot'] as string;
  }

  /** Drafts, submits, admits and freezes; gives the ProposalId. The vote opens by itself, and closes when the charter says, unless `closesAt` does. */
  async proposal(protocol: string, clauses: readonly object[], closesAt?: string): Promise<string> {
    const { url, oren, zara } = this;
    const drafted = await done(url, 'POST', '/proposals', { token: oren.token, body: { title: protocol, prose: 'As told.', measure: { kind: 'adopt-protocol', protocol, clauses } } });
    const proposal = dataOf(drafted)['proposal'] as string;
    await done(url, 'POST', `/proposals/${proposal}/submission`, { token: oren.token });
    await done(url, 'POST', `/proposals/${proposal}/admission`, { token: zara.token });
    await done(url, 'POST', `/proposals/${proposal}/freeze`, { token: zara.token, body: closesAt === undefined ? undefined : { closesAt } });
    return proposal;
  }

  /** A proposal that the founders vote for, once it is in force; its vote is open for some seconds. */
  async enacted(protocol: string, clauses: readonly object[], openFor = 3_000): Promise<string> {
    const proposal = await this.proposal(protocol, clauses, new Date(Date.now() + openFor).toISOString());
    const path = `/proposals/${proposal}`;
    await this.until(path, this.zara.token, ({ state }) => state === 'voting');
    await Promise.all([this.zara, this.oren, this.iva].map(({ token }) => done(this.url, 'PUT', `${path}/ballot`, { token, body: { choice: 'yes' } })));
    await this.until(path, this.zara.token, ({ state }) => state === 'enacted', openFor + 15_000);
    return proposal;
  }

  /** Waits until a read shows what is asked for. */
  async until(path: string, token: string | undefined, holds: (body: Record<string, unknown>) => boolean, patience = 15_000): Promise<Reply> {
    for (const end = performance.now() + patience; ; ) {
      const reply = await call(this.url, 'GET', path, { token });
      if (reply.status === 200 && holds(reply.body)) return reply;
      if (performance.now() > end) throw new Error(`${path} did not come to it: ${JSON.stringify(reply.body).slice(0, 500)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
