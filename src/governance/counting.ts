// Counting: the ballots of one vote, from the log alone, and what they add up to.
import { createHash } from 'node:crypto';
import { msOf } from '../kernel/index.ts';
import type { Inquiry, WholeLog } from '../runtime/index.ts';
import type { BallotEvent } from './ballot.ts';
import type { Choice } from './choice.ts';
import { countOf, type Choices } from './election.ts';
import { loadsOf, votesCarried } from './delegation/loads.ts';
import type { ChooseOne, ElectionMethod } from './measure.ts';
import { electionIn, proposal as proposalFold, proposalStream, type CertifiedVote } from './proposal.ts';
import { proposalRejections } from './rejections.ts';
import type { Tally } from './voting.ts';

/** Choices of a vote by number: texts that are alike are kept once. */
class Spoken {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];

  numberOf(choice: string): number {
    const known = this.numbers.get(choice);
    if (known !== undefined) return known;
    this.numbers.set(choice, this.texts.length);
    return this.texts.push(choice) - 1;
  }

  textOf(number: number): string {
    return this.texts[number] as string;
  }
}

/** Ballots on record, by voter, in the order in which they were cast. Small numbers in rows, and no object for each: a million take tens of megabytes. */
export class Ballots {
  private readonly spoken = new Spoken();
  /** By voter: the place of the ballot in the two rows, which keep replaced ones as well. */
  private readonly byVoter = new Map<string, number>();
  private readonly said: number[] = [];
  private readonly at: number[] = [];
  private readonly late = new Map<string, number>();

  put(voter: string, choice: string, position: number, late: boolean): void {
    this.remove(voter);
    this.byVoter.set(voter, this.said.push(this.spoken.numberOf(choice)) - 1);
    this.at.push(position);
    if (late) this.late.set(voter, position);
  }

  /** Taken out first, so that a ballot that replaces another has its own place. */
  remove(voter: string): void {
    this.byVoter.delete(voter);
    if (this.late.size > 0) this.late.delete(voter);
  }

  /** Positions of ballots that the log stamped at or after the closing time. */
  get stampedLater(): number[] {
    return [...this.late.values()].toSorted((a, b) => a - b);
  }

  has(voter: string): boolean {
    return this.byVoter.has(voter);
  }

  /** How often each choice was made; a ballot counts once, and once more for each vote that it carries. */
  *choices(carried: ReadonlyMap<string, number> = new Map()): Choices {
    const times = new Map<number, number>();
    for (const ballot of this.byVoter.values()) {
      const number = this.said[ballot] as number;
      times.set(number, (times.get(number) ?? 0) + 1);
    }
    for (const [voter, more] of carried) {
      const number = this.said[this.byVoter.get(voter) as number] as number;
      times.set(number, (times.get(number) as number) + more);
    }
    for (const [number, count] of times) yield [this.spoken.textOf(number), count];
  }

  /** SHA-256 over a line for each ballot: voter, choice and position, parted by spaces, ended by a line feed. */
  hash(): string {
    const hash = createHash('sha256');
    let lines = '';
    for (const [voter, ballot] of this.byVoter) {
      lines += `${voter} ${this.spoken.textOf(this.said[ballot] as number)} ${this.at[ballot]}\n`;
      if (lines.length < 65_536) continue;
      hash.update(lines);
      lines = '';
    }
    return hash.update(lines).digest('hex');
  }
}

/** Ballots of a round on record as of a position. */
export function ballotsOf(proposal: string, { round, frozen }: Cast, upTo: number, log: WholeLog): Ballots {
  const ballots = new Ballots();
  const closes = msOf(frozen.closesAt);
  for (const { type, data, position, time } of log.events<BallotEvent>(['BallotCast', 'BallotWithdrawn'], frozen.at.position, upTo)) {
    if (data.proposal !== proposal || data.round !== round) continue;
    if (type === 'BallotCast') ballots.put(data.voter, data.choice, position, time >= closes);
    else ballots.remove(data.voter);
  }
  return ballots;
}

/** A vote, as far as its ballots have to do with it. */
export type Cast = Pick<CertifiedVote, 'round' | 'frozen' | 'election'>;

/** Ballots of a round on record as of a position, with the votes that they carry beside their own. */
export interface Box {
  readonly ballots: Ballots;
  /** By delegate, as far as the cap allows; absent where no vote is delegated. */
  readonly carried?: ReadonlyMap<string, number>;
}

export function boxOf(proposal: string, cast: Cast, upTo: number, log: WholeLog): Box {
  const ballots = ballotsOf(proposal, cast, upTo, log);
  const { delegation } = cast.frozen;
  return delegation ? { ballots, carried: votesCarried(proposal, delegation, { cast, ballots, upTo }, log) } : { ballots };
}

/** What a box adds up to: yes and no or, in an election, by its method or the other one. */
export function tallyOf(election: ChooseOne | undefined, { ballots, carried }: Box, method?: ElectionMethod): Tally {
  const rest = { stampedLater: ballots.stampedLater, ...(carried ? { delegation: loadsOf(carried) } : {}) };
  if (election) return { ...countOf(election, ballots.choices(carried), method), ...rest };
  const counts = { yes: 0, no: 0, abstain: 0 };
  for (const [choice, times] of ballots.choices(carried)) counts[choice as Choice] += times;
  return { ...counts, ...rest };
}

export interface CountOf {
  readonly proposal: string;
}

/** The present vote of a proposal. @throws Rejection NoSuchProposal one that was never frozen */
export function castOn(proposal: string, log: WholeLog): Cast & { readonly pollsClosedAt?: number } {
  const state = log.fold(proposalFold, proposalStream(proposal));
  if (state.status === 'absent' || !state.frozen) throw proposalRejections.NoSuchProposal();
  const { round, frozen, pollsClosedAt } = state;
  const election = electionIn(state);
  return { round, frozen, ...(pollsClosedAt === undefined ? {} : { pollsClosedAt }), ...(election ? { election } : {}) };
}

/** The ballots of a proposal's present round as of the position that is asked about. */
export const count: Inquiry<CountOf, Tally> = {
  name: 'count',
  answer(log, { proposal }) {
    const cast = castOn(proposal, log);
    return tallyOf(cast.election, boxOf(proposal, cast, Infinity, log));
  },
};
