// Routes of amendments to proposals.
import { Controller, Delete, Get, Post } from '@nestjs/common';
import {
  Acting, Answers, Command, Commands, Describes, ForLinkedPersons, Listing, Paging, PathId, Public, Reading, Rejects, Secrets, Views, answer, notFound, rowOf,
} from '../http/index.ts';
import { AcceptAmendment, ProposeAmendment, RejectAmendment, WithdrawAmendment } from './amendment.commands.ts';
import { AMENDMENT_STATES, amendmentOf, amendmentsOf } from './amendments.queries.ts';
import { amendmentsView } from './amendments.view.ts';
import { TEXT_FAULTS } from './deliberation.ts';
import { protocolStatus } from './protocol-status.view.ts';
import { differenceAnswer, measure } from './texts.controller.ts';
import { textsView } from './texts.view.ts';

const AMENDMENT = {
  key: { format: 'uuid', description: 'AmendmentId.' },
  against: { minimum: 1, description: 'Number of the text that it is against.' },
  measure,
  state: { enum: AMENDMENT_STATES, description: '`lapsed`: the text has become another one, or the proposal has left deliberation.' },
  reason: { description: 'Why it was rejected, in the clear; null where it was not, or the key was destroyed.' },
  into: { minimum: 1, description: 'Number of the text that it became.' },
};
const amendmentRow = rowOf(amendmentsView.tables.amendment, AMENDMENT);
const amendmentPage = rowOf(amendmentsView.tables.amendment, AMENDMENT, differenceAnswer);

@Controller('proposals/:proposal/amendments')
export class AmendmentController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
    private readonly secrets: Secrets,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes('Propose an amendment', 'By members other than the proposer, of a proposal in deliberation: the text as it would be, about the same matter, against the text as it is.')
  @Rejects(
    'NoSuchProposal', 'MembersOnly', 'OwnProposal', 'WrongPhase', 'AmendmentOutdated', 'CommunityNotInForce', 'NeedsRebase', 'AnotherMatter', 'TextUnchanged', ...TEXT_FAULTS,
  )
  propose(@Command(ProposeAmendment) command: ProposeAmendment, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Delete(':amendment')
  @ForLinkedPersons()
  @Describes('Withdraw one’s amendment', 'While it is open.')
  @Rejects('NoSuchProposal', 'NoSuchAmendment', 'AmendmentSettled', 'WrongPhase', 'AmendmentOutdated', 'NotTheAmender')
  withdraw(@Command(WithdrawAmendment) command: WithdrawAmendment, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':amendment/acceptance')
  @ForLinkedPersons()
  @Describes('Accept an amendment of one’s proposal', 'It becomes the next revision of the text, with its author’s name on it. Other amendments of the old text lapse.')
  @Rejects(
    'NoSuchProposal', 'NoSuchAmendment', 'AmendmentSettled', 'WrongPhase', 'AmendmentOutdated', 'NotTheProposer', 'MembersOnly', 'CommunityNotInForce', 'NeedsRebase', 'AnotherMatter',
    'TextUnchanged', ...TEXT_FAULTS,
  )
  accept(@Command(AcceptAmendment) command: AcceptAmendment, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':amendment/rejection')
  @ForLinkedPersons()
  @Describes('Reject an amendment of one’s proposal', 'With a reason, which is kept encrypted.')
  @Rejects('NoSuchProposal', 'NoSuchAmendment', 'AmendmentSettled', 'WrongPhase', 'AmendmentOutdated', 'NotTheProposer')
  reject(@Command(RejectAmendment) command: RejectAmendment, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Get()
  @Public()
  @Describes('Amendments of the proposal, in the order in which they were proposed')
  @Answers(amendmentRow, 'page')
  async list(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(Paging) { cursor, limit }: Paging) {
    const { position, tables } = await this.views.read(amendmentsView, at);
    const { tables: proposals } = await this.views.read(protocolStatus, { asOf: position, waitFor: position });
    return answer(position, amendmentsOf(tables, proposals, this.secrets, proposal, { after: cursor, limit }));
  }

  @Get(':amendment')
  @Public()
  @Describes('One amendment, and what it would change in the text that it is against')
  @Answers(amendmentPage)
  async one(@PathId('proposal') proposal: string, @PathId('amendment') amendment: string, @Reading() at: Reading) {
    const { position, tables } = await this.views.read(amendmentsView, at);
    const same = { asOf: position, waitFor: position };
    const [{ tables: proposals }, { tables: texts }] = await Promise.all([this.views.read(protocolStatus, same), this.views.read(textsView, same)]);
    return answer(position, amendmentOf(tables, proposals, texts, this.secrets, { proposal, amendment }) ?? notFound('amendment', amendment));
  }
}
