// Clauses: what of a protocol the machine holds people to. Versioned data: a part that an older clause does not have is absent.
import type { Duration } from '../kernel/index.ts';
import type { Fraction } from './decision-rule.ts';
import type { Role } from './membership.ts';

interface Of<Kind extends string> {
  readonly kind: Kind;
  /** Unique within its protocol. */
  readonly id: string;
}

interface OnMaterials {
  /** Codes of the community's catalogue. */
  readonly materials: readonly string[] | 'all';
}

/** Materials that external parties may not acquire, be it as owner or as custodian. */
export interface Untouchable extends Of<'untouchable'>, OnMaterials {
  /** PartyIds that it binds, or every party outside the community. */
  readonly parties: readonly string[] | 'all-external';
  /** PartyIds that this clause, and only this one, leaves free. */
  readonly exceptions: readonly string[];
  /** PartyIds that may take custody under consignment, and never ownership. */
  readonly carriers?: readonly string[];
  /** A party that is free while another protocol is in force: its mandate. */
  readonly mandates?: readonly Mandate[];
}

export interface Mandate {
  readonly party: string;
  /** Code of the protocol that has to be in force. */
  readonly protocol: string;
}

/** Who may take the materials over: persons with one of these roles. */
export interface CertifiedKeeper extends Of<'certified-keeper'>, OnMaterials {
  readonly roles: readonly Role[];
  /** PartyIds that take over through whom they like. */
  readonly exceptions?: readonly string[];
}

/** What passes from hand to hand does so before a second person. */
export interface TwoPerson extends Of<'two-person'>, OnMaterials {
  /** What the second person has to be. */
  readonly second: Role;
}

/** Longest time with one custodian. */
export interface Dwell extends Of<'dwell'>, OnMaterials {
  readonly longest: Duration;
  /** PartyIds with whom it may stay. */
  readonly exceptions?: readonly string[];
}

/** To whom yields go, at most so much of them each. */
export interface Allocation extends Of<'allocation'>, OnMaterials {
  readonly shares: readonly { /** A district or a purpose. */ readonly to: string; readonly share: Fraction }[];
}

/** So many refused requests within a time close the materials to a party, for a time. */
export interface BarrierResponse extends Of<'barrier-response'>, OnMaterials {
  readonly attempts: number;
  readonly within: Duration;
  /** From the attempt that closed it. */
  readonly closedFor: Duration;
}

/** A report that is due again and again. */
export interface Reporting extends Of<'reporting'> {
  /** What is to be reported, in words. */
  readonly report: string;
  readonly every: Duration;
}

export type Clause = Untouchable | CertifiedKeeper | TwoPerson | Dwell | Allocation | BarrierResponse | Reporting;
export type ClauseKind = Clause['kind'];

/** Kinds that a protocol can have: whatever can be adopted is acted upon. */
export const ADOPTABLE = ['untouchable', 'certified-keeper', 'two-person'] as const satisfies readonly ClauseKind[];

/** A protocol's clauses as they bind. */
export interface Binding {
  readonly protocol: string;
  readonly title: string;
  readonly clauses: readonly Clause[];
  /** Ids of those that are suspended. */
  readonly suspended?: readonly string[];
}

/** PartyIds that a clause names. */
export function partiesIn(clause: Clause): readonly string[] {
  switch (clause.kind) {
    case 'untouchable': {
      const { parties, exceptions, carriers = [], mandates = [] } = clause;
      return [...(parties === 'all-external' ? [] : parties), ...exceptions, ...carriers, ...mandates.map(({ party }) => party)];
    }
    case 'certified-keeper':
    case 'dwell':
      return clause.exceptions ?? [];
    default:
      return [];
  }
}

/** Codes of materials that a clause names. */
export const materialsIn = (clause: Clause): readonly string[] => ('materials' in clause && clause.materials !== 'all' ? clause.materials : []);

const UNITS = ['days', 'hours', 'minutes', 'seconds'] as const;
const lasting = (duration: Duration): string =>
  UNITS.flatMap((unit) => (duration[unit] ? [`${duration[unit]} ${duration[unit] === 1 ? unit.slice(0, -1) : unit}`] : [])).join(' ') || 'no time';

const listed = (words: readonly string[], last: 'and' | 'or'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

/** What a clause says, without its place. */
function said(clause: Clause): string {
  const materials = !('materials' in clause) ? '' : clause.materials === 'all' ? 'any material' : clause.materials.join(', ');
  switch (clause.kind) {
    case 'untouchable':
      return `${clause.parties === 'all-external' ? 'No external party' : 'None of the parties it lists'} may acquire ${materials}, as owner or as custodian`;
    case 'certified-keeper':
      return `Only a ${listed(clause.roles, 'or')} may take over ${materials}`;
    case 'two-person':
      return `Nobody passes on ${materials} alone: another ${clause.second} has to confirm it`;
    case 'dwell':
      return `Nobody holds ${materials} for longer than ${lasting(clause.longest)}`;
    case 'allocation':
      return `Yields of ${materials} go to ${listed(clause.shares.map(({ to, share }) => `${to} (${share.n}/${share.d})`), 'and')}`;
    case 'barrier-response':
      return `After ${clause.attempts} refused requests within ${lasting(clause.within)}, ${materials} is closed to a party for ${lasting(clause.closedFor)}`;
    case 'reporting':
      return `${clause.report}: to be reported every ${lasting(clause.every)}`;
  }
}

/** The clause as a sentence for people; parties stay opaque ids. */
export const wordsOf = (clause: Clause, title: string): string => `${said(clause)} (“${title}”, clause ${clause.id}).`;
