// Routes of admission besides a steward's own: what is found inadmissible, and sponsors.
import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { listing, type Viewer } from '../community/index.ts';
import { Acting, Answers, Command, Commands, Describes, ForLinkedPersons, Listing, Paging, PathId, Reading, Rejects, Viewing, Views, answer, rowOf } from '../http/index.ts';
import { FindInadmissible, SponsorProposal, WithdrawSponsorship } from './proposal.commands.ts';
import { membersOnly } from './queries.ts';
import { sponsorsView } from './sponsors.view.ts';

const sponsorRow = rowOf(sponsorsView.tables.sponsor, {
  key: { description: '`<ProposalId>/<PersonId>`.' },
  textRevision: { minimum: 1, description: 'Number of the text that is supported: for another one it does not count.' },
});

@Controller('proposals/:proposal')
export class AdmissionController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
  ) {}

  @Post('inadmissibility')
  @ForLinkedPersons()
  @Describes('Find a submitted proposal inadmissible', 'By a steward who is not its proposer, with a reason. As many sponsors as the charter asks for overturn it.')
  @Rejects('NoSuchProposal', 'WrongPhase', 'StewardRequired', 'OwnProposal', 'OwnCase')
  find(@Command(FindInadmissible) command: FindInadmissible, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Put('sponsorship')
  @ForLinkedPersons()
  @Describes('Sponsor a proposal that waits to be admitted', 'By members other than its proposer, where the charter asks for sponsors: enough of them admit it. For the text as it is: another one asks anew.')
  @Rejects('NoSuchProposal', 'MembersOnly', 'OwnProposal', 'WrongPhase', 'CommunityNotInForce', 'SponsorsNotAsked', 'SponsoredAlready')
  sponsor(@Command(SponsorProposal) command: SponsorProposal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Delete('sponsorship')
  @ForLinkedPersons()
  @Describes('Withdraw one’s sponsorship', 'Until the proposal is admitted.')
  @Rejects('NoSuchProposal', 'MembersOnly', 'OwnProposal', 'WrongPhase', 'NoSponsorship')
  withdraw(@Command(WithdrawSponsorship) command: WithdrawSponsorship, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Get('sponsors')
  @ForLinkedPersons()
  @Describes('Who sponsors the proposal, and which of its texts', 'For members.')
  @Answers(sponsorRow, 'page')
  @Rejects('MembersOnly')
  async sponsors(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(Paging) paging: Paging, @Viewing() viewer: Viewer) {
    membersOnly(viewer);
    const { position, tables } = await this.views.read(sponsorsView, at);
    return answer(position, tables.sponsor.list({ where: { proposal }, ...listing(paging) }));
  }
}
