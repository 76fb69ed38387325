// Clauses: what a protocol forbids by machine. Versioned data, and a pure evaluation that names the clauses that decided.

/** Materials that external parties may not acquire, be it as owner or as custodian. */
export interface Untouchable {
  readonly kind: 'untouchable';
  /** Unique within its protocol. */
  readonly id: string;
  /** Codes of the community's catalogue. */
  readonly materials: readonly string[] | 'all';
  /** PartyIds that it binds, or every party outside the community. */
  readonly parties: readonly string[] | 'all-external';
  /** PartyIds that this clause, and only this one, leaves free: say a listed carrier. */
  readonly exceptions: readonly string[];
}

export type Clause = Untouchable;

/** A protocol's clauses as they bind. */
export interface Binding {
  readonly protocol: string;
  readonly title: string;
  readonly clauses: readonly Clause[];
}

/** A party is about to get a material, as owner or as custodian. */
export interface Acquisition {
  readonly material: string;
  /** PartyId of who would get it. */
  readonly party: string;
  /** Whether that party is outside the community (`isExternal`). */
  readonly external: boolean;
}

export interface Denial {
  readonly protocol: string;
  /** Id of the clause within the protocol. */
  readonly clause: string;
  /** The clause as a sentence. */
  readonly words: string;
}

export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly denied: readonly Denial[] };

const binds = (clause: Clause, { party, external }: Acquisition): boolean =>
  !clause.exceptions.includes(party) && (clause.parties === 'all-external' ? external : clause.parties.includes(party));

const covers = (clause: Clause, { material }: Acquisition): boolean => clause.materials === 'all' || clause.materials.includes(material);

/** The clause as a sentence for people; parties stay opaque ids. */
export function wordsOf(clause: Clause, title: string): string {
  const materials = clause.materials === 'all' ? 'any material' : clause.materials.join(', ');
  const parties = clause.parties === 'all-external' ? 'No external party' : 'None of the parties it lists';
  return `${parties} may acquire ${materials}, as owner or as custodian (“${title}”, clause ${clause.id}).`;
}

/** Deny wins; an exception lifts only its own clause. All clauses that deny are named. */
export function evaluate(protocols: readonly Binding[], acquisition: Acquisition): Verdict {
  const denied = protocols.flatMap(({ protocol, title, clauses }) =>
    clauses
      .filter((clause) => covers(clause, acquisition) && binds(clause, acquisition))
      .map((clause) => ({ protocol, clause: clause.id, words: wordsOf(clause, title) })),
  );
  return denied.length === 0 ? { allowed: true } : { allowed: false, denied };
}
