// A vote from draft to the last ballot: days of ballots, opinions that shift, minds that change.
import { FOUNDERS, MEMBERS } from './cast.ts';
import type { Json, Script } from './script.ts';

export type Choice = 'yes' | 'no' | 'abstain';

export interface Motion {
  /** Name in the play file. */
  readonly name: string;
  readonly title: string;
  readonly prose: string;
  readonly topic?: string;
  readonly measure: Json;
  readonly proposer: string;
  /** Stewards, neither of them the proposer. */
  readonly admittedBy: string;
  readonly opensAt: string;
  readonly closesAt: string;
}

/** Puts a protocol in force. */
export const adopt = (protocol: string, ...clauses: readonly Json[]): Json => ({ kind: 'adopt-protocol', protocol, clauses });

export const ELECTORATE = [...FOUNDERS, ...MEMBERS].map(({ name }) => name);

/** Drafted, submitted, admitted and frozen. */
export function propose(s: Script, { name, title, prose, topic, measure, proposer, admittedBy, opensAt, closesAt }: Motion): void {
  s.send(proposer, 'POST /proposals', { title, prose, ...(topic === undefined ? {} : { topic }), measure }, { save: { [name]: 'id' } });
  s.send(proposer, `POST /proposals/{${name}}/submission`);
  s.send(admittedBy, `POST /proposals/{${name}}/admission`);
  s.send(admittedBy, `POST /proposals/{${name}}/freeze`, { opensAt, closesAt });
}

/** Ballots of some voters, in random order, so many hours apart in groups of ten. `yes` and `no` in percent. */
export function vote(s: Script, name: string, voters: readonly string[], leaning: { readonly yes: number; readonly no: number }, hoursApart: number): Map<string, Choice> {
  const cast = new Map<string, Choice>();
  for (const [i, voter] of shuffled(s, voters).entries()) {
    if (i % 10 === 9) s.pass(hoursApart);
    const chance = s.roll(100);
    const choice = chance < leaning.yes ? 'yes' : chance < leaning.yes + leaning.no ? 'no' : 'abstain';
    ballot(s, name, voter, choice);
    cast.set(voter, choice);
  }
  return cast;
}

export const ballot = (s: Script, name: string, voter: string, choice: Choice): void => s.send(voter, `PUT /proposals/{${name}}/ballot`, { choice });

export const count = (cast: ReadonlyMap<string, Choice>): Record<Choice, number> => {
  const counts = { yes: 0, no: 0, abstain: 0 };
  for (const choice of cast.values()) counts[choice] += 1;
  return counts;
};

function shuffled<T>(s: Script, from: readonly T[]): T[] {
  const all = [...from];
  for (let i = all.length - 1; i > 0; i--) {
    const j = s.roll(i + 1);
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}
