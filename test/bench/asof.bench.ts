// Reading the past against reading the present: the tables' own readers on freshly built view files, as of random positions of a long log.
//
// As-of and live reads of the same thing take turns in small batches, and a figure's ratio is the median of the batches' ratios. A
// list is read in both up to the number of rows that the shorter of the two pages has, so that no figure rests on the past having been smaller.
import { actsView, type Viewer } from '../../src/community/index.ts';
import { balances, materialCustody } from '../../src/custody/index.ts';
import { logFileIn, openLogReader, type LogReader } from '../../src/event-log/index.ts';
import { ballotKey, protocolStatus, voteKey } from '../../src/governance/index.ts';
import { catalogue, processes, views } from '../../src/registry.ts';
import { rebuildViews, recordedOf, type View } from '../../src/runtime/index.ts';
import { tablesAt, ViewReader } from '../../src/runtime/views/view-reader.ts';
import { compared, median, type Bench, type Emit } from './harness.ts';
import { BUSIEST, memberOf, seeded } from './history.ts';
import { filledStore } from './product.ts';

const MEMBERS = 2_000;
const BATCH = 25;
const FIRST_PAGE = 50;

type Bound = readonly ['at most', number];
const POINT: Bound = ['at most', 2];
const LIST: Bound = ['at most', 5];

/** A read that can be made as of any position. */
type ReadAt = (position: number) => unknown;

/** The same read as of a moment of the past and as of now. */
interface Pair {
  readonly past: number;
  readonly read: ReadAt;
  /** What the read goes through: its time is told by this many. */
  readonly rows: (position: number) => number;
}

const one = (): number => 1;

function timed({ read, rows }: Pair, position: number): number {
  const began = performance.now();
  read(position);
  return ((performance.now() - began) * 1000) / rows(position);
}

/** Medians in µs, batch by batch, of reads of the past and of the present. */
function inTurns(pairs: readonly Pair[], present: number, batch: number): { ours: number[]; theirs: number[] } {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let at = 0, turn = 0; at < pairs.length; at += batch, turn += 1) {
    const some = pairs.slice(at, at + batch);
    const past = (): number => ours.push(median(some.map((pair) => timed(pair, pair.past))));
    const now = (): number => theirs.push(median(some.map((pair) => timed(pair, present))));
    for (const play of turn % 2 === 0 ? [past, now] : [now, past]) play();
  }
  return { ours, theirs };
}

/** What first appeared where, in log order. */
interface Known {
  readonly key: string;
  readonly since: number;
}

function known(log: LogReader): Record<'lots' | 'transfers' | 'ballots', Known[]> {
  const found: Record<'lots' | 'transfers' | 'ballots', Known[]> = { lots: [], transfers: [], ballots: [] };
  for (let page = log.readAll(0); page.length > 0; page = log.readAll(page.at(-1)?.position ?? 0)) {
    for (const stored of page) {
      const event = recordedOf(catalogue, stored);
      const data = event?.data as Record<'lot' | 'transfer' | 'proposal' | 'voter', string> & { readonly round: number };
      if (event?.type === 'LotRegistered') found.lots.push({ key: data.lot, since: event.position });
      else if (event?.type === 'CustodyOffered') found.transfers.push({ key: data.transfer, since: event.position });
      else if (event?.type === 'BallotCast') found.ballots.push({ key: ballotKey(voteKey(data.proposal, data.round), data.voter), since: event.position });
    }
  }
  return found;
}

/** How many of them there were at the position. */
function countAt(all: readonly Known[], position: number): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle] as Known).since <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}

class Asking {
  private readonly present: number;
  private readonly emit: Emit;
  private readonly random = seeded(2);

  constructor(present: number, emit: Emit) {
    this.present = present;
    this.emit = emit;
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** Keys that were there at a random position of the past. */
  points(name: string, count: number, all: readonly Known[], get: (position: number, key: string) => unknown): void {
    const pairs = Array.from({ length: count }, (): Pair => {
      const first = (all[0] as Known).since;
      const past = first + this.below(this.present - first);
      const { key } = all[this.below(countAt(all, past))] as Known;
      const read: ReadAt = (position) => get(position, key);
      if (get(past, key) === undefined) throw new Error(`${name}: ${key} is not there at ${past}`);
      return { past, read, rows: one };
    });
    this.tell(name, 'µs', pairs, BATCH, POINT);
  }

  /** First pages of a list as of random positions at which it had rows. */
  lists(name: string, count: number, listing: () => (position: number, limit: number) => { readonly rows: readonly unknown[] }): void {
    const pairs: Pair[] = [];
    for (let tried = 0; pairs.length < count && tried < count * 100; tried += 1) {
      const list = listing();
      const past = 1 + this.below(this.present - 1);
      const limit = Math.min(list(past, FIRST_PAGE).rows.length, list(this.present, FIRST_PAGE).rows.length);
      if (limit > 0) pairs.push({ past, read: (position) => list(position, limit), rows: one });
    }
    if (pairs.length < count) throw new Error(`${name}: the list is hardly ever there`);
    this.tell(name, 'µs', pairs, BATCH, LIST);
  }

  /** What goes through every row that there was, by row. */
  aggregates(name: string, count: number, all: readonly Known[], read: ReadAt): void {
    const first = (all[0] as Known).since;
    const pairs = Array.from({ length: count }, (): Pair => ({ past: first + this.below(this.present - first), read, rows: (position) => countAt(all, position) }));
    this.tell(name, 'µs/row', pairs, 1);
  }

  private tell(name: string, unit: string, pairs: readonly Pair[], batch: number, bound?: Bound): void {
    // A first look at some of them, not counted: compilers warm up.
    inTurns(pairs.slice(0, 4 * batch), this.present, batch);
    const took = inTurns(pairs, this.present, batch);
    this.emit(compared({ name: `asof/${name}`, unit, ...took, against: 'the same read live', ...(bound ? { bound } : {}) }));
  }
}

const MEMBER: Viewer = { person: memberOf(1), linked: true, member: true, roles: ['member'], parties: [] };

export const bench: Bench = {
  name: 'asof',
  async run({ quick }, emit) {
    const data = await filledStore({ members: MEMBERS, open: 60, events: quick ? 100_000 : 1_000_000 });
    const logFile = logFileIn(data);
    const registryUrl = new URL('../../src/registry.ts', import.meta.url).href;
    const built = await rebuildViews({ logFile, directory: data, registry: { catalogue, views, processes }, registryUrl });
    const log = openLogReader(logFile);
    const readers: ViewReader[] = [];
    const readerOf = (view: View): ViewReader => {
      const file = built.find((outcome) => outcome.view === view.name);
      if (!file || !('path' in file)) throw new Error(`${view.name} was not built: ${file?.reason}`);
      const reader = new ViewReader(file.path, view, log);
      readers.push(reader);
      return reader;
    };
    const custody = readerOf(materialCustody);
    const [lot, transfer] = [custody.table('lot'), custody.table('transfer')];
    const [ballot, act] = [readerOf(protocolStatus).table('ballot'), readerOf(actsView).table('act')];
    const { lots, transfers, ballots } = known(log);
    const asking = new Asking(log.head().position, emit);

    const points = quick ? 500 : 5_000;
    asking.points('lot', points, lots, (position, key) => lot.get(position, key));
    asking.points('transfer', points, transfers, (position, key) => transfer.get(position, key));
    asking.points('ballot', points, ballots, (position, key) => ballot.get(position, key));

    const pages = quick ? 150 : 1_000;
    const busiest = memberOf(BUSIEST);
    asking.lists('lots', pages, () => (position, limit) => lot.list(position, { limit }));
    asking.lists('transfers-newest', pages, () => (position, limit) => transfer.list(position, { limit, order: 'newest' }));
    asking.lists('holder', pages, () => {
      const custodian = memberOf(1 + asking.below(MEMBERS - 1));
      return (position, limit) => lot.list(position, { where: { custodian }, limit });
    });
    asking.lists('busiest-holder', pages, () => (position, limit) => lot.list(position, { where: { custodian: busiest }, limit }));
    // Where nothing stays: few offers are open at any time, of very many that were.
    const offered = { to: busiest, state: 'offered' };
    asking.lists('busiest-offers', pages, () => (position, limit) => transfer.list(position, { where: offered, limit, order: 'newest' }));
    asking.lists('acts-newest', pages, () => {
      const person = memberOf(asking.below(MEMBERS));
      return (position, limit) => act.list(position, { where: { person }, limit, order: 'newest' });
    });

    const sums = quick ? 3 : 9;
    asking.aggregates('count-lots', sums * 5, lots, (position) => lot.count(position, undefined));
    asking.aggregates('balances', sums, lots, (position) => balances(tablesAt(materialCustody, position, () => custody), MEMBER));
    for (const reader of readers) reader.close();
    log.close();
  },
};
