// How soon a service is ready, with a million events behind it against an empty one; and what memory it takes after the load of the `votes` benchmark.
import { compared, interleaved, stated, type Bench } from './harness.ts';
import { filledStore, load, newDirectory, residentMiB, startProduct, Voters } from './product.ts';

const MEMBERS = 2_000;
const OPEN = 60;

export const bench: Bench = {
  name: 'startup',
  async run({ quick }, emit) {
    const rounds = quick ? 5 : 15;
    const empty = newDirectory();
    const large = await filledStore({ members: MEMBERS, open: OPEN, events: quick ? 100_000 : 1_000_000 });
    const start = (data: string) => async (): Promise<number> => {
      const service = await startProduct(data);
      await service.stop();
      return service.readyAfter;
    };
    // A first start each, not counted: the empty log is made, the large one's views are built, compiled code is cached.
    await start(empty)();
    await start(large)();
    const times = await interleaved(rounds, { ours: start(large), theirs: start(empty) });
    const against = `the same on an empty log; here ${quick ? '100k' : '1M'} events`;
    emit(compared({ name: 'startup/ready', unit: 'ms', ...times, against, bound: ['at most', 1.1] }));

    const service = await startProduct(large);
    const voters = await Voters.of(large, MEMBERS);
    const loads = quick ? 3 : 12;
    for (let n = 0; n < loads; n += 1) await load(service.port, voters.next(quick ? 2_000 : 6_000), 200);
    emit(stated('startup/memory', 'MiB resident', residentMiB(service.pid), 1, ['at most', 300]));
    await service.stop();
  },
};
