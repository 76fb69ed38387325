// A registry for tests of the views' engine: a small yard with lots, a diary of everything, and chores that fall due.
import { describeEvents, EventCatalogue, type Event } from '../../src/kernel/index.ts';
import { facts, process, temporal, view, owes } from '../../src/runtime/index.ts';

export type YardEvent =
  | Event<'LotStored', { lot: string; owner: string; mass: number; note?: string | null }>
  | Event<'LotPassed', { lot: string; owner: string }>
  | Event<'LotWeighed', { lot: string; mass: number }>
  | Event<'LotSplit', { lot: string; into: readonly string[] }>
  | Event<'LotGone', { lot: string }>
  | Event<'ChoreOwed', { chore: string; due?: string }>
  | Event<'ChoreDone', { chore: string }>
  | Event<'BeamBroken', Record<string, never>>;

const yardEvents = describeEvents<YardEvent>({
  LotStored: { wire: 'yard.lot-stored.v1', visibility: 'public' },
  LotPassed: { wire: 'yard.lot-passed.v1', visibility: 'public' },
  LotWeighed: { wire: 'yard.lot-weighed.v1', visibility: 'public' },
  LotSplit: { wire: 'yard.lot-split.v1', visibility: 'public' },
  LotGone: { wire: 'yard.lot-gone.v1', visibility: 'public' },
  ChoreOwed: { wire: 'yard.chore-owed.v1', visibility: 'public' },
  ChoreDone: { wire: 'yard.chore-done.v1', visibility: 'public' },
  BeamBroken: { wire: 'yard.beam-broken.v1', visibility: 'public' },
});

export const catalogue = new EventCatalogue([yardEvents]);

/** Lots by owner, with what was weighed; an event may touch many rows, and one row several times. */
export const yard = view<YardEvent>()({
  name: 'yard',
  version: 1,
  tables: {
    lots: temporal(
      { owner: 'text', mass: 'integer', heavy: 'boolean', note: 'json?', weighedAt: 'instant?' },
      [['owner'], ['heavy', 'owner']],
      { ordered: ['weighedAt'] },
    ),
    owners: temporal({ lots: 'integer' }),
  },
  project: {
    LotStored: ({ data, time }, { lots, owners }) => {
      if (lots.current(data.lot)) lots.close(data.lot);
      lots.open(data.lot, { owner: data.owner, mass: data.mass, heavy: data.mass > 50, note: data.note ?? null, weighedAt: new Date(time).toISOString() });
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
      lots.change(data.lot, { mass: data.mass, heavy: data.mass > 50, weighedAt: data.mass % 3 ? new Date(time).toISOString() : null });
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
  },
});

/** Everything that happened, from any event. */
export const diary = view<YardEvent>()({
  name: 'diary',
  version: 1,
  tables: { entries: facts({ what: 'text', actor: 'text' }, [['what'], ['actor', 'what']]) },
  project: {
    '*': ({ type, actor }, { entries }) => {
      entries.add({ what: type, actor });
      if (type === 'LotSplit') entries.add({ what: 'note', actor });
    },
  },
});

/** Cannot stand broken beams: a view with a bug. */
export const fragile = view<YardEvent>()({
  name: 'fragile',
  version: 1,
  tables: { seen: temporal({ n: 'integer' }) },
  project: {
    LotStored: ({ position }, { seen }) => {
      const before = seen.current('lots');
      if (before) seen.change('lots', { n: position });
      else seen.open('lots', { n: position });
    },
    BeamBroken: (_, { seen }) => {
      seen.change('lots', { n: -1 });
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
