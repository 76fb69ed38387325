// One member's comment on a proposal: edited, withdrawn, hidden by a steward and appealed, each on record. A stream of its own, so that
// the proposal's stays quiet.
import { accept, decider, defineRejections, describeEvents, refuse, type Act, type Decision, type Event, type Recorded, type Rejection } from '../kernel/index.ts';
import { communityRejections, holdsRole, isMember, type Membership } from '../community/index.ts';
import type { Sealed } from '../runtime/index.ts';
import type { AppealHiding, DecideAppeal, EditComment, HideComment, MakeComment, WithdrawComment } from './comment.commands.ts';
import type { Proposal } from './proposal.ts';
import { proposalRejections } from './rejections.ts';

export const commentStream = (comment: string): string => `comment-${comment}`;

interface OfComment {
  readonly comment: string;
  readonly proposal: string;
  readonly author: string;
  /** Who may read it: as the proposal was when it was made. */
  readonly shown: 'community' | 'public';
}

/** A steward's act in office: the reason is on record in clear. */
type Ruled = OfComment & { readonly by: string; readonly reason: string };

export type CommentEvent =
  | Event<'CommentMade', OfComment & { readonly text: Sealed; /** The comment that it answers. */ readonly replyTo?: string }>
  | Event<'CommentEdited', OfComment & { readonly text: Sealed }>
  | Event<'CommentWithdrawn', OfComment>
  | Event<'CommentHidden', Ruled>
  | Event<'HidingAppealed', OfComment & { readonly statement: Sealed }>
  | Event<'HidingUpheld', Ruled>
  | Event<'CommentRestored', Ruled>;

const asShown = ({ shown }: OfComment) => [shown];

export const commentEvents = describeEvents<CommentEvent>({
  CommentMade: { wire: 'governance.comment-made.v1', visibility: asShown },
  CommentEdited: { wire: 'governance.comment-edited.v1', visibility: asShown },
  CommentWithdrawn: { wire: 'governance.comment-withdrawn.v1', visibility: asShown },
  CommentHidden: { wire: 'governance.comment-hidden.v1', visibility: asShown },
  HidingAppealed: { wire: 'governance.hiding-appealed.v1', visibility: ({ author }) => [{ role: 'steward' }, { person: author }] },
  HidingUpheld: { wire: 'governance.hiding-upheld.v1', visibility: asShown },
  CommentRestored: { wire: 'governance.comment-restored.v1', visibility: asShown },
});

export const commentRejections = defineRejections({
  NoSuchComment: [404, 'there is no such comment on this proposal', 'A comment belongs to the proposal that it was made on, and so does what answers it.'],
  NotTheAuthor: [403, 'only who wrote it may do this', 'A comment is edited and withdrawn, and its hiding appealed, by its author.'],
  CommentIsWithdrawn: [409, 'the comment was withdrawn', 'What its author has withdrawn is over.'],
  CommentIsHidden: [409, 'the comment is hidden', 'What is hidden stays as it is, so that an appeal is about what was hidden.'],
  CommentNotHidden: [409, 'the comment is not hidden', 'An appeal is against a hiding.'],
  AppealedAlready: [409, 'the hiding was appealed already', 'A hiding is appealed once, and decided once.'],
  NoAppeal: [409, 'there is no open appeal', 'What is decided is an appeal of the author.'],
  RestoredOnAppeal: [409, 'the comment was restored on appeal', 'What was restored stays, as long as its text is the same.'],
  NotImpartial: [403, 'the steward has a part in this', 'Recusal: a steward hides nothing on the own proposal and none of the own words, and never judges an appeal against the own hiding.'],
});

/** restored: shown, and not to be hidden again as it is · upheld: hidden for good. */
export const COMMENT_STATES = ['shown', 'hidden', 'appealed', 'upheld', 'restored', 'withdrawn'] as const;
export type CommentState = (typeof COMMENT_STATES)[number];

/** States in which the text is not for everybody. */
export const HIDDEN: readonly CommentState[] = ['hidden', 'appealed', 'upheld'];

export type Comment =
  | { readonly status: 'absent' }
  | (OfComment & {
      readonly status: CommentState;
      /** Who has hidden it last. */
      readonly hiddenBy?: string;
    });

type PresentComment = Exclude<Comment, { status: 'absent' }>;

const NEXT: Readonly<Record<Exclude<CommentEvent['type'], 'CommentMade' | 'CommentHidden'>, CommentState>> = {
  CommentEdited: 'shown',
  CommentWithdrawn: 'withdrawn',
  HidingAppealed: 'appealed',
  HidingUpheld: 'upheld',
  CommentRestored: 'restored',
};

function evolve(state: Comment, event: Recorded<CommentEvent>): Comment {
  if (event.type === 'CommentMade') {
    const { comment, proposal, author, shown } = event.data;
    return { status: 'shown', comment, proposal, author, shown };
  }
  if (state.status === 'absent') return state;
  if (event.type === 'CommentHidden') return { ...state, status: 'hidden', hiddenBy: event.data.by };
  return { ...state, status: NEXT[event.type] };
}

export const comment = { name: 'comment', initial: { status: 'absent' } as Comment, evolve };

export interface CommentContext {
  readonly membership: Membership;
  readonly proposal: Proposal;
  /** The comment that a new one answers. */
  readonly answered: Comment;
}

type Context = CommentContext & Act;

const of = ({ comment: id, proposal, author, shown }: PresentComment): OfComment => ({ comment: id, proposal, author, shown });

/** Decides on a comment that is there, on the proposal that the command names. */
function present(state: Comment, proposal: string, decide: (comment: PresentComment) => Decision<CommentEvent>): Decision<CommentEvent> {
  if (state.status === 'absent' || state.proposal !== proposal) return refuse(commentRejections.NoSuchComment());
  if (state.status === 'withdrawn') return refuse(commentRejections.CommentIsWithdrawn());
  return decide(state);
}

/** Why a steward may not rule on a comment; undefined when it may. */
function partiality({ author, hiddenBy }: PresentComment, { membership, proposal, actor }: Context, judging: boolean): Rejection | undefined {
  if (!holdsRole(membership, 'steward')) return communityRejections.StewardRequired();
  const proposer = proposal.status === 'absent' ? undefined : proposal.proposer;
  return actor === author || actor === proposer || (judging && actor === hiddenBy) ? commentRejections.NotImpartial() : undefined;
}

export const commenting = decider<CommentEvent, Comment>()({
  ...comment,
  decide: {
    MakeComment({ text, replyTo }: MakeComment, _, { membership, proposal, answered, actor, newId }: Context): Decision<CommentEvent> {
      if (proposal.status === 'absent') return refuse(proposalRejections.NoSuchProposal());
      if (!isMember(membership)) return refuse(proposalRejections.MembersOnly());
      if (replyTo !== undefined && (answered.status === 'absent' || answered.proposal !== proposal.proposal)) return refuse(commentRejections.NoSuchComment({ replyTo }));
      const shown = proposal.admitted ? 'public' : 'community';
      return accept({
        type: 'CommentMade',
        data: { comment: newId(), proposal: proposal.proposal, author: actor, shown, text, ...(replyTo === undefined ? {} : { replyTo }) },
      });
    },

    EditComment({ proposal, text }: EditComment, state, { membership, actor }: Context): Decision<CommentEvent> {
      return present(state, proposal, (found) => {
        if (found.author !== actor) return refuse(commentRejections.NotTheAuthor());
        if (!isMember(membership)) return refuse(proposalRejections.MembersOnly());
        if (HIDDEN.includes(found.status)) return refuse(commentRejections.CommentIsHidden());
        return accept({ type: 'CommentEdited', data: { ...of(found), text } });
      });
    },

    WithdrawComment({ proposal }: WithdrawComment, state, { actor }: Context): Decision<CommentEvent> {
      return present(state, proposal, (found) =>
        found.author === actor ? accept({ type: 'CommentWithdrawn', data: of(found) }) : refuse(commentRejections.NotTheAuthor()));
    },

    HideComment({ proposal, reason }: HideComment, state, context: Context): Decision<CommentEvent> {
      return present(state, proposal, (found) => {
        const partial = partiality(found, context, false);
        if (partial) return refuse(partial);
        if (HIDDEN.includes(found.status)) return refuse(commentRejections.CommentIsHidden());
        if (found.status === 'restored') return refuse(commentRejections.RestoredOnAppeal());
        return accept({ type: 'CommentHidden', data: { ...of(found), by: context.actor, reason } });
      });
    },

    AppealHiding({ proposal, statement }: AppealHiding, state, { actor }: Context): Decision<CommentEvent> {
      return present(state, proposal, (found) => {
        if (found.author !== actor) return refuse(commentRejections.NotTheAuthor());
        if (found.status === 'appealed' || found.status === 'upheld') return refuse(commentRejections.AppealedAlready());
        if (found.status !== 'hidden') return refuse(commentRejections.CommentNotHidden());
        return accept({ type: 'HidingAppealed', data: { ...of(found), statement } });
      });
    },

    DecideAppeal({ proposal, restore, reason }: DecideAppeal, state, context: Context): Decision<CommentEvent> {
      return present(state, proposal, (found) => {
        const partial = partiality(found, context, true);
        if (partial) return refuse(partial);
        if (found.status !== 'appealed') return refuse(commentRejections.NoAppeal());
        return accept({ type: restore ? 'CommentRestored' : 'HidingUpheld', data: { ...of(found), by: context.actor, reason } });
      });
    },
  },
});
