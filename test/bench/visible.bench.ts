// From the acknowledgement of a vote to its being seen, in a view and on the live feed: while nothing else goes on, under the load
// of the `votes` benchmark, and while all views are rebuilt. On one store with a million events.
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile, stated, type Bench, type Emit } from './harness.ts';
import { filledStore, load, operatorToken, rebuildBy, startProduct, Voters } from './product.ts';
import { Probe, type Seen } from './probe.ts';

const SIZE = { members: 2_000, open: 60 };
/** Long enough for the service to have gone to sleep again, ms. */
const PAUSE = 5;

/** Probes until something else has ended; what was begun before that counts. */
async function seenWhile(probe: Probe, other: Promise<unknown>): Promise<Seen[]> {
  let goesOn = true;
  const end = (): void => void (goesOn = false);
  other.then(end, end);
  const seen: Seen[] = [];
  while (goesOn) {
    seen.push(await probe.once());
    await sleep(PAUSE);
  }
  await other;
  return seen;
}

async function seenIdle(probe: Probe, count: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  while (seen.length < count) {
    await sleep(PAUSE);
    seen.push(await probe.once());
  }
  return seen;
}

function told(emit: Emit, situation: string, seen: readonly Seen[], bound: number): void {
  for (const what of ['view', 'feed'] as const) {
    const times = seen.map((one) => one[what]);
    emit(stated(`visible/${what}-${situation}-p50`, 'ms', quantile(times, 0.5), times.length));
    emit(stated(`visible/${what}-${situation}-p99`, 'ms', quantile(times, 0.99), times.length, ['at most', bound]));
  }
  // What of the view's time is the answer's own way.
  const reads = seen.map(({ read }) => read);
  emit(stated(`visible/read-${situation}-p50`, 'ms', quantile(reads, 0.5), reads.length));
  emit(stated(`visible/read-${situation}-p99`, 'ms', quantile(reads, 0.99), reads.length));
}

export const bench: Bench = {
  name: 'visible',
  async run({ quick }, emit) {
    const data = await filledStore({ ...SIZE, events: quick ? 100_000 : 1_000_000 });
    const service = await startProduct(data);
    const voters = await Voters.of(data, SIZE.members);
    const probe = await Probe.of(service.port, voters, SIZE);
    const underLoad = async (votes: number): Promise<Seen[]> => {
      const { promise: begun, resolve: onBegin } = Promise.withResolvers<void>();
      const loading = load(service.port, voters.next(votes), 200, { onBegin });
      await Promise.race([begun, loading]);
      return seenWhile(probe, loading);
    };
    // Not counted: compilers warm up, tokens are verified once.
    await underLoad(quick ? 2_000 : 6_000);
    await seenIdle(probe, 50);

    told(emit, 'idle', await seenIdle(probe, quick ? 100 : 900), 10);
    const loaded: Seen[] = [];
    for (let round = 0; round < (quick ? 2 : 9); round += 1) loaded.push(...(await underLoad(quick ? 2_000 : 8_000)));
    told(emit, 'load', loaded, 50);
    told(emit, 'rebuild', await seenWhile(probe, rebuildBy(service.port, await operatorToken(data))), 50);
    probe.close();
    await service.stop();
  },
};
