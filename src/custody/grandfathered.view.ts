// Grandfathered: what parties had when a protocol came into force that they could not have acquired under it.
import { paging, visiblePage, type PageOf, type Viewer } from '../community/index.ts';
import { facts, view, type Page, type Read, type ReaderOf } from '../runtime/index.ts';
import type { GrandfatheringEvent } from './grandfathering.ts';

const tables = {
  holding: facts(
    { protocol: 'text', charterRevision: 'integer', enactedAt: 'integer', party: 'text', lot: 'text', material: 'text', as: 'text', clauses: 'json' },
    [['protocol'], ['party'], ['lot']],
  ),
};

export const grandfathered = view<GrandfatheringEvent>()({
  name: 'grandfathered',
  version: 1,
  tables,
  project: {
    Grandfathered({ data: { protocol, charterRevision, enactedAt, holdings } }, rows) {
      for (const holding of holdings) rows.holding.add({ protocol, charterRevision, enactedAt, ...holding });
    },
  },
});

export type GrandfatheredRow = Read<(typeof tables)['holding']['columns']>;

export interface GrandfatheredFilter {
  readonly protocol?: string | undefined;
  readonly party?: string | undefined;
  readonly lot?: string | undefined;
}

/** In the order in which they were found: of a lot, of a party, under a protocol, or all. Members see all, others what is theirs. */
export function grandfatheredHoldings(
  { holding }: ReaderOf<typeof tables>, viewer: Viewer, { protocol, party, lot, ...page }: PageOf & GrandfatheredFilter = {},
): Page<GrandfatheredRow> {
  const list = lot !== undefined ? { where: { lot } } : party !== undefined ? { where: { party } } : protocol !== undefined ? { where: { protocol } } : {};
  return visiblePage(viewer, (row) => ['community', { party: row.party }], (later) => {
    const { rows, ...rest } = holding.list({ ...list, ...paging(page, later) });
    return { ...rest, rows: rows.filter((row) => (protocol ?? row.protocol) === row.protocol && (party ?? row.party) === row.party) };
  });
}
