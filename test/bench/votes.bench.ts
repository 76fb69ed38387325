// Durable votes over HTTP by the product as shipped, against a bare route with the same guard and body class that does nothing;
// and on a store with a million events against an almost empty one.
import { compared, interleaved, median, quantile, stated, type Bench } from './harness.ts';
import { copyOf, cpuSecondsOf, filledStore, load, startBare, startProduct, Voters, type Running } from './product.ts';

const MEMBERS = 2_000;
const OPEN = 60;

export const bench: Bench = {
  name: 'votes',
  async run({ quick }, emit) {
    const rounds = quick ? 3 : 11;
    const votes = quick ? 2_000 : 6_000;
    const small = await filledStore({ members: MEMBERS, open: OPEN, events: 0 });
    const large = await filledStore({ members: MEMBERS, open: OPEN, events: quick ? 100_000 : 1_000_000 });
    const servers = { ours: await startProduct(small), large: await startProduct(large), theirs: await startBare(copyOf(small)) };
    const voters = { ours: await Voters.of(small, MEMBERS), large: await Voters.of(large, MEMBERS), theirs: await Voters.of(small, MEMBERS) };
    const cpu: Record<keyof typeof servers, number[]> = { ours: [], large: [], theirs: [] };
    const latencies: number[][] = [];
    const play = (who: keyof typeof servers) => async (): Promise<number> => {
      const { port, pid }: Running = servers[who];
      const before = cpuSecondsOf(pid);
      const { requests, seconds, latencies: took } = await load(port, voters[who].next(votes), 200);
      cpu[who].push(((cpuSecondsOf(pid) - before) / requests) * 1e6);
      if (who === 'ours') latencies.push([...took]);
      return requests / seconds;
    };
    // A first round each, not counted: compilers warm up, tokens are verified once.
    for (const who of ['ours', 'large', 'theirs'] as const) await play(who)();
    for (const figures of Object.values(cpu)) figures.length = 0;
    latencies.length = 0;

    const rates = await interleaved(rounds, { ours: play('ours'), theirs: play('theirs'), large: play('large') });
    emit(compared({ name: 'votes/rate', unit: 'requests/s', ours: rates.ours, theirs: rates.theirs, against: 'bare Nest + Fastify route', bound: ['at least', 0.7] }));
    emit(compared({ name: 'votes/cpu', unit: 'µs CPU/request', ours: cpu.ours, theirs: cpu.theirs, against: 'bare Nest + Fastify route' }));
    emit(stated('votes/p50', 'ms', median(latencies.map((round) => quantile(round, 0.5))), rounds));
    emit(stated('votes/p99', 'ms', median(latencies.map((round) => quantile(round, 0.99))), rounds));
    const against = `the same with few events behind it; here ${quick ? '100k' : '1M'}`;
    emit(compared({ name: 'votes/rate-1M', unit: 'requests/s', ours: rates.large, theirs: rates.ours, against, bound: ['at least', 0.85] }));
    emit(compared({ name: 'votes/cpu-1M', unit: 'µs CPU/request', ours: cpu.large, theirs: cpu.ours, against }));
    for (const server of Object.values(servers)) await server.stop();
  },
};
