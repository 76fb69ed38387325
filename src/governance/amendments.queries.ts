// What is asked of amendments. They are against texts that came before the public, and everybody's to read.
import { eachShown, paging, type PageOf } from '../community/index.ts';
import type { Page, Read, ReaderOf, Secrets } from '../runtime/index.ts';
import type { AmendmentState, amendmentsView } from './amendments.view.ts';
import type { protocolStatus } from './protocol-status.view.ts';
import { difference, type Difference } from './text-diff.ts';
import { textKey } from './texts.view.ts';
import type { TextTables } from './texts.queries.ts';

type T = typeof amendmentsView.tables;
export type AmendmentTables = ReaderOf<T>;
type AmendmentRow = Read<T['amendment']['columns']>;
type Proposals = Pick<ReaderOf<(typeof protocolStatus)['tables']>, 'proposal'>;

export const AMENDMENT_STATES = ['open', 'withdrawn', 'rejected', 'accepted', 'lapsed'] as const satisfies readonly (AmendmentState | 'lapsed')[];

export type AmendmentShown = Omit<AmendmentRow, 'state'> & { readonly state: (typeof AMENDMENT_STATES)[number] };
export type AmendmentPage = AmendmentShown & Difference;

/** Open while the text that it is against is the present one and the proposal in deliberation. */
const isOpen = ({ proposal }: Proposals, row: AmendmentRow): boolean => {
  const of = proposal.get(row.proposal);
  return row.state === 'open' && of?.state === 'deliberation' && of.textRevision === row.against;
};

function shown(proposals: Proposals, secrets: Pick<Secrets, 'open'>, row: AmendmentRow): AmendmentShown {
  const reason = row.reason === null ? null : (secrets.open(row.reason) ?? null);
  const state = row.state === 'open' && !isOpen(proposals, row) ? 'lapsed' : (row.state as AmendmentState);
  return { ...row, state, reason };
}

/** In the order in which they were proposed. */
export function amendmentsOf({ amendment }: AmendmentTables, proposals: Proposals, secrets: Pick<Secrets, 'open'>, proposal: string, page: PageOf): Page<AmendmentShown> {
  return eachShown(amendment.list({ where: { proposal }, ...paging(page) }), (row) => shown(proposals, secrets, row));
}

/** One, and what it would change in the text that it is against. */
export function amendmentOf(
  { amendment }: AmendmentTables,
  proposals: Proposals,
  { revision }: TextTables,
  secrets: Pick<Secrets, 'open'>,
  { proposal, amendment: id }: { readonly proposal: string; readonly amendment: string },
): AmendmentPage | undefined {
  const row = amendment.get(id);
  const before = row && revision.get(textKey(proposal, row.against));
  if (row?.proposal !== proposal || !before) return undefined;
  const said = { title: row.title, prose: row.prose, does: row.measure };
  return { ...shown(proposals, secrets, row), ...difference({ ...before, does: before.measure }, said, [`revision ${row.against}`, 'amendment']) };
}

/** An amendment that waits for the proposer. */
export interface AwaitedAmendment {
  readonly proposal: string;
  readonly amendment: string;
  readonly title: string;
}

/** Amendments of a person's own proposals that wait to be accepted or rejected. */
export function amendmentsAwaiting({ amendment }: AmendmentTables, proposals: Proposals, proposer: string, limit: number): AwaitedAmendment[] {
  const waiting: AwaitedAmendment[] = [];
  for (const own of proposals.proposal.scan({ state: 'deliberation' })) {
    if (own.proposer !== proposer) continue;
    for (const row of amendment.scan({ proposal: own.key, state: 'open' })) {
      if (isOpen(proposals, row) && waiting.push({ proposal: own.key, amendment: row.key, title: row.title }) === limit) return waiting;
    }
  }
  return waiting;
}
