// What a user would pick instead, Emmett on SQLite, at the same tasks in the same run: votes over HTTP, a view built anew, and a vote
// to be seen. Its side checks no token, no roll and no charter, and keeps one plain table. Against it as it comes, and against the
// best that could be made of it. Only when named: it is installed first.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { protocolStatus } from '../../src/governance/index.ts';
import { compared, interleaved, median, type Bench, type Comparison } from './harness.ts';
import { historyOf, memberOf, openProposal, type HistorySize } from './history.ts';
import { Probe } from './probe.ts';
import { filledStore, listening, load, newDirectory, operatorToken, rebuildBy, running, startProduct, Voters, type Running } from './product.ts';
import { Line, type Request } from './wire.ts';

const PEERS = fileURLToPath(new URL('./peers/', import.meta.url));
const MEMBERS = 2_000;
const OPEN = 60;
/** The pauses between two votes of the one who looks go up to this, evenly, ms: as long as Emmett rests when nothing happens. */
const LONGEST_PAUSE = 1_000;
/** Between two looks at Emmett's table, which cannot be waited for, ms. */
const LOOK_AGAIN = 1;
const PATIENCE = 30_000;

type Mode = 'as-it-comes' | 'tuned';

function install(): void {
  if (existsSync(new URL('./peers/node_modules/@event-driven-io/emmett-sqlite', import.meta.url))) return;
  console.error('Installing what to compare with …');
  // Not `npm ci`: it refuses a lock whose optional packages for other platforms the registry in use does not have.
  execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: PEERS, stdio: ['ignore', 'ignore', 'inherit'] });
}

const emmett = (mode: Mode, ...task: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['emmett.mjs', mode, ...task], { cwd: PEERS, stdio: ['ignore', 'pipe', 'inherit'] });

/** Events per second of a new projection from the beginning. */
async function emmettRebuilds(mode: Mode, events: number): Promise<number> {
  const child = emmett(mode, 'rebuild', newDirectory(), String(events));
  let told = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (told += text));
  await new Promise((resolve) => child.once('close', resolve));
  const last = told.trimEnd().split('\n').at(-1) ?? '';
  return events / (JSON.parse(last) as { readonly seconds: number }).seconds;
}

/** Emmett's service, and votes for it, each of another voter on a proposal. */
class EmmettService {
  private readonly process: Running;
  private votes = 0;

  private constructor(process: Running) {
    this.process = process;
  }

  static async start(mode: Mode): Promise<EmmettService> {
    const began = performance.now();
    const child = emmett(mode, 'serve', newDirectory());
    const port = await listening(child, /"port":(\d+)/);
    return new EmmettService(running(child, port, performance.now() - began));
  }

  /** Votes per second. */
  async takes(count: number): Promise<number> {
    const { requests, seconds } = await load(this.process.port, Array.from({ length: count }, () => this.next().request), 201);
    return requests / seconds;
  }

  /** From the acknowledgement of a vote to an answer that shows it, ms. */
  async shows(): Promise<number> {
    const { ballot, request } = this.next();
    const line = await Line.to(this.process.port);
    const vote = await line.expect(201, request);
    for (;;) {
      const { at, body } = await line.expect(200, ['GET', `/visible?ballot=${ballot}`, {}]);
      if (at - vote.at > PATIENCE) throw new Error('a ballot was not projected');
      if ((body as { readonly visible: boolean }).visible) {
        line.close();
        return at - vote.at;
      }
      await sleep(LOOK_AGAIN);
    }
  }

  stop(): Promise<void> {
    return this.process.stop();
  }

  private next(): { readonly ballot: string; readonly request: Request } {
    const n = this.votes;
    this.votes += 1;
    const [proposal, voter] = [openProposal(Math.floor(n / MEMBERS)), memberOf(n % MEMBERS)];
    return { ballot: `${proposal}-${voter}`, request: ['POST', '/ballots', {}, { proposal, voter, choice: n % 3 === 0 ? 'no' : 'yes' }] };
  }
}

/** Events of a store of this size that the view with the ballots takes in; it reads the others in passing. */
function projected(size: Omit<HistorySize, 'sealedName'>): number {
  const handled = new Set(Object.keys(protocolStatus.project));
  let count = 0;
  for (const { events } of historyOf({ ...size, sealedName: '' })) count += events.filter(({ type }) => handled.has(type)).length;
  return count;
}

async function medianOf(times: number, once: () => Promise<number>): Promise<number> {
  const seen: number[] = [];
  while (seen.length < times) {
    await sleep(((seen.length + 0.5) / times) * LONGEST_PAUSE);
    seen.push(await once());
  }
  return median(seen);
}

export const bench: Bench = {
  name: 'peers',
  async run({ quick }, emit) {
    install();
    const rounds = quick ? 3 : 9;
    const size = { members: MEMBERS, open: OPEN, events: quick ? 100_000 : 300_000 };
    const data = await filledStore(size);
    const ours = await startProduct(data);
    const peers = { asItComes: await EmmettService.start('as-it-comes'), tuned: await EmmettService.start('tuned') };
    const against = (task: string, unit: string, bound: Comparison['bound'], results: Record<'ours' | 'asItComes' | 'tuned', number[]>): void => {
      const one = { unit, ours: results.ours, ...(bound ? { bound } : {}) };
      emit(compared({ ...one, name: `peers/${task}`, theirs: results.asItComes, against: 'Emmett on SQLite, as it comes' }));
      emit(compared({ ...one, name: `peers/${task}-tuned`, theirs: results.tuned, against: 'Emmett on SQLite, tuned' }));
    };

    const operator = await operatorToken(data);
    const rebuilt = async (events: number, views?: readonly string[]): Promise<number> => {
      const began = performance.now();
      await rebuildBy(ours.port, operator, views, 5);
      return (events / (performance.now() - began)) * 1000;
    };
    const events = projected(size);
    const some = quick ? 1_000 : 5_000;
    const rebuilds = await interleaved(rounds, {
      ours: () => rebuilt(events, [protocolStatus.name]),
      asItComes: () => emmettRebuilds('as-it-comes', some),
      tuned: () => emmettRebuilds('tuned', some),
      all: () => rebuilt(size.events),
    });
    against('rebuild', 'events/s', ['at least', 50], rebuilds);
    against('rebuild-all-views', 'events/s', undefined, { ...rebuilds, ours: rebuilds.all });

    const voters = await Voters.of(data, MEMBERS);
    const vote = async (count: number): Promise<number> => {
      const { requests, seconds } = await load(ours.port, voters.next(count), 200);
      return requests / seconds;
    };
    const contenders = { ours: () => vote(quick ? 2_000 : 6_000), asItComes: () => peers.asItComes.takes(quick ? 200 : 600), tuned: () => peers.tuned.takes(quick ? 1_000 : 2_000) };
    // A first round each, not counted: compilers warm up, tokens are verified once.
    await interleaved(1, contenders);
    against('votes', 'requests/s', ['at least', 10], await interleaved(rounds, contenders));

    const probe = await Probe.of(ours.port, voters, size);
    const times = quick ? 4 : 8;
    const seen = await interleaved(rounds, {
      ours: () => medianOf(times, async () => (await probe.once()).view),
      asItComes: () => medianOf(times, () => peers.asItComes.shows()),
      tuned: () => medianOf(times, () => peers.tuned.shows()),
    });
    // Times, not rates: twenty times better is a twentieth.
    against('visible', 'ms', ['at most', 1 / 20], seen);
    probe.close();
    await ours.stop();
    for (const peer of Object.values(peers)) await peer.stop();
  },
};
