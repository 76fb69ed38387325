// The votes that delegates carry in one vote, from the log alone: who, how many, and what a certificate says of it.
import { createHash } from 'node:crypto';
import type { WholeLog } from '../../runtime/index.ts';
import type { Ballots, Cast } from '../counting.ts';
import type { FrozenDelegation } from '../proposal.ts';
import { rollAt } from '../roll.ts';
import { carriedBy } from './carrying.ts';
import { scopesOf, type DelegationEvent } from './delegation.ts';

/** What a certificate says of delegation. */
export interface DelegatedVotes {
  /** How many delegates carried votes, and how many votes, beside their own. */
  readonly delegates: number;
  readonly carried: number;
  /** The most that one of them carried. */
  readonly largest: number;
  /** SHA-256 over a line `delegate number` for each, in the order of PersonIds. */
  readonly hash: string;
}

interface At {
  readonly cast: Cast;
  readonly ballots: Ballots;
  readonly upTo: number;
}

/** By delegate: persons on the roll without a ballot whose vote it carries, as of a position; never more than the cap. */
export function votesCarried(proposal: string, { topic, cap = Infinity }: FrozenDelegation, { cast, ballots, upTo }: At, log: WholeLog): Map<string, number> {
  const scopes: readonly string[] = scopesOf(proposal, topic);
  const given = scopes.map(() => new Map<string, string>());
  for (const { type, data } of log.events<DelegationEvent>(['DelegationGiven', 'DelegationRevoked'], 0, upTo)) {
    const reach = given[scopes.indexOf(data.scope)];
    if (type === 'DelegationGiven') reach?.set(data.person, data.to);
    else reach?.delete(data.person);
  }
  const carried = carriedBy({
    roll: new Set(rollAt(cast.frozen, log)),
    hasBallot: (person) => ballots.has(person),
    delegateOf: (person) => given.find((reach) => reach.has(person))?.get(person),
  });
  return new Map([...carried].map(([delegate, number]) => [delegate, Math.min(number, cap)]));
}

export function loadsOf(carried: ReadonlyMap<string, number>): DelegatedVotes {
  const hash = createHash('sha256');
  let [all, largest] = [0, 0];
  for (const [delegate, number] of [...carried].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${delegate} ${number}\n`);
    all += number;
    largest = Math.max(largest, number);
  }
  return { delegates: carried.size, carried: all, largest, hash: hash.digest('hex') };
}
