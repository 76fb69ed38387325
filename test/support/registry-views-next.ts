// The yard's registry a release later: lots know where they came from, the diary is kept in other words, and beams may break.
import { instantOf } from '../../src/kernel/index.ts';
import { facts, temporal, view } from '../../src/runtime/index.ts';
import { fragile as fragileBefore, diary as diaryBefore, yard as yardBefore, type YardEvent } from './registry-views.ts';

export { catalogue, processes } from './registry-views.ts';

/** Has a column that the version before lacks. */
export const yard = view<YardEvent>()({
  name: yardBefore.name,
  version: yardBefore.version + 1,
  tables: { lots: temporal({ owner: 'text', from: 'text', weighedAt: 'instant?' }, [['owner'], ['from']], { ordered: ['weighedAt'] }) },
  project: {
    LotStored: ({ data, time }, { lots }) => {
      if (lots.current(data.lot)) lots.close(data.lot);
      lots.open(data.lot, { owner: data.owner, from: data.owner, weighedAt: instantOf(time) });
    },
  },
});

/** Has other rows in the same tables. */
export const diary = view<YardEvent>()({
  name: diaryBefore.name,
  version: diaryBefore.version + 1,
  tables: { entries: facts({ what: 'text', actor: 'text', for: 'text?' }, [['what'], ['actor', 'what'], ['for']]) },
  project: {
    '*': ({ type, actor, onBehalfOf }, { entries }) => entries.add({ what: type.toLowerCase(), actor, for: onBehalfOf ?? null }),
    GateMet: (event) => yardBefore.project['GateMet']?.(event as never, {} as never),
  },
});

/** Has been mended. */
export const fragile = view<YardEvent>()({
  name: fragileBefore.name,
  version: fragileBefore.version + 1,
  tables: { seen: temporal({ at: 'integer' }) },
  project: {
    LotStored: ({ position }, { seen }) => {
      if (seen.current('lots')) seen.change('lots', { at: position });
      else seen.open('lots', { at: position });
    },
  },
});

export const views = [yard, diary, fragile];
