// Carrying out: what a vote has decided about a person or a party is done on the stream of theirs, once, or cannot be done any more. The
// proposal is guarded while it is done, and they are while it is given up: so one of the two comes first, and the other does not come.
import { accept, decider, refuse, type Act, type Decision, type Event, type Instant, type Rejection } from '../kernel/index.ts';
import {
  charter, CHARTER_STREAM, communityRejections, holdsRole, indispensable, isMember, isRegistered, membership, memberStream, party, partyStream,
  type Membership, type MembershipEvent, type Office, type Order, type OrderOnParty, type OrderOnPerson, type Party, type PartyEvent,
} from '../community/index.ts';
import type { Load } from '../runtime/index.ts';
import type { CarryOutOnParty, CarryOutOnPerson } from './proposal.commands.ts';
import type { Proposal } from './proposal.ts';
import { proposalRejections } from './rejections.ts';

/** An order with whom it concerns, as the log knows them while it is decided. */
export type Concerned =
  | {
      readonly order: OrderOnPerson;
      readonly membership: Membership;
      /** Roles of the person that too few others hold. */
      readonly indispensable: readonly Office[];
    }
  | { readonly order: OrderOnParty; readonly party: Party };

export function concernedBy(order: Order, load: Load): Concerned {
  if (!('person' in order)) return { order, party: load(party, partyStream(order.party)) };
  // What is granted takes nothing away.
  const lost = order.kind === 'recall-role' ? [order.role] : [];
  return { order, membership: load(membership, memberStream(order.person)), indispensable: indispensable(lost, order.person, load) };
}

/** Whom the charter's order by a proposal concerns; undefined where there is nothing to carry out. */
export function concernedIn(proposal: string, load: Load): Concerned | undefined {
  const self = load(charter, CHARTER_STREAM);
  const ordered = self.status === 'absent' ? undefined : self.settled[proposal]?.ordered;
  return ordered && concernedBy(ordered, load);
}

/** Why an order makes no sense, whoever else holds the role: until then, a successor can be found for who cannot be spared now. */
export function faultOnPerson(order: OrderOnPerson, standing: Membership, now: Instant): Rejection | undefined {
  const { role } = order;
  if (order.kind === 'recall-role') return holdsRole(standing, role) ? undefined : communityRejections.RoleNotHeld({ role });
  const { until } = order;
  if (!isMember(standing)) return communityRejections.NotAMember();
  if (until !== undefined && until <= now) return proposalRejections.SunsetTooEarly({ until, earliest: now });
  return holdsRole(standing, role) && standing.terms?.[role] === until ? communityRejections.RoleHeldAlready({ role }) : undefined;
}

export function faultOnParty(order: OrderOnParty, state: Party): Rejection | undefined {
  if (order.kind === 'register-party') return undefined;
  if (!isRegistered(state)) return communityRejections.PartyNotRegistered({ parties: [order.party] });
  return order.kind === 'ally-party' && state.status === 'allied' ? communityRejections.AlliedAlready() : undefined;
}

/** Why an order cannot be carried out now; undefined when it can. */
function hindrance(concerned: Concerned, now: Instant): Rejection | undefined {
  if ('party' in concerned) return faultOnParty(concerned.order, concerned.party);
  const { order, membership: standing, indispensable: needed } = concerned;
  const { role } = order;
  return faultOnPerson(order, standing, now) ?? (needed.includes(role) ? communityRejections.RoleMinimum({ role }) : undefined);
}

function isCarriedOut(proposal: string, concerned: Concerned): boolean {
  if ('membership' in concerned) return concerned.membership.carriedOut?.includes(proposal) ?? false;
  return concerned.party.status !== 'absent' && concerned.party.carriedOut.includes(proposal);
}

/** What has come of an order; or why nothing can. */
export type CameOf = 'carried-out' | 'pending' | Rejection;

export const cameOf = (concerned: Concerned, proposal: string, now: Instant): CameOf =>
  isCarriedOut(proposal, concerned) ? 'carried-out' : (hindrance(concerned, now) ?? 'pending');

export interface CarryingOutContext {
  readonly concerned: Concerned | undefined;
  readonly proposal: Proposal;
}

/** Decides on an order that waits to be carried out. */
function carryOut<E extends Event>({ concerned, proposal, now }: CarryingOutContext & Act, deed: (of: Concerned, proposal: string) => E | undefined): Decision<E> {
  const waits = concerned && proposal.status === 'passed' && !isCarriedOut(proposal.proposal, concerned);
  const event = waits ? deed(concerned, proposal.proposal) : undefined;
  if (!waits || !event) return refuse(proposalRejections.NothingToCarryOut());
  const fault = hindrance(concerned, now);
  return fault ? refuse(fault) : accept(event);
}

function doneToPerson(concerned: Concerned, proposal: string): MembershipEvent | undefined {
  if (!('membership' in concerned)) return undefined;
  const { order } = concerned;
  const { person, role } = order;
  if (order.kind === 'recall-role') return { type: 'RoleRecalled', data: { person, role, proposal } };
  return { type: 'RoleGranted', data: { person, role, ...(order.until === undefined ? {} : { until: order.until }), proposal } };
}

function doneToParty(concerned: Concerned, proposal: string): PartyEvent | undefined {
  if (!('party' in concerned)) return undefined;
  const { order } = concerned;
  switch (order.kind) {
    case 'register-party':
      return { type: 'PartyRegistered', data: { party: order.party, kind: order.partyKind, name: order.name, proposal } };
    case 'ally-party':
      return { type: 'PartyAllied', data: { party: order.party, proposal } };
    case 'expel-party':
      return { type: 'PartyExpelled', data: { party: order.party, proposal } };
  }
}

export const onPerson = decider<MembershipEvent, Membership>()({
  ...membership,
  decide: { CarryOutOnPerson: (_: CarryOutOnPerson, _state, context: CarryingOutContext & Act) => carryOut(context, doneToPerson) },
});

export const onParty = decider<PartyEvent, Party>()({
  ...party,
  decide: { CarryOutOnParty: (_: CarryOutOnParty, _state, context: CarryingOutContext & Act) => carryOut(context, doneToParty) },
});
