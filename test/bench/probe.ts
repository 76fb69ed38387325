// Probe: one vote at a time, and how long after its acknowledgement it is to be seen in a view and on the live feed.
import { get, type IncomingMessage } from 'node:http';
import { openProposal } from './history.ts';
import type { Voters } from './product.ts';
import { Line } from './wire.ts';

/** All in ms. */
export interface Seen {
  /** From the acknowledgement to an answer that counts the vote. Has that answer's own way in it. */
  readonly view: number;
  /** From the acknowledgement to the event's arrival on a connection open before; 0 when it came first. */
  readonly feed: number;
  /** A read of the same page, just before: what an answer takes when there is nothing to wait for. */
  readonly read: number;
}

/** The live feed as a member follows it, all of it: when each event arrived. */
class Feed {
  private readonly response: IncomingMessage;
  private readonly arrivals = new Map<number, number>();
  private wanted: { readonly position: number; readonly resolve: (at: number) => void } | undefined;
  private rest = '';

  private constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.take(text));
  }

  static async of(port: number, token: string): Promise<Feed> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ port, host: '127.0.0.1', path: '/feed', headers: { authorization: `Bearer ${token}` }, agent: false }, resolve).once('error', reject);
    });
    if (response.statusCode !== 200) throw new Error(`the feed was answered ${response.statusCode}`);
    return new Feed(response);
  }

  /** When the event arrived. What came before it is forgotten. */
  async arrival(position: number): Promise<number> {
    const at = this.arrivals.get(position) ?? (await new Promise<number>((resolve) => (this.wanted = { position, resolve })));
    for (const earlier of this.arrivals.keys()) if (earlier <= position) this.arrivals.delete(earlier);
    return at;
  }

  close(): void {
    this.response.destroy();
  }

  private take(text: string): void {
    const at = performance.now();
    const all = this.rest + text;
    const end = all.lastIndexOf('\n\n') + 1;
    this.rest = all.slice(end);
    for (const [, id] of all.slice(0, end).matchAll(/^id: (\d+)$/gm)) this.arrivals.set(Number(id), at);
    const { position, resolve } = this.wanted ?? {};
    const wanted = position === undefined ? undefined : this.arrivals.get(position);
    if (wanted === undefined) return;
    this.wanted = undefined;
    resolve?.(wanted);
  }
}

export class Probe {
  private readonly voters: Voters;
  private readonly members: number;
  private readonly proposals: number;
  private readonly line: Line;
  private readonly feed: Feed;
  private votes = 0;

  private constructor(voters: Voters, size: { readonly members: number; readonly open: number }, line: Line, feed: Feed) {
    this.voters = voters;
    this.members = size.members;
    this.proposals = size.open;
    this.line = line;
    this.feed = feed;
  }

  /** On a service whose store has so many members and open proposals. Votes on the last proposals first: a load begins with the first. */
  static async of(port: number, voters: Voters, size: { readonly members: number; readonly open: number }): Promise<Probe> {
    return new Probe(voters, size, await Line.to(port), await Feed.of(port, voters.token(0)));
  }

  /** Votes, and looks. @throws Error when the vote is not counted by an answer that says it is as of then */
  async once(): Promise<Seen> {
    const n = this.votes;
    this.votes += 1;
    const voter = n % this.members;
    const proposal = openProposal(this.proposals - 1 - Math.floor(n / this.members));
    const page = `/proposals/${proposal}`;
    // Always the same onlooker: its token is verified once.
    const onlooker = { authorization: `Bearer ${this.voters.token(0)}` };
    const headers = { authorization: `Bearer ${this.voters.token(voter)}`, 'idempotency-key': `probe-${n}` };
    const asked = performance.now();
    const before = await this.line.expect(200, ['GET', page, onlooker]);
    const vote = await this.line.expect(200, ['PUT', `${page}/ballot`, headers, { choice: 'yes' }]);
    const { position } = vote.body as { readonly position: number };
    // `waitFor` is how a client sees what it did: answered when the view has it, so no pause between polls is measured.
    const [after, arrived] = await Promise.all([this.line.expect(200, ['GET', `${page}?waitFor=${position}`, onlooker]), this.feed.arrival(position)]);
    const { counts } = after.body as { readonly counts: { readonly yes: number } };
    if (counts.yes !== voter + 1) throw new Error(`${voter + 1} votes were acknowledged, ${counts.yes} are shown`);
    return { view: after.at - vote.at, feed: Math.max(0, arrived - vote.at), read: before.at - asked };
  }

  close(): void {
    this.line.close();
    this.feed.close();
  }
}
