// Admission: applied, then admitted by a steward; founders by the charter that they accepted.
import { accept, decider, refuse, type Act } from '../kernel/index.ts';
import { isInForce, type Charter } from './charter.ts';
import type { Invitation } from './invitation.ts';
import type { AdmitFounder, AdmitMember, ApplyForMembership } from './membership.commands.ts';
import { holdsRole, membership, ROLES_AT_ADMISSION, type Membership, type MembershipEvent, type Role } from './membership.ts';
import { communityRejections as rejections } from './rejections.ts';

export interface AdmissionContext {
  readonly charter: Charter;
  /** Who acts. */
  readonly admitter: Membership;
  /** The invitation that an application rests on. */
  readonly invitation: Invitation;
}

const isGivenAtAdmission = (role: Role): boolean => (ROLES_AT_ADMISSION as readonly Role[]).includes(role);

export const admission = decider<MembershipEvent, Membership>()({
  name: membership.name,
  initial: membership.initial,
  evolve: membership.evolve,
  decide: {
    ApplyForMembership(command: ApplyForMembership, state, { invitation }: AdmissionContext & Act) {
      if (state.status !== 'none') return refuse(rejections.AlreadyMember());
      const invited = invitation.status === 'accepted' && invitation.terms.purpose === 'member' && invitation.person === command.person;
      if (!invited) return refuse(rejections.InvitationNotAccepted());
      return accept({ type: 'MembershipApplied', data: { person: command.person, invitation: command.invitation } });
    },

    AdmitFounder(command: AdmitFounder, state, { charter }: AdmissionContext & Act) {
      if (state.status === 'member') return refuse(rejections.AlreadyMember());
      if (!isInForce(charter)) return refuse(rejections.CommunityNotInForce());
      if (!charter.founders.includes(command.person)) return refuse(rejections.NoFoundersSeat());
      return accept({ type: 'MemberAdmitted', data: { person: command.person, roles: ['member', 'steward'], as: 'founder' } });
    },

    AdmitMember(command: AdmitMember, state, { charter, admitter }: AdmissionContext & Act) {
      if (!isInForce(charter)) return refuse(rejections.CommunityNotInForce());
      if (!holdsRole(admitter, 'steward')) return refuse(rejections.StewardRequired());
      if (state.status !== 'applied') return refuse(rejections.NotAnApplicant());
      const asked: readonly Role[] = ['member', ...(command.roles ?? [])];
      const beyond = asked.filter((role) => !isGivenAtAdmission(role));
      if (beyond.length > 0) return refuse(rejections.RoleNeedsDecision({ roles: beyond }));
      return accept({ type: 'MemberAdmitted', data: { person: command.person, roles: [...new Set(asked)], as: 'admitted' } });
    },
  },
});
