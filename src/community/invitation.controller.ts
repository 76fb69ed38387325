// Routes of invitations: issuing, revoking, accepting.
import { Controller, Delete, Get, Post } from '@nestjs/common';
import { IsISO8601, IsString, IsUUID } from 'class-validator';
import {
  Acknowledgement, Acting, Answers, answer, Command, Commands, Describes, ForLinkedPersons, Listing, LocalIssuer, Obligations, Paging, Public, Reading,
  NOBODY, Rejects, rowOf, Secrets, Viewing, Views,
} from '../http/index.ts';
import { personIdOf } from '../kernel/index.ts';
import { linkingPersons } from './becoming.process.ts';
import { invitationsShown } from './community.queries.ts';
import { communityView } from './community.view.ts';
import { AcceptInvitation, InviteMember, RevokeInvitation } from './invitation.commands.ts';
import type { InvitationEvent } from './invitation.ts';
import { listing } from './listing.ts';
import { issued, type IssuedInvitation } from './issued.ts';
import { PURPOSES } from './person.ts';
import { communityRejections } from './rejections.ts';
import { shown } from './shown.ts';
import { firstToken, LinkedAnswer } from './token.controller.ts';
import type { Viewer } from './viewer.ts';

type Issued = Extract<InvitationEvent, { type: 'InvitationIssued' }>;

const INVITATION = shown(rowOf(communityView.tables.invitation, { purpose: { enum: PURPOSES } }), [], { invitation: { type: 'string' } });

/** Of what issues an invitation: its code is told here, and nowhere else. */
export class InvitationAnswer extends Acknowledgement implements IssuedInvitation {
  @IsUUID()
  readonly invitation: string;

  /** Proves the invitation. */
  @IsString()
  readonly code: string;

  /** Until when it can be accepted. */
  @IsISO8601()
  readonly expiresAt: string;

  constructor(done: Acknowledgement, { invitation, code, expiresAt }: IssuedInvitation) {
    super(done);
    this.invitation = invitation;
    this.code = code;
    this.expiresAt = expiresAt;
  }
}

@Controller('invitations')
export class InvitationController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
    private readonly obligations: Obligations,
    private readonly secrets: Secrets,
    private readonly issuer: LocalIssuer,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes('Invite a member', 'Answers the invitation’s code, which is told to nobody else.')
  @Answers(InvitationAnswer)
  @Rejects('CommunityNotInForce', 'StewardRequired')
  async invite(@Command(InviteMember) command: InviteMember, @Acting() acting: Acting): Promise<InvitationAnswer> {
    const ack = await this.commands.run(command, acting);
    return new InvitationAnswer(ack, issued(ack.dataOf<Issued>('InvitationIssued'), this.secrets));
  }

  @Get()
  @ForLinkedPersons()
  @Describes('Open invitations', 'All of them for stewards, guardians and auditors; for others the own ones.')
  @Answers(INVITATION, 'page')
  async list(@Reading() at: Reading, @Listing(Paging) filter: Paging, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(communityView, at);
    return answer(position, invitationsShown(tables, viewer, listing(filter)));
  }

  @Delete(':invitation')
  @ForLinkedPersons()
  @Describes('Revoke an open invitation')
  @Rejects('StewardRequired', 'InvitationNotOpen')
  revoke(@Command(RevokeInvitation) command: RevokeInvitation, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':invitation/acceptance')
  @Public()
  @Describes(
    'Accept an invitation',
    'With a token, its identity is linked to the community. Without one, where the service mints tokens itself, a new identity ' +
      'is made for this invitation, and the answer carries its token.',
  )
  @Answers(LinkedAnswer)
  @Rejects(
    'PersonRequired', 'InvitationNotValid', 'InvitationSpent', 'InvitationExpired', 'InvitationRevoked', 'AlreadyLinked', 'LinkingDelayed',
  )
  async accept(@Command(AcceptInvitation) command: AcceptInvitation, @Acting() asking: Acting): Promise<LinkedAnswer> {
    const { invitation } = command;
    const isNew = asking.actor === NOBODY && this.issuer.enabled;
    const acting = isNew ? asking.as(personIdOf(this.issuer.issuer, `invitation:${invitation}`)) : asking;
    const ack = await this.commands.run(command, acting);
    const owed = await this.obligations.settled(ack.position);
    if (owed.some(({ process, key }) => process === linkingPersons.name && key === invitation)) throw communityRejections.LinkingDelayed({ retryAfter: 1 });
    return new LinkedAnswer(ack, acting.actor, isNew ? await firstToken(acting, this.commands, this.issuer) : undefined);
  }
}
