// A registry for tests of the views' engine: a small yard with lots, a diary of everything, and chores that fall due.
import { existsSync } from 'node:fs';
import { describeEvents, EventCatalogue, instantOf, type Event } from '../../src/kernel/index.ts';
import { facts, owes, process, temporal, view } from '../../src/runtime/index.ts';

export type YardEvent =
  | Event<'LotStored', { lot: string; owner: string; mass: number; note?: unknown }>
  | Event<'LotPassed', { lot: string; owner: string }>
  | Event<'LotWeighed', { lot: string; mass: number; at?: string | null }>
  | Event<'LotSplit', { lot: string; into: readonly string[] }>
  | Event<'LotGone', { lot: string }>
  | Event<'LotGlimpsed', { lot: string }>
  | Event<'ChoreOwed', { chore: string; due?: string }>
  | Event<'ChoreDone', { chore: string }>
  | Event<'BeamBroken', Record<string, never>>
  | Event<'GateMet', { gate: string }>;

const yardEvents = describeEvents<YardEvent>({
  LotStored: { wire: 'yard.lot-stored.v1', visibility: 'public' },
  LotPassed: { wire: 'yard.lot-passed.v1', visibility: 'public' },
  LotWeighed: { wire: 'yard.lot-weighed.v1', visibility: 'public' },
  LotSplit: { wire: 'yard.lot-split.v1', visibility: 'public' },
  LotGone: { wire: 'yard.lot-gone.v1', visibility: 'public' },
  LotGlimpsed: { wire: 'yard.lot-glimpsed.v1', visibility: 'public' },
  ChoreOwed: { wire: 'yard.chore-owed.v1', visibility: 'public' },
  ChoreDone: { wire: 'yard.chore-done.v1', visibility: 'public' },
  BeamBroken: { wire: 'yard.beam-broken.v1', visibility: 'public' },
  GateMet: { wire: 'yard.gate-met.v1', visibility: 'public' },
});

export const catalogue = new EventCatalogue([yardEvents]);

/** Nothing passes while the file is there: so a test holds a build, whose thread comes by when the live one has long passed. */
function waitAt(gate: string): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  while (existsSync(gate)) Atomics.wait(never, 0, 0, 5);
}

/** Lots by owner, with what was weighed; an event may touch many rows, and one row several times. */
export const yard = view<YardEvent>()({
  name: 'yard',
  version: 1,
  tables: {
    lots: temporal(
      { owner: 'text', mass: 'integer', heavy: 'boolean', note: 'json?', weighedAt: 'instant?' },
      [['owner'], ['heavy', 'owner'], ['note'], ['weighedAt']],
      { ordered: ['weighedAt'], text: ['owner'] },
    ),
    owners: temporal({ lots: 'integer' }),
  },
  project: {
    LotStored: ({ data, time }, { lots, owners }) => {
      if (lots.current(data.lot)) lots.close(data.lot);
      lots.open(data.lot, { owner: data.owner, mass: data.mass, heavy: data.mass > 50, note: data.note ?? null, weighedAt: instantOf(time) });
      const held = owners.current(data.owner);
      if (held) owners.change(data.owner, { lots: held.lots + 1 });
      else owners.open(data.owner, { lots: 1 });
    },
    LotPassed: ({ data }, { lots }) => {
      if (lots.current(data.lot)) lots.change(data.lot, { owner: data.owner });
    },
    LotWeighed: ({ data, time }, { lots }) => {
      if (!lots.current(data.lot)) return;
      lots.change(data.lot, { mass: -1 });
      lots.change(data.lot, { mass: data.mass, heavy: data.mass > 50, weighedAt: data.at === undefined ? instantOf(time) : data.at });
    },
    LotSplit: ({ data }, { lots }) => {
      const whole = lots.current(data.lot);
      if (!whole) return;
      lots.close(data.lot);
      for (const part of data.into) if (!lots.current(part)) lots.open(part, { ...whole, mass: Math.trunc(whole.mass / 2) });
    },
    LotGone: ({ data }, { lots, owners }) => {
      const lot = lots.current(data.lot);
      if (!lot) return;
      lots.close(data.lot);
      const held = owners.current(lot.owner);
      if (held && held.lots <= 1) owners.close(lot.owner);
      else if (held) owners.change(lot.owner, { lots: held.lots - 1 });
    },
    LotGlimpsed: ({ data, time }, { lots }) => {
      if (lots.current(data.lot)) return;
      lots.open(data.lot, { owner: 'nobody', mass: 0, heavy: false, note: null, weighedAt: instantOf(time) });
      lots.close(data.lot);
    },
    GateMet: ({ data }) => waitAt(data.gate),
  },
});

/** Everything that happened, from any event. */
export const diary = view<YardEvent>()({
  name: 'diary',
  version: 1,
  tables: { entries: facts({ what: 'text', actor: 'text', for: 'text?' }, [['what'], ['actor', 'what'], ['for']]) },
  project: {
    '*': ({ type, actor, onBehalfOf }, { entries }) => {
      entries.add({ what: type, actor, for: onBehalfOf ?? null });
      if (type === 'LotSplit') entries.add({ what: 'note', actor, for: null });
    },
  },
});

/** Cannot stand broken beams: a view with a bug. */
export const fragile = view<YardEvent>()({
  name: 'fragile',
  version: 1,
  tables: { seen: temporal({ at: 'integer' }) },
  project: {
    LotStored: ({ position }, { seen }) => {
      const before = seen.current('lots');
      if (before) seen.change('lots', { at: position });
      else seen.open('lots', { at: position });
    },
    BeamBroken: ({ position }, { seen }) => {
      seen.change('lots', { at: -1 });
      seen.open('beam', { at: position });
      throw new Error('a beam is broken');
    },
  },
});

export const chores = process<YardEvent>()({
  name: 'chores',
  version: 1,
  opens: { ChoreOwed: ({ data }) => ({ key: data.chore, ...(data.due === undefined ? {} : { due: data.due }), data: { chore: data.chore } }) },
  discharges: { ChoreDone: ({ data }) => data.chore },
  run: ({ key }) => owes('DoChore', { chore: key }),
});

export const views = [yard, diary, fragile];
export const processes = [chores];
