// Routes of the founding: the community, its charter, its founders' invitations.
import { Controller, Get, Post } from '@nestjs/common';
import { PickType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsArray, ValidateNested } from 'class-validator';
import {
  Acknowledgement, Acting, Answers, answer, Command, Commands, Describes, ForIdentified, ForLinkedPersons, LocalIssuer, type MintedToken, notFound,
  Obligations, Public, Reading, Rejects, rowOf, Secrets, Views,
} from '../http/index.ts';
import type { CharterEvent } from './charter.ts';
import { linkingPersons } from './becoming.process.ts';
import { communityShown } from './community.queries.ts';
import { communityView } from './community.view.ts';
import { AcceptCharter, FoundCommunity, ReplaceFounderInvitation } from './founding.commands.ts';
import { StatedRules } from './stated/index.ts';
import { InvitationAnswer } from './invitation.controller.ts';
import { issued, type IssuedInvitation } from './issued.ts';
import { communityRejections } from './rejections.ts';
import { FOUNDING_RULES } from './rules.ts';
import { listOf, shown } from './shown.ts';
import { firstToken, LinkedAnswer } from './token.controller.ts';

type Founded = Extract<CharterEvent, { type: 'CommunityFounded' }>;
type Replaced = Extract<CharterEvent, { type: 'FounderInvitationReplaced' }>;

const COMMUNITY = shown(
  rowOf(communityView.tables.community, {
    status: { enum: ['forming', 'in-force'] },
    founders: { ...listOf({ type: 'string' }), description: 'PersonIds of those who have accepted the charter.' },
    rules: { allOf: [StatedRules, { required: Object.keys(FOUNDING_RULES) }] },
  }),
  [],
  {},
);

/** An invitation of a founder. */
class FounderInvitation extends PickType(InvitationAnswer, ['invitation', 'code', 'expiresAt'] as const) {}

class FoundingAnswer extends LinkedAnswer {
  /** Of the other founders. Their codes are told here, and nowhere else. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => FounderInvitation)
  readonly invitations: readonly IssuedInvitation[];

  constructor(done: Acknowledgement, person: string, first: MintedToken | undefined, invitations: readonly IssuedInvitation[]) {
    super(done, person, first);
    this.invitations = invitations;
  }
}

class ReplacementAnswer extends Acknowledgement {
  /** The one that takes the place of the other. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => FounderInvitation)
  readonly invitations: readonly [IssuedInvitation];

  constructor(done: Acknowledgement, invitation: IssuedInvitation) {
    super(done);
    this.invitations = [invitation];
  }
}

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
  @Answers(FoundingAnswer)
  @Rejects('CommunityAlreadyFounded', 'PersonRequired', 'InvalidRules', 'LinkingDelayed')
  async found(@Command(FoundCommunity) command: FoundCommunity, @Acting() acting: Acting): Promise<FoundingAnswer> {
    const ack = await this.commands.run(command, acting);
    const owed = await this.obligations.settled(ack.position);
    if (owed.some(({ process }) => process === linkingPersons.name)) throw communityRejections.LinkingDelayed({ retryAfter: 1 });
    const { founderInvitations } = ack.dataOf<Founded>('CommunityFounded');
    const invitations = founderInvitations.map((invitation) => issued(invitation, this.secrets));
    const first = this.issuer.enabled ? await firstToken(acting, this.commands, this.issuer) : undefined;
    return new FoundingAnswer(ack, acting.actor, first, invitations);
  }

  @Get('community')
  @Public()
  @Describes('The community, its charter and rules')
  @Answers(COMMUNITY)
  @Rejects('NotFound')
  async read(@Reading() at: Reading) {
    const { position, tables } = await this.views.read(communityView, at);
    return answer(position, communityShown(tables) ?? notFound('community', 'community'));
  }

  @Post('community/founder-invitations/:invitation/replacement')
  @ForLinkedPersons()
  @Describes('Offer a founder’s seat anew', 'When its invitation has expired before the charter was accepted.')
  @Answers(ReplacementAnswer)
  @Rejects('CommunityNotFounded', 'CommunityInForceAlready', 'FirstFounderOnly', 'SeatStillOffered')
  async replace(@Command(ReplaceFounderInvitation) command: ReplaceFounderInvitation, @Acting() acting: Acting): Promise<ReplacementAnswer> {
    const ack = await this.commands.run(command, acting);
    return new ReplacementAnswer(ack, issued(ack.dataOf<Replaced>('FounderInvitationReplaced'), this.secrets));
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
