// Parties outside the membership: registering them, and who may act for them.
import { accept, decider, refuse, type Act } from '../kernel/index.ts';
import { isInForce, type Charter } from './charter.ts';
import type { Invitation } from './invitation.ts';
import { holdsRole, type Membership } from './membership.ts';
import type { AppointRepresentative, RegisterParty, RemoveRepresentative } from './party.commands.ts';
import { isKnown, party, type Party, type PartyEvent } from './party.ts';
import { communityRejections as rejections } from './rejections.ts';

export interface RepresentationContext {
  readonly charter: Charter;
  /** Who acts. */
  readonly membership: Membership;
  /** The invitation that an appointment rests on. */
  readonly invitation: Invitation;
}

export const representation = decider<PartyEvent, Party>()({
  name: party.name,
  initial: party.initial,
  evolve: party.evolve,
  decide: {
    RegisterParty(command: RegisterParty, _state, { charter, membership, newId }: RepresentationContext & Act) {
      if (!isInForce(charter)) return refuse(rejections.CommunityNotInForce());
      if (!holdsRole(membership, 'steward')) return refuse(rejections.StewardRequired());
      return accept({ type: 'PartyRegistered', data: { party: newId(), kind: command.kind, name: command.name } });
    },

    AppointRepresentative(command: AppointRepresentative, _state, { invitation }: RepresentationContext & Act) {
      const { terms } = invitation.status === 'accepted' && invitation.person === command.person ? invitation : { terms: undefined };
      if (terms?.purpose !== 'representative' || terms.party !== command.party) return refuse(rejections.InvitationNotAccepted());
      const { scope, until } = terms;
      const data = { party: command.party, person: command.person, scope, until, invitation: command.invitation };
      return accept({ type: 'RepresentativeAppointed', data });
    },

    RemoveRepresentative(command: RemoveRepresentative, state, { membership }: RepresentationContext & Act) {
      if (!holdsRole(membership, 'steward')) return refuse(rejections.StewardRequired());
      const represented = isKnown(state) && state.representatives.some(({ person }) => person === command.person);
      if (!represented) return refuse(rejections.NotRepresented());
      return accept({ type: 'RepresentativeRemoved', data: { party: command.party, person: command.person } });
    },
  },
});
