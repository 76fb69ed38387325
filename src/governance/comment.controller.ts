// Routes of comments on proposals.
import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import type { Viewer } from '../community/index.ts';
import {
  Acting, Answers, Command, Commands, Describes, ForLinkedPersons, Listing, Paging, PathId, Public, Reading, Rejects, Secrets, Viewing, Views, answer, notFound, objectOf, rowOf,
} from '../http/index.ts';
import { AppealHiding, DecideAppeal, EditComment, HideComment, MakeComment, WithdrawComment } from './comment.commands.ts';
import { COMMENT_STATES } from './comment.ts';
import { commentOn, commentsOn, type CommentPage } from './comments.queries.ts';
import { commentsView } from './comments.view.ts';

const { tables: shapes } = commentsView;
const TEXT = { type: ['string', 'null'], description: 'In the clear; null where it may not be read, or its key was destroyed.' };
const COMMENT = {
  key: { format: 'uuid', description: 'CommentId.' },
  replyTo: { description: 'The comment that it answers.' },
  shown: { enum: ['community', 'public'], description: 'Who may read it.' },
  state: { enum: COMMENT_STATES, description: '`restored`: shown again on appeal; `upheld`: hidden for good.' },
  texts: { minimum: 1, description: 'How many texts it has had.' },
  reason: { description: 'Why it was hidden.' },
};
const OPENED = { text: TEXT, appeal: { ...TEXT, description: 'What its author says against the hiding: for stewards and the author.' } };
const commentRow = rowOf(shapes.comment, COMMENT, OPENED);
const textRow = rowOf(shapes.commentText, { key: { description: '`<CommentId>.<n>`.' } }, { text: TEXT });
const history = objectOf<CommentPage['history'], 'next'>({ rows: { type: 'array', items: textRow } }, { next: { type: 'string' } });
const commentPage = rowOf(shapes.comment, COMMENT, { ...OPENED, history: { ...history, description: 'Every text that it has had, in order.' } });

@Controller('proposals/:proposal/comments')
export class CommentController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
    private readonly secrets: Secrets,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes('Comment on a proposal, or answer a comment', 'By members. It can be read by whom the proposal can be read when it is made. The text is kept encrypted.')
  @Rejects('NoSuchProposal', 'MembersOnly', 'NoSuchComment')
  make(@Command(MakeComment) command: MakeComment, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Put(':comment')
  @ForLinkedPersons()
  @Describes('Edit one’s comment', 'What it said before stays readable.')
  @Rejects('NoSuchComment', 'NotTheAuthor', 'MembersOnly', 'CommentIsWithdrawn', 'CommentIsHidden')
  edit(@Command(EditComment) command: EditComment, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Delete(':comment')
  @ForLinkedPersons()
  @Describes('Withdraw one’s comment', 'That there was one stays on record; its texts are shown no more, of the past neither.')
  @Rejects('NoSuchComment', 'NotTheAuthor', 'CommentIsWithdrawn')
  withdraw(@Command(WithdrawComment) command: WithdrawComment, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':comment/hiding')
  @ForLinkedPersons()
  @Describes('Hide a comment', 'By a steward who neither wrote it nor proposed what it is about, with a reason. Its texts are then for the author, stewards and auditors only.')
  @Rejects('NoSuchComment', 'StewardRequired', 'NotImpartial', 'CommentIsWithdrawn', 'CommentIsHidden', 'RestoredOnAppeal')
  hide(@Command(HideComment) command: HideComment, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':comment/appeal')
  @ForLinkedPersons()
  @Describes('Appeal the hiding of one’s comment', 'Once; another steward decides.')
  @Rejects('NoSuchComment', 'NotTheAuthor', 'CommentIsWithdrawn', 'CommentNotHidden', 'AppealedAlready')
  appeal(@Command(AppealHiding) command: AppealHiding, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':comment/appeal-decision')
  @ForLinkedPersons()
  @Describes('Decide an appeal', 'By a steward who neither hid the comment nor has another part in it.')
  @Rejects('NoSuchComment', 'StewardRequired', 'NotImpartial', 'CommentIsWithdrawn', 'NoAppeal')
  decide(@Command(DecideAppeal) command: DecideAppeal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Get()
  @Public()
  @Describes('Comments on the proposal, in the order in which they were made', 'That one was hidden, by whom and why, everybody sees who could read it.')
  @Answers(commentRow, 'page')
  async list(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(Paging) { cursor, limit }: Paging, @Viewing() viewer: Viewer) {
    const { position, read } = await this.read(at, viewer);
    return answer(position, commentsOn(read, proposal, { after: cursor, limit }));
  }

  @Get(':comment')
  @Public()
  @Describes('One comment, with a page of the texts that it has had')
  @Answers(commentPage)
  async one(@PathId('proposal') proposal: string, @PathId('comment') comment: string, @Reading() at: Reading, @Listing(Paging) { cursor, limit }: Paging, @Viewing() viewer: Viewer) {
    const { position, read } = await this.read(at, viewer);
    return answer(position, commentOn(read, proposal, comment, { after: cursor, limit }) ?? notFound('comment', comment));
  }

  private async read(at: Reading, viewer: Viewer) {
    const { position, tables: asked } = await this.views.read(commentsView, at);
    const now = at.asOf === undefined ? asked : (await this.views.read(commentsView)).tables;
    return { position, read: { asked, now, viewer, secrets: this.secrets } };
  }
}
