// What is asked of texts: the revisions that somebody may read, the history of a protocol, and how two of either differ.
import { maySee, paging, visiblePage, type PageOf, type Viewer } from '../community/index.ts';
import type { Audience } from '../kernel/index.ts';
import type { Page, Read, ReaderOf } from '../runtime/index.ts';
import { textDiff, type Comparable, type TextDiff } from './text-diff.ts';
import { protocolTextKey, textKey, textsView } from './texts.view.ts';

type T = typeof textsView.tables;
export type TextTables = ReaderOf<T>;
export type RevisionRow = Read<T['revision']['columns']>;
export type ProtocolTextRow = Read<T['protocolText']['columns']>;

const ofRevision = ({ shown }: RevisionRow): readonly Audience[] => [shown as 'community' | 'public'];

/** In the order in which they were written. What had gone before the admission is the community's to read. */
export const revisionsFor = ({ revision }: TextTables, viewer: Viewer, proposal: string, page: PageOf): Page<RevisionRow> =>
  visiblePage(viewer, ofRevision, (later) => revision.list({ where: { proposal }, ...paging(page, later) }));

export function revisionFor({ revision }: TextTables, viewer: Viewer, proposal: string, number: number): RevisionRow | undefined {
  const row = revision.get(textKey(proposal, number));
  return row && maySee(viewer, ofRevision(row)) ? row : undefined;
}

export const protocolHistory = ({ protocolText }: TextTables, protocol: string, page: PageOf): Page<ProtocolTextRow> =>
  protocolText.list({ where: { protocol }, ...paging(page) });

export const comparable = ({ title, prose, measure, revision }: RevisionRow): Comparable & { readonly revision: number } =>
  ({ title, prose, does: measure, revision });

export const revisionDiff = (from: RevisionRow, to: RevisionRow): TextDiff => textDiff(comparable(from), comparable(to));

/** undefined where one of the two is not there. */
export function protocolDiff({ protocolText }: TextTables, protocol: string, from: number, to: number): TextDiff | undefined {
  const [before, after] = [from, to].map((number) => protocolText.get(protocolTextKey(protocol, number)));
  const told = ({ title, prose, clauses, until, revision }: ProtocolTextRow) => ({ title, prose, does: until === null ? { clauses } : { clauses, until }, revision });
  return before && after ? textDiff(told(before), told(after)) : undefined;
}
