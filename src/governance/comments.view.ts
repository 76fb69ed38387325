// Comments on proposals, with every text that they have had. Texts are sealed here as in the log.
import { instantOf } from '../kernel/index.ts';
import { temporal, view, type RowsOf } from '../runtime/index.ts';
import type { CommentEvent, CommentState } from './comment.ts';

const tables = {
  /** By CommentId. */
  comment: temporal(
    {
      proposal: 'text',
      author: 'text',
      replyTo: 'text?',
      /** Who may read it: 'community' or 'public'. */
      shown: 'text',
      state: 'text',
      /** The present one. */
      text: 'text',
      /** How many texts it has had. */
      texts: 'integer',
      madeAt: 'instant',
      editedAt: 'instant?',
      hiddenBy: 'text?',
      hiddenAt: 'instant?',
      /** Why it was hidden. */
      reason: 'text?',
      /** What its author says against that. */
      appeal: 'text?',
      decidedBy: 'text?',
      decidedAt: 'instant?',
      decisionReason: 'text?',
    },
    [['proposal'], ['state']],
  ),
  /** Every text, by `<CommentId>.<n>`, from 1. */
  commentText: temporal({ comment: 'text', text: 'text', writtenAt: 'instant' }, [['comment']]),
};

type Rows = RowsOf<typeof tables>;

function write(rows: Rows, comment: string, number: number, text: string, time: number): void {
  rows.commentText.open(`${comment}.${number}`, { comment, text, writtenAt: instantOf(time) });
}

const UNRULED = { hiddenBy: null, hiddenAt: null, reason: null, appeal: null, decidedBy: null, decidedAt: null, decisionReason: null };

const decided = (state: CommentState) =>
  ({ data, time }: { readonly data: { readonly comment: string; readonly by: string; readonly reason: string }; readonly time: number }, rows: Rows) =>
    rows.comment.change(data.comment, { state, decidedBy: data.by, decidedAt: instantOf(time), decisionReason: data.reason });

export const commentsView = view<CommentEvent>()({
  name: 'comments',
  version: 1,
  tables,
  project: {
    CommentMade({ data: { comment, proposal, author, shown, text, replyTo = null }, time }, rows) {
      rows.comment.open(comment, { proposal, author, replyTo, shown, state: 'shown', text, texts: 1, madeAt: instantOf(time), editedAt: null, ...UNRULED });
      write(rows, comment, 1, text, time);
    },
    CommentEdited({ data: { comment, text }, time }, rows) {
      const texts = (rows.comment.current(comment)?.texts ?? 0) + 1;
      rows.comment.change(comment, { state: 'shown', text, texts, editedAt: instantOf(time) });
      write(rows, comment, texts, text, time);
    },
    CommentWithdrawn: ({ data }, rows) => rows.comment.change(data.comment, { state: 'withdrawn' }),
    CommentHidden: ({ data: { comment, by, reason }, time }, rows) =>
      rows.comment.change(comment, { state: 'hidden', ...UNRULED, hiddenBy: by, hiddenAt: instantOf(time), reason }),
    HidingAppealed: ({ data }, rows) => rows.comment.change(data.comment, { state: 'appealed', appeal: data.statement }),
    HidingUpheld: decided('upheld'),
    CommentRestored: decided('restored'),
  },
});
