// Holding a role: it ends with its term, or when it is laid down, unless the community cannot do without. Who is needed holds over.
import { accept, decider, refuse, type Act } from '../kernel/index.ts';
import { holdsRole, membership, type Membership, type MembershipEvent, type Office } from './membership.ts';
import type { EndRole, LayDownRole } from './office.commands.ts';
import { communityRejections as rejections } from './rejections.ts';

export interface HoldingContext {
  /** Roles of the person that too few others hold. */
  readonly indispensable: readonly Office[];
}

type Context = HoldingContext & Act;

export const officeholding = decider<MembershipEvent, Membership>()({
  name: membership.name,
  initial: membership.initial,
  evolve: membership.evolve,
  decide: {
    EndRole({ person, role, until }: EndRole, state, { indispensable, now }: Context) {
      if (!holdsRole(state, role) || state.terms?.[role] !== until) return refuse(rejections.RoleNotHeld({ role }));
      if (now < until) return refuse(rejections.TermNotOver({ until }));
      if (indispensable.includes(role)) return refuse(rejections.RoleMinimum({ role }));
      return accept({ type: 'RoleEnded', data: { person, role, until } });
    },

    LayDownRole({ role }: LayDownRole, state, { indispensable, actor }: Context) {
      if (!holdsRole(state, role)) return refuse(rejections.RoleNotHeld({ role }));
      if (indispensable.includes(role)) return refuse(rejections.RoleMinimum({ role }));
      return accept({ type: 'RoleLaidDown', data: { person: actor, role } });
    },
  },
});
