// What is asked of comments. Whether a text may be read is judged by how the comment stands now, also where it is read as of the past:
// what was hidden since, or withdrawn, is not to be had by asking for yesterday.
import { eachShown, maySee, paging, visiblePage, type PageOf, type Viewer } from '../community/index.ts';
import type { Audience } from '../kernel/index.ts';
import type { Page, Read, ReaderOf, Secrets } from '../runtime/index.ts';
import { HIDDEN, type CommentState } from './comment.ts';
import { commentsView } from './comments.view.ts';

type T = typeof commentsView.tables;
export type CommentTables = ReaderOf<T>;
export type CommentRow = Read<T['comment']['columns']>;
type CommentTextRow = Read<T['commentText']['columns']>;

/** With what may be read of it: null where it may not, or where its key was destroyed. */
export type CommentShown = Omit<CommentRow, 'text' | 'appeal'> & { readonly text: string | null; readonly appeal: string | null };
export type CommentTextShown = Omit<CommentTextRow, 'text'> & { readonly text: string | null };
export type CommentPage = CommentShown & { readonly history: Page<CommentTextShown> };

export interface CommentsRead {
  /** As of the position asked for … */
  readonly asked: CommentTables;
  /** … and as of now. */
  readonly now: CommentTables;
  readonly viewer: Viewer;
  readonly secrets: Pick<Secrets, 'open'>;
}

const ofComment = ({ shown }: CommentRow): readonly Audience[] => [shown as 'community' | 'public'];

/** Authors and stewards; auditors read everything. */
const concerned = (row: CommentRow): readonly Audience[] => [{ role: 'steward' }, { person: row.author }];

function readable({ now, viewer }: CommentsRead, row: CommentRow): boolean {
  const state = (now.comment.get(row.key) ?? row).state as CommentState;
  if (state === 'withdrawn') return maySee(viewer, []);
  return HIDDEN.includes(state) ? maySee(viewer, concerned(row)) : true;
}

function opened(read: CommentsRead, row: CommentRow): CommentShown {
  const { secrets, viewer } = read;
  const appeal = row.appeal !== null && maySee(viewer, concerned(row)) ? (secrets.open(row.appeal) ?? null) : null;
  return { ...row, text: readable(read, row) ? (secrets.open(row.text) ?? null) : null, appeal };
}

/** In the order in which they were made. */
export function commentsOn(read: CommentsRead, proposal: string, page: PageOf): Page<CommentShown> {
  const visible = visiblePage(read.viewer, ofComment, (later) => read.asked.comment.list({ where: { proposal }, ...paging(page, later) }));
  return eachShown(visible, (row) => opened(read, row));
}

/** One with every text that it has had; `page` pages these. */
export function commentOn(read: CommentsRead, proposal: string, comment: string, page: PageOf): CommentPage | undefined {
  const { asked, viewer, secrets } = read;
  const row = asked.comment.get(comment);
  if (!row || row.proposal !== proposal || !maySee(viewer, ofComment(row))) return undefined;
  const may = readable(read, row);
  const texts = asked.commentText.list({ where: { comment }, ...paging(page) });
  return { ...opened(read, row), history: eachShown(texts, (one) => ({ ...one, text: may ? (secrets.open(one.text) ?? null) : null })) };
}

/** An appeal that waits to be decided. */
export interface AwaitedAppeal {
  readonly proposal: string;
  readonly comment: string;
}

/** Appeals that a steward can decide: not against the own hiding, of the own words, or on the own proposal. */
export function appealsAwaiting({ comment }: CommentTables, steward: string, proposerOf: (proposal: string) => string | undefined, limit: number): AwaitedAppeal[] {
  const waiting: AwaitedAppeal[] = [];
  for (const { key, proposal, author, hiddenBy } of comment.scan({ state: 'appealed' })) {
    if (author === steward || hiddenBy === steward || proposerOf(proposal) === steward) continue;
    if (waiting.push({ proposal, comment: key }) === limit) break;
  }
  return waiting;
}
