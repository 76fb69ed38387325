// How the community's commands meet their deciders: the stream that each is decided on, and what it is decided with.
import type { Act } from '../kernel/index.ts';
import { handles, type Handling, type Load } from '../runtime/index.ts';
import { admission } from './admission.ts';
import { charter, CHARTER_STREAM } from './charter.ts';
import { AcceptCharter, FoundCommunity, ReplaceFounderInvitation } from './founding.commands.ts';
import { founding } from './founding.ts';
import { AcceptInvitation, InviteMember, InviteRepresentative, RevokeInvitation } from './invitation.commands.ts';
import { codeHash, invitation, invitationCode, invitationStream, INVITATION_KEY, type Invitation } from './invitation.ts';
import { accepting, inviting } from './inviting.ts';
import { linking, minting } from './linking.ts';
import { AdmitFounder, AdmitMember, ApplyForMembership } from './membership.commands.ts';
import { membership, memberStream } from './membership.ts';
import { EndRole, KeepOffice, LayDownRole } from './office.commands.ts';
import { indispensable, office, officeStream } from './office.ts';
import { officeholding } from './officeholding.ts';
import { AppointRepresentative, RegisterParty, RemoveRepresentative } from './party.commands.ts';
import { party, partyStream } from './party.ts';
import { LinkPerson, MintToken } from './person.commands.ts';
import { person, personStream } from './person.ts';
import { representation } from './representation.ts';

const loadCharter = (load: Load) => load(charter, CHARTER_STREAM);
const membershipOf = (load: Load, { actor }: Act) => load(membership, memberStream(actor));
const codeHashes = (load: Load) => (id: string): string => codeHash(invitationCode(load.key(INVITATION_KEY), id));
const invitationNamed = (command: object, load: Load): Invitation =>
  'invitation' in command && typeof command.invitation === 'string' ? load(invitation, invitationStream(command.invitation)) : invitation.initial;

export const communityHandlings: readonly Handling[] = [
  handles(founding, [FoundCommunity, AcceptCharter, ReplaceFounderInvitation], {
    stream: () => CHARTER_STREAM,
    context: (_, load, { actor }) => ({ codeHashOf: codeHashes(load), person: load(person, personStream(actor)) }),
  }),
  handles(inviting, [InviteMember, InviteRepresentative, RevokeInvitation], {
    stream: (command, { newId }) => invitationStream('invitation' in command ? command.invitation : newId()),
    context: (command, load, act) => ({
      charter: loadCharter(load),
      membership: membershipOf(load, act),
      party: 'party' in command ? load(party, partyStream(command.party)) : party.initial,
      codeHashOf: codeHashes(load),
    }),
  }),
  handles(accepting, [AcceptInvitation], {
    stream: (command) => invitationStream(command.invitation),
    context: (_, load, act) => ({
      charter: loadCharter(load),
      person: load(person, personStream(act.actor)),
      membership: membershipOf(load, act),
    }),
  }),
  handles(linking, [LinkPerson], {
    stream: (command) => personStream(command.person),
    context: (command, load) => ({ charter: loadCharter(load), invitation: invitationNamed(command, load) }),
  }),
  handles(minting, [MintToken], {
    stream: (command) => personStream(command.person),
    context: (_, load) => ({ charter: loadCharter(load) }),
  }),
  handles(admission, [ApplyForMembership, AdmitFounder, AdmitMember], {
    stream: (command) => memberStream(command.person),
    context: (command, load, act) => ({
      charter: loadCharter(load),
      admitter: membershipOf(load, act),
      invitation: invitationNamed(command, load),
    }),
  }),
  handles(office, [KeepOffice], {
    stream: (command) => officeStream(command.role),
    context: (command, load) => ({ holder: load(membership, memberStream(command.person)) }),
  }),
  handles(officeholding, [EndRole, LayDownRole], {
    stream: (command, { actor }) => memberStream('person' in command ? command.person : actor),
    context: (command, load, { actor }, { roles }) => ({ indispensable: indispensable(roles.filter((role) => role === command.role), 'person' in command ? command.person : actor, load) }),
  }),
  handles(representation, [RegisterParty, AppointRepresentative, RemoveRepresentative], {
    stream: (command, { newId }) => partyStream('party' in command ? command.party : newId()),
    context: (command, load, act) => ({
      charter: loadCharter(load),
      membership: membershipOf(load, act),
      invitation: invitationNamed(command, load),
    }),
  }),
];
