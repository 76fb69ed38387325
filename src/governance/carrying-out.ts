// Carrying out: what a vote has decided about a person is done on the person's own stream, once, or cannot be done any more. The proposal
// is guarded while it is done, and the person while it is given up: so one of the two comes first, and the other does not come.
import { accept, decider, refuse, type Act, type Decision, type Instant, type Rejection } from '../kernel/index.ts';
import {
  charter, CHARTER_STREAM, communityRejections, holdsRole, indispensable, isMember, membership, memberStream,
  type Membership, type MembershipEvent, type Office, type Order,
} from '../community/index.ts';
import type { Load } from '../runtime/index.ts';
import type { CarryOutOnPerson } from './proposal.commands.ts';
import type { Proposal } from './proposal.ts';
import { proposalRejections } from './rejections.ts';

/** Whom an order concerns, as the log knows them while it is decided. */
export interface Concerned {
  readonly membership: Membership;
  /** Roles of the person that too few others hold. */
  readonly indispensable: readonly Office[];
}

export function concernedBy(order: Order, load: Load): Concerned {
  const standing = load(membership, memberStream(order.person));
  // What is granted takes nothing away.
  const lost = order.kind === 'recall-role' ? [order.role] : [];
  return { membership: standing, indispensable: indispensable(lost, order.person, load) };
}

/** What the charter has ordered by a proposal; undefined where there is nothing to carry out. */
export function orderBy(proposal: string, load: Load): Order | undefined {
  const self = load(charter, CHARTER_STREAM);
  return self.status === 'absent' ? undefined : self.settled[proposal]?.ordered;
}

const isCarriedOut = (proposal: string, { membership: standing }: Concerned): boolean => standing.carriedOut?.includes(proposal) ?? false;

/** Why an order makes no sense, whoever else holds the role: until then, a successor can be found for who cannot be spared now. */
export function faultOfOrder(order: Order, standing: Membership, now: Instant): Rejection | undefined {
  const { role } = order;
  if (order.kind === 'recall-role') return holdsRole(standing, role) ? undefined : communityRejections.RoleNotHeld({ role });
  const { until } = order;
  if (!isMember(standing)) return communityRejections.NotAMember();
  if (until !== undefined && until <= now) return proposalRejections.SunsetTooEarly({ until, earliest: now });
  return holdsRole(standing, role) && standing.terms?.[role] === until ? communityRejections.RoleHeldAlready({ role }) : undefined;
}

/** Why an order cannot be carried out now; undefined when it can. */
const hindrance = (order: Order, { membership: standing, indispensable: needed }: Concerned, now: Instant): Rejection | undefined =>
  faultOfOrder(order, standing, now) ?? (needed.includes(order.role) ? communityRejections.RoleMinimum({ role: order.role }) : undefined);

/** What has come of an order; or why nothing can. */
export type CameOf = 'carried-out' | 'pending' | Rejection;

export const cameOf = (order: Order, proposal: string, concerned: Concerned, now: Instant): CameOf =>
  isCarriedOut(proposal, concerned) ? 'carried-out' : (hindrance(order, concerned, now) ?? 'pending');

export interface CarryingOutContext {
  readonly order: Order | undefined;
  readonly concerned: Concerned | undefined;
  readonly proposal: Proposal;
}

/** What is done when an order can be carried out. */
function deed(order: Order, proposal: string): MembershipEvent {
  const { person, role } = order;
  if (order.kind === 'recall-role') return { type: 'RoleRecalled', data: { person, role, proposal } };
  return { type: 'RoleGranted', data: { person, role, ...(order.until === undefined ? {} : { until: order.until }), proposal } };
}

export const onPerson = decider<MembershipEvent, Membership>()({
  ...membership,
  name: membership.name,
  decide: {
    CarryOutOnPerson(_: CarryOutOnPerson, _state, { order, concerned, proposal, now }: CarryingOutContext & Act): Decision<MembershipEvent> {
      if (!order || !concerned || proposal.status !== 'passed') return refuse(proposalRejections.NothingToCarryOut());
      if (isCarriedOut(proposal.proposal, concerned)) return refuse(proposalRejections.NothingToCarryOut());
      const fault = hindrance(order, concerned, now);
      return fault ? refuse(fault) : accept(deed(order, proposal.proposal));
    },
  },
});
