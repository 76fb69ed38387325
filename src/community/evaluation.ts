// Evaluation: what the clauses in force say to something that somebody is about to do. Pure; it names all clauses that deny it.
import { msOf, msOfDuration, type Instant } from '../kernel/index.ts';
import { wordsOf, type Binding, type Clause, type Untouchable } from './clause.ts';
import type { Fraction } from './decision-rule.ts';
import type { Role } from './membership.ts';

/** As what a party gets a material: responsible for it, with the right to it, or both. */
export type Acquired = 'custody' | 'ownership' | 'ownership-and-custody';

/** A material is about to come to a party, or is wished to. */
export interface Movement {
  readonly act: 'intake' | 'request' | 'offer' | 'acceptance';
  readonly material: string;
  /** PartyId of who would get it. */
  readonly party: string;
  /** Whether that party is outside the community (`isExternal`). */
  readonly external: boolean;
  readonly gets: Acquired;
  /** Roles of the person who takes it over. */
  readonly roles: readonly Role[];
  /** Roles of each other person who has confirmed it. */
  readonly seconded: readonly (readonly Role[])[];
  /** When the party's requests were refused, in order. */
  readonly attempts: readonly Instant[];
  readonly at: Instant;
}

/** A material has been with a party since some time. */
export interface Stay {
  readonly act: 'stay';
  readonly material: string;
  readonly party: string;
  readonly since: Instant;
  readonly at: Instant;
}

/** A share of a yield is about to go to a district or purpose; `share` with what it has had of it already. */
export interface Yield {
  readonly act: 'yield';
  readonly material: string;
  readonly to: string;
  readonly share: Fraction;
}

/** Whether what a clause wants reported has been reported in time. */
export interface Due {
  readonly act: 'due';
  readonly protocol: string;
  readonly clause: string;
  /** The last report; where there was none, when the clause came into force. */
  readonly last: Instant;
  readonly at: Instant;
}

export type Judged = Movement | Stay | Yield | Due;

export interface Denial {
  readonly protocol: string;
  /** Id of the clause within the protocol. */
  readonly clause: string;
  /** The clause as a sentence. */
  readonly words: string;
}

export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly denied: readonly Denial[] };

/** Whether somebody takes it into hands by this very act. */
const isTakenOver = ({ act, gets }: Movement): boolean => (act === 'intake' || act === 'acceptance') && gets !== 'ownership';

const past = (since: Instant, by: Parameters<typeof msOfDuration>[0]): number => msOf(since) + msOfDuration(by);

function lifts(clause: Untouchable, { party, gets }: Movement, protocols: readonly Binding[]): boolean {
  const { exceptions, carriers = [], mandates = [] } = clause;
  if (exceptions.includes(party) || (gets === 'custody' && carriers.includes(party))) return true;
  return mandates.some((mandate) => mandate.party === party && protocols.some(({ protocol }) => protocol === mandate.protocol));
}

/** Whether a party's attempts have closed something to it that is not open again yet. */
function isClosed(attempts: readonly Instant[], { attempts: many, within, closedFor }: Extract<Clause, { kind: 'barrier-response' }>, at: Instant): boolean {
  return attempts.some((last, i) => {
    const first = attempts[i - many + 1];
    return first !== undefined && msOf(last) <= past(first, within) && last <= at && msOf(at) < past(last, closedFor);
  });
}

function deniesMovement(clause: Clause, movement: Movement, protocols: readonly Binding[]): boolean {
  const { party, external, roles, seconded } = movement;
  switch (clause.kind) {
    case 'untouchable':
      return (clause.parties === 'all-external' ? external : clause.parties.includes(party)) && !lifts(clause, movement, protocols);
    case 'certified-keeper':
      return isTakenOver(movement) && !(clause.exceptions ?? []).includes(party) && !clause.roles.some((role) => roles.includes(role));
    case 'two-person':
      return movement.act === 'acceptance' && !seconded.some((second) => second.includes(clause.second));
    case 'barrier-response':
      return external && isClosed(movement.attempts, clause, movement.at);
    default:
      return false;
  }
}

/** a/b > c/d. */
const exceeds = (a: Fraction, b: Fraction): boolean => BigInt(a.n) * BigInt(b.d) > BigInt(b.n) * BigInt(a.d);

function denies(clause: Clause, protocol: string, judged: Judged, protocols: readonly Binding[]): boolean {
  if (judged.act === 'due') {
    return clause.kind === 'reporting' && judged.protocol === protocol && judged.clause === clause.id && msOf(judged.at) > past(judged.last, clause.every);
  }
  if (!('materials' in clause) || (clause.materials !== 'all' && !clause.materials.includes(judged.material))) return false;
  if (judged.act === 'stay') {
    return clause.kind === 'dwell' && !(clause.exceptions ?? []).includes(judged.party) && msOf(judged.at) > past(judged.since, clause.longest);
  }
  if (judged.act === 'yield') {
    return clause.kind === 'allocation' && exceeds(judged.share, clause.shares.find(({ to }) => to === judged.to)?.share ?? { n: 0, d: 1 });
  }
  return deniesMovement(clause, judged, protocols);
}

/** A suspended clause binds nobody; but what is untouchable stays so for everybody outside until there is a vote. */
const bindsThough = (clause: Clause, judged: Judged): boolean => clause.kind === 'untouchable' && 'external' in judged && judged.external;

/** Deny wins; an exception lifts only its own clause. All clauses that deny are named. */
export function evaluate(protocols: readonly Binding[], judged: Judged): Verdict {
  const denied = protocols.flatMap(({ protocol, title, clauses, suspended = [] }) =>
    clauses
      .filter((clause) => denies(clause, protocol, judged, protocols) && (!suspended.includes(clause.id) || bindsThough(clause, judged)))
      .map((clause) => ({ protocol, clause: clause.id, words: wordsOf(clause, title) })),
  );
  return denied.length === 0 ? { allowed: true } : { allowed: false, denied };
}
