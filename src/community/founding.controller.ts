// Routes of the founding: the community, its charter, its founders' invitations.
import { Controller, Get, Post } from '@nestjs/common';
import {
  Acting, Answers, answer, Command, Commands, Describes, ForIdentified, ForLinkedPersons, LocalIssuer, notFound, Obligations, Public, Reading, Rejects, rowOf, Secrets,
  Views,
} from '../http/index.ts';
import type { CharterEvent } from './charter.ts';
import { linkingPersons } from './becoming.process.ts';
import { communityShown } from './community.queries.ts';
import { communityView } from './community.view.ts';
import { AcceptCharter, FoundCommunity, ReplaceFounderInvitation } from './founding.commands.ts';
import { issued } from './issued.ts';
import { communityRejections } from './rejections.ts';
import { listOf, shown } from './shown.ts';
import { firstToken } from './token.controller.ts';

type Founded = Extract<CharterEvent, { type: 'CommunityFounded' }>;
type Replaced = Extract<CharterEvent, { type: 'FounderInvitationReplaced' }>;

const COMMUNITY = shown(rowOf(communityView.tables.community), [], {
  status: { enum: ['forming', 'in-force'] },
  founders: { ...listOf({ type: 'string' }), description: 'PersonIds of those who have accepted the charter.' },
  rules: { type: 'object' },
});

@Controller()
export class FoundingController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
    private readonly obligations: Obligations,
    private readonly secrets: Secrets,
    private readonly issuer: LocalIssuer,
  ) {}

  @Post('community')
  @ForIdentified()
  @Describes(
    'Found the community',
    'Answers the invitations of the other founders, whose codes are told to nobody else, and where the service mints tokens itself ' +
      'the first founder’s.',
  )
  @Rejects('CommunityAlreadyFounded', 'PersonRequired', 'InvalidRules', 'LinkingDelayed')
  async found(@Command(FoundCommunity) command: FoundCommunity, @Acting() acting: Acting) {
    const ack = await this.commands.run(command, acting);
    const owed = await this.obligations.settled(ack.position);
    if (owed.some(({ process }) => process === linkingPersons.name)) throw communityRejections.LinkingDelayed({ retryAfter: 1 });
    const { founderInvitations } = ack.dataOf<Founded>('CommunityFounded');
    const invitations = founderInvitations.map((invitation) => issued(invitation, this.secrets));
    const token = this.issuer.enabled ? await firstToken(acting, this.commands, this.issuer) : {};
    return { ...ack, person: acting.actor, ...token, invitations };
  }

  @Get('community')
  @Public()
  @Describes('The community, its charter and rules')
  @Answers(COMMUNITY)
  async read(@Reading() at: Reading) {
    const { position, tables } = await this.views.read(communityView, at);
    return answer(position, communityShown(tables) ?? notFound('community', 'community'));
  }

  @Post('community/founder-invitations/:invitation/replacement')
  @ForLinkedPersons()
  @Describes('Offer a founder’s seat anew', 'When its invitation has expired before the charter was accepted.')
  @Rejects('CommunityNotFounded', 'CommunityInForceAlready', 'FirstFounderOnly', 'SeatStillOffered')
  async replace(@Command(ReplaceFounderInvitation) command: ReplaceFounderInvitation, @Acting() acting: Acting) {
    const ack = await this.commands.run(command, acting);
    return { ...ack, invitations: [issued(ack.dataOf<Replaced>('FounderInvitationReplaced'), this.secrets)] };
  }

  @Post('charter/acceptance')
  @ForLinkedPersons()
  @Describes('Accept the charter as a founder', 'Certificate no. 1. When all founders have accepted it, the community is in force.')
  @Rejects('CommunityNotFounded', 'CharterAlreadyAccepted', 'NoFoundersSeat')
  async accept(@Command(AcceptCharter) command: AcceptCharter, @Acting() acting: Acting) {
    const ack = await this.commands.run(command, acting);
    // The last acceptance makes members of the founders.
    await this.obligations.settled(ack.position);
    return ack;
  }
}
