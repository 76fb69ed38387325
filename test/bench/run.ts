// `npm run bench [-- NAME …] [-- --quick]`: runs the benchmarks and prints one JSON line per figure.
import { parseArgs } from 'node:util';
import type { Bench } from './harness.ts';

const benches: Record<string, () => Promise<{ bench: Bench }>> = {
  append: () => import('./append.bench.ts'),
  asof: () => import('./asof.bench.ts'),
  peers: () => import('./peers.bench.ts'),
  rebuild: () => import('./rebuild.bench.ts'),
  startup: () => import('./startup.bench.ts'),
  tally: () => import('./tally.bench.ts'),
  visible: () => import('./visible.bench.ts'),
  votes: () => import('./votes.bench.ts'),
};

/** Those that install something of their own first. */
const onlyWhenNamed = ['peers'];

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean', default: false } }, allowPositionals: true });
const unknown = positionals.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`No benchmark is named ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}

for (const name of positionals.length > 0 ? positionals : Object.keys(benches).filter((one) => !onlyWhenNamed.includes(one))) {
  const { bench } = await benches[name]!();
  await bench.run({ quick: values.quick, eventStoreDb: process.env['BIOLITHIC_TEST_EVENTSTOREDB'] }, (figure) =>
    console.log(JSON.stringify(figure)),
  );
}
