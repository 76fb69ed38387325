// Routes of disputes on votes.
import { Controller, Get, Post } from '@nestjs/common';
import { listing, type Viewer } from '../community/index.ts';
import {
  Acting, Answers, Command, Commands, Describes, ForLinkedPersons, Listing, Paging, PathId, Reading, Rejects, Secrets, Viewing, Views, answer, notFound, objectOf, rowOf,
} from '../http/index.ts';
import { GiveOpinion, OpenDispute } from './dispute.commands.ts';
import { FINDINGS, IRREGULARITIES, REMEDIES, type RecountOnRecord } from './dispute.ts';
import { DISPUTE_STATES, disputeShown, disputesOn, disputesView, type Opinion } from './dispute.view.ts';
import { recounted } from './checking.controller.ts';
import { protocolStatus } from './protocol-status.view.ts';
import { membersOnly, proposalFor } from './queries.ts';

const person = { type: 'string', format: 'uuid' };
const persons = { type: 'array', items: person };
const finding = { type: 'string', enum: FINDINGS };
const reasons = { type: 'string' };
const disputeRow = rowOf(disputesView.tables.dispute, {
  key: { format: 'uuid', description: 'DisputeId.' },
  state: { enum: DISPUTE_STATES },
  irregularity: { enum: IRREGULARITIES },
  affected: { minimum: 1, description: 'Persons whose ballots it is said to have touched.' },
  remedy: { enum: REMEDIES },
  reasons: { type: ['string', 'null'], description: 'In the clear; null where their key was destroyed.' },
  until: { description: 'Until when arbiters have; without a ruling the decision stands.' },
  lot: {
    ...objectOf<{ readonly seed: string; readonly candidates: readonly string[]; readonly arbiters: readonly string[] }>({
      seed: { type: 'string', description: 'SHA-256 over four lines: root of the sealed roll, DisputeId, position of the opening, its log time in ms.' },
      candidates: persons,
      arbiters: { ...persons, description: 'Of the candidates those whose SHA-256 over seed, line feed and PersonId is least, in this order.' },
    }),
  },
  opinions: { type: 'array', items: objectOf<Opinion>({ arbiter: person, finding, reasons, at: { type: 'string', format: 'date-time' } }) },
  recount: objectOf<RecountOnRecord>({ recounted, agrees: { type: 'boolean', description: 'Whether counts, roll and outcome are those of the certificate.' } }),
});

@Controller('proposals/:proposal/disputes')
export class DisputeController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
    private readonly secrets: Secrets,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes('Dispute a vote', 'By who was on its roll, or proposed it, within its contest. Enactment waits for the ruling. Arbiters are drawn by lot; the reasons are kept encrypted.')
  @Rejects('NoSuchProposal', 'NotContestable', 'NoStanding', 'DisputedAlready', 'TooManyDisputes', 'CouldNotChangeOutcome')
  open(@Command(OpenDispute) command: OpenDispute, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':dispute/opinions')
  @ForLinkedPersons()
  @Describes('Rule on a dispute, as one of its arbiters', 'What a majority of those drawn finds is the ruling, and its remedy follows by itself.')
  @Rejects('NoSuchDispute', 'DisputeSettled', 'NotAnArbiter', 'OpinionGivenAlready')
  opine(@Command(GiveOpinion) command: GiveOpinion, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Get()
  @ForLinkedPersons()
  @Describes('Disputes on a proposal’s votes, newest first', 'For members.')
  @Answers(disputeRow, 'page')
  @Rejects('MembersOnly')
  async list(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(Paging) paging: Paging, @Viewing() viewer: Viewer) {
    await this.present(proposal, at, viewer);
    const { position, tables } = await this.views.read(disputesView, at);
    return answer(position, disputesOn(tables, this.secrets, proposal, listing(paging)));
  }

  @Get(':dispute')
  @ForLinkedPersons()
  @Describes('One dispute, with its arbiters, how they were drawn, and what they found', 'For members.')
  @Answers(disputeRow)
  @Rejects('MembersOnly')
  async one(@PathId('proposal') proposal: string, @PathId('dispute') dispute: string, @Reading() at: Reading, @Viewing() viewer: Viewer) {
    await this.present(proposal, at, viewer);
    const { position, tables } = await this.views.read(disputesView, at);
    return answer(position, disputeShown(tables, this.secrets, proposal, dispute) ?? notFound('dispute', dispute));
  }

  private async present(proposal: string, at: Reading, viewer: Viewer): Promise<void> {
    membersOnly(viewer);
    const { tables } = await this.views.read(protocolStatus, at);
    if (!proposalFor(tables, viewer, proposal)) notFound('proposal', proposal);
  }
}
