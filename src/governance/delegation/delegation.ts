// A person's delegations: who carries the own vote where the person casts none, in everything, on a topic, or on one proposal. Resolved as of the close.
import { accept, decider, defineRejections, describeEvents, refuse, type Act, type Decision, type Event, type Recorded } from '../../kernel/index.ts';
import { isInForce, isMember, type Charter, type DelegationRule, type Membership } from '../../community/index.ts';
import type { GiveDelegation, RevokeDelegation } from './delegation.commands.ts';
import type { Proposal } from '../proposal.ts';
import { proposalRejections } from '../rejections.ts';

export const delegationStream = (person: string): string => `delegation-${person}`;

/** What a delegation is for. The most specific one decides: proposal before topic before all. */
export type DelegationScope = 'all' | `topic.${string}` | `proposal.${string}`;

export const TOPIC_SCOPE = /^topic\.([a-z0-9][a-z0-9-]{0,63})$/;
export const PROPOSAL_SCOPE = /^proposal\.(.{36})$/;

export const topicIn = (scope: string): string | undefined => TOPIC_SCOPE.exec(scope)?.[1];
export const proposalIn = (scope: string): string | undefined => PROPOSAL_SCOPE.exec(scope)?.[1];

/** Scopes that reach a proposal, the most specific first. */
export const scopesOf = (proposal: string, topic: string | undefined): DelegationScope[] => [
  `proposal.${proposal}`, ...(topic === undefined ? [] : [`topic.${topic}` as const]), 'all',
];

/** `named`: whether others may know whose it is. */
export type DelegationEvent =
  | Event<'DelegationGiven', { readonly person: string; readonly to: string; readonly scope: DelegationScope; readonly named: boolean }>
  | Event<'DelegationRevoked', { readonly person: string; readonly to: string; readonly scope: DelegationScope; readonly named: boolean }>;

const owners = ({ person, named }: DelegationEvent['data']) => (named ? (['community', { person }] as const) : [{ person }]);

export const delegationEvents = describeEvents<DelegationEvent>({
  DelegationGiven: { wire: 'governance.delegation-given.v1', visibility: owners },
  DelegationRevoked: { wire: 'governance.delegation-revoked.v1', visibility: owners },
});

export const delegationRejections = defineRejections({
  DelegationOff: [409, 'the charter allows no delegation', 'Delegation is off until the charter says otherwise.'],
  NoSuchTopic: [422, 'the charter has no such topic', 'Topics are a list of the charter.'],
  OwnDelegate: [422, 'nobody is the own delegate', 'Who votes in person delegates nothing.'],
  DelegateNoMember: [422, 'the delegate is no member', 'One member carries another one’s vote.'],
  SameDelegation: [409, 'this delegation is on record already', 'A delegation is replaced by another one.'],
  NoDelegation: [409, 'there is no such delegation', 'Only a delegation on record can be revoked.'],
});

interface Given {
  readonly to: string;
  readonly named: boolean;
}

/** By scope. */
export type Delegations = Readonly<Record<string, Given>>;

interface Context {
  readonly charter: Charter;
  readonly membership: Membership;
  readonly delegate: Membership;
  /** The proposal that the delegation is for, where it is for one. */
  readonly proposal: Proposal;
}

const allowed = (charter: Charter): DelegationRule | undefined =>
  isInForce(charter) && charter.rules.delegation?.allowed ? charter.rules.delegation : undefined;

export const delegation = decider<DelegationEvent, Delegations>()({
  name: 'delegation',
  initial: {},
  decide: {
    GiveDelegation({ scope, to, named }: GiveDelegation, state, { charter, membership, delegate, proposal, actor, onBehalfOf }: Context & Act): Decision<DelegationEvent> {
      const rule = allowed(charter);
      if (!rule) return refuse(delegationRejections.DelegationOff());
      if (onBehalfOf !== undefined || !isMember(membership)) return refuse(proposalRejections.MembersOnly());
      if (to === actor) return refuse(delegationRejections.OwnDelegate());
      if (!isMember(delegate)) return refuse(delegationRejections.DelegateNoMember({ delegate: to }));
      const topic = topicIn(scope);
      if (topic !== undefined && !rule.topics.includes(topic)) return refuse(delegationRejections.NoSuchTopic({ topic, topics: rule.topics }));
      if (proposalIn(scope) !== undefined && proposal.status === 'absent') return refuse(proposalRejections.NoSuchProposal());
      const before = state[scope];
      if (before?.to === to && before.named === named) return refuse(delegationRejections.SameDelegation({ scope }));
      return accept({ type: 'DelegationGiven', data: { person: actor, to, scope: scope as DelegationScope, named } });
    },

    RevokeDelegation({ scope }: RevokeDelegation, state, { actor }: Context & Act): Decision<DelegationEvent> {
      const before = state[scope];
      if (!before) return refuse(delegationRejections.NoDelegation({ scope }));
      return accept({ type: 'DelegationRevoked', data: { person: actor, ...before, scope: scope as DelegationScope } });
    },
  },
  evolve(state: Delegations, { type, data: { scope, to, named } }: Recorded<DelegationEvent>): Delegations {
    if (type === 'DelegationGiven') return { ...state, [scope]: { to, named } };
    const { [scope]: _, ...left } = state;
    return left;
  },
});
