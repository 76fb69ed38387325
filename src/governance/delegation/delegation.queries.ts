// What may be read of delegations: the own ones, those that are named, and how a proposal's votes are carried.
import { admissionOf, eachShown, type Admission, type CommunityTables } from '../../community/index.ts';
import type { Instant } from '../../kernel/index.ts';
import type { Page, ReaderOf } from '../../runtime/index.ts';
import { ballotKey, type protocolStatus } from '../protocol-status.view.ts';
import { isOnItsRoll, presentVote, type ProposalRow } from '../queries.ts';
import type { FrozenDelegation } from '../proposal.ts';
import { chainOf } from './carrying.ts';
import { scopesOf } from './delegation.ts';
import { delegationKey, type delegationsView } from './delegation.view.ts';

type Tables = ReaderOf<(typeof delegationsView)['tables']>;
type StatusTables = ReaderOf<(typeof protocolStatus)['tables']>;

export interface DelegationShown {
  readonly person: string;
  readonly to: string;
  readonly scope: string;
  readonly named: boolean;
  readonly givenAt: Instant;
}

interface Paging {
  readonly after?: string;
  readonly limit?: number;
}

const shown = ({ person, to, scope, named, givenAt }: DelegationShown): DelegationShown => ({ person, to, scope, named, givenAt });

/** A person's own. */
export function delegationsOf(tables: Tables, person: string, paging: Paging): Page<DelegationShown> {
  return eachShown(tables.delegation.list({ ...paging, where: { person } }), shown);
}

/** Those whose owners allow it: the graph of delegations, edge by edge. */
export function namedDelegations(tables: Tables, paging: Paging): Page<DelegationShown> {
  return eachShown(tables.delegation.list({ ...paging, where: { named: true } }), shown);
}

export interface DelegateShown {
  readonly person: string;
  readonly scope: string;
  /** How many delegated to it directly. */
  readonly direct: number;
}

export function delegatesShown(tables: Tables, { scope, ...paging }: Paging & { readonly scope?: string }): Page<DelegateShown> {
  const page = tables.delegate.list({ ...paging, ...(scope === undefined ? {} : { where: { scope } }) });
  return eachShown(page, ({ person, scope: of, direct }) => ({ person, scope: of, direct }));
}

/** How somebody's vote on a proposal is carried. */
export interface OwnChain {
  /** `off`: no delegation holds for the vote. `own-ballot`: it overrides every delegation. The others say how the chain ends. */
  readonly standing: 'off' | 'own-ballot' | 'no-delegation' | 'carried' | 'off-roll' | 'round' | 'further';
  /** Delegates one after the other; null where the one before does not allow the next to be known. */
  readonly chain: readonly (string | null)[];
}

/** Delegates shown at most. */
const LONGEST = 100;

/** Without a frozen vote: as the delegations stand, no matter who is on the roll. */
export function ownChain(tables: Tables, status: StatusTables, community: CommunityTables, row: ProposalRow, person: string): OwnChain {
  const { delegation, frozenAt } = row;
  const fixed = delegation as FrozenDelegation | null;
  if (frozenAt !== null && !fixed) return { standing: 'off', chain: [] };
  const scopes = scopesOf(row.key, fixed?.topic ?? row.topic ?? undefined);
  const vote = presentVote(row);
  const hasBallot = (who: string): boolean => frozenAt !== null && status.ballot.get(ballotKey(vote, who)) !== undefined;
  if (hasBallot(person)) return { standing: 'own-ballot', chain: [] };
  const given = (who: string) => scopes.map((scope) => tables.delegation.get(delegationKey(who, scope))).find((one) => one !== undefined);
  const isOnRoll = (admission: Admission | undefined): boolean => admission !== undefined && (frozenAt === null || isOnItsRoll(row, admission));
  const { delegates, end } = chainOf(person, { roll: (who) => isOnRoll(admissionOf(community, who)), hasBallot, delegateOf: (who) => given(who)?.to }, LONGEST);
  let known = true;
  const chain = delegates.map((delegate, at) => {
    // The first is the owner's own to know.
    if (at > 0) known &&= given(delegates[at - 1] as string)?.named === true;
    return known ? delegate : null;
  });
  return { standing: end === 'ballot' ? 'carried' : end, chain };
}
