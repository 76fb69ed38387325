// Routes of members and parties.
import { Controller, Delete, Get, Post } from '@nestjs/common';
import { IsIn } from 'class-validator';
import {
  Acting, Answers, answer, Command, Commands, Describes, ForLinkedPersons, Listing, notFound, Paging, PathId, Public, Reading, Rejects, rowOf, Secrets, Viewing,
  Views,
} from '../http/index.ts';
import { memberShown, membersShown, partiesShown, partyShown } from './community.queries.ts';
import { communityView } from './community.view.ts';
import { InvitationAnswer } from './invitation.controller.ts';
import { InviteRepresentative } from './invitation.commands.ts';
import type { InvitationEvent } from './invitation.ts';
import { listing } from './listing.ts';
import { issued } from './issued.ts';
import { AdmitMember } from './membership.commands.ts';
import { OFFICES, ROLES } from './membership.ts';
import { RegisterParty, RemoveRepresentative } from './party.commands.ts';
import { PARTY_KINDS, PARTY_STANDINGS, SCOPES, type PartyKind, type PartyStanding } from './party.ts';
import { listOf, shown } from './shown.ts';
import type { Viewer } from './viewer.ts';
import { Optional } from '../validation/index.ts';

type Issued = Extract<InvitationEvent, { type: 'InvitationIssued' }>;

const MEMBER_STATES = ['applied', 'member'] as const;
const WAYS_IN = ['founder', 'admitted'] as const;

class MemberFilter extends Paging {
  @Optional()
  @IsIn(MEMBER_STATES)
  readonly status?: (typeof MEMBER_STATES)[number];
}

class PartyFilter extends Paging {
  @Optional()
  @IsIn(PARTY_KINDS)
  readonly kind?: PartyKind;

  @Optional()
  @IsIn(PARTY_STANDINGS)
  readonly standing?: PartyStanding;
}

const id = { type: 'string' };
const name = { type: ['string', 'null'], description: 'null when it was erased, or is not for who asks.' };

const MEMBER = shown(rowOf(communityView.tables.member, { status: { enum: MEMBER_STATES }, roles: listOf({ enum: ROLES }), as: { enum: WAYS_IN } }), ['admission'], {
  person: id,
  name,
  terms: {
    ...listOf({ type: 'object', properties: { role: { enum: OFFICES }, until: { type: 'string', format: 'date-time' } }, required: ['role', 'until'] }),
    description: 'When the roles end that are held for a time, the first one first.',
  },
});

const REPRESENTATIVE = shown(rowOf(communityView.tables.representative, { scope: listOf({ enum: SCOPES }) }), ['party'], { person: id, name });

const PARTY = shown(
  rowOf(communityView.tables.party, { kind: { enum: PARTY_KINDS }, standing: { enum: PARTY_STANDINGS } }),
  [],
  { party: id },
  { representatives: { ...listOf(REPRESENTATIVE), description: 'For members and for the party itself.' } },
);

@Controller('members')
export class MemberController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
    private readonly secrets: Secrets,
  ) {}

  @Get()
  @ForLinkedPersons()
  @Describes('Members and applicants', 'For members. Others see their own membership only.')
  @Answers(MEMBER, 'page')
  async list(@Reading() at: Reading, @Listing(MemberFilter) filter: MemberFilter, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(communityView, at);
    return answer(position, membersShown(tables, viewer, (sealed) => this.secrets.open(sealed), listing(filter)));
  }

  @Get(':person')
  @ForLinkedPersons()
  @Describes('A member or applicant')
  @Answers(MEMBER)
  async one(@PathId('person') person: string, @Reading() at: Reading, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(communityView, at);
    return answer(position, memberShown(tables, viewer, (sealed) => this.secrets.open(sealed), person) ?? notFound('member', person));
  }

  @Post(':person/admission')
  @ForLinkedPersons()
  @Describes('Admit an applicant', 'By a steward, with roles. More stewards need a decision of all.')
  @Rejects('CommunityNotInForce', 'StewardRequired', 'NotAnApplicant', 'RoleNeedsDecision')
  admit(@Command(AdmitMember) command: AdmitMember, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }
}

@Controller('parties')
export class PartyController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
    private readonly secrets: Secrets,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes('Register a party', 'An external entity, a carrier, or a facility of the community.')
  @Rejects('CommunityNotInForce', 'StewardRequired')
  register(@Command(RegisterParty) command: RegisterParty, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Get()
  @Public()
  @Describes('Parties', 'Who represents them is shown to members and to the party itself.')
  @Answers(PARTY, 'page')
  async list(@Reading() at: Reading, @Listing(PartyFilter) filter: PartyFilter, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(communityView, at);
    return answer(position, partiesShown(tables, viewer, (sealed) => this.secrets.open(sealed), listing(filter)));
  }

  @Get(':party')
  @Public()
  @Describes('A party')
  @Answers(PARTY)
  async one(@PathId('party') party: string, @Reading() at: Reading, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(communityView, at);
    return answer(position, partyShown(tables, viewer, (sealed) => this.secrets.open(sealed), party) ?? notFound('party', party));
  }

  @Post(':party/invitations')
  @ForLinkedPersons()
  @Describes('Invite a representative of a party', 'With scope and term. Answers the invitation’s code, which is told to nobody else.')
  @Answers(InvitationAnswer)
  @Rejects('CommunityNotInForce', 'StewardRequired', 'PartyNotRegistered', 'InvalidTerm')
  async invite(@Command(InviteRepresentative) command: InviteRepresentative, @Acting() acting: Acting): Promise<InvitationAnswer> {
    const ack = await this.commands.run(command, acting);
    return new InvitationAnswer(ack, issued(ack.dataOf<Issued>('InvitationIssued'), this.secrets));
  }

  @Delete(':party/representatives/:person')
  @ForLinkedPersons()
  @Describes('Remove a representative')
  @Rejects('StewardRequired', 'NotRepresented')
  remove(@Command(RemoveRepresentative) command: RemoveRepresentative, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }
}
