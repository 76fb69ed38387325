// Rules as commands state them: at the founding, and in a measure that changes them.
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsBoolean, IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Nested, Optional } from '../../validation/index.ts';
import { VETO_GROUNDS, type VetoGround } from '../aftermath.ts';
import { MOST_IN_A_FRACTION, TIE_RULES, type TieRule } from '../decision-rule.ts';
import { MOST_SPONSORS } from '../rules.ts';

export class StatedFraction {
  @IsInt()
  @Min(0)
  @Max(MOST_IN_A_FRACTION)
  readonly n!: number;

  @IsInt()
  @Min(1)
  @Max(MOST_IN_A_FRACTION)
  readonly d!: number;
}

export class StatedThreshold extends StatedFraction {
  @JSONSchema({ description: 'More than the fraction; false: at least.' })
  @IsBoolean()
  readonly strict!: boolean;

  @JSONSchema({ description: 'What becomes of as many yes as no: for at least one half, and only for that.' })
  @Optional()
  @IsIn(TIE_RULES)
  readonly tie?: TieRule;
}

export class StatedDecisionRule {
  /** Share of the roll whose ballots are decisive (yes or no) that makes a vote count. */
  @Nested(() => StatedFraction)
  readonly quorum!: StatedFraction;

  /** Share of the roll with any ballot, abstentions included, that makes a vote count. */
  @Optional()
  @Nested(() => StatedFraction)
  readonly turnout?: StatedFraction;

  /** Share of yes among the decisive ballots. */
  @Nested(() => StatedThreshold)
  readonly threshold!: StatedThreshold;

  /** Share of the roll that must say yes. */
  @Nested(() => StatedFraction)
  readonly floor!: StatedFraction;
}

/** Per class of proposal. */
export class StatedDecisionRules {
  /** Protocols and resolutions. */
  @Optional()
  @Nested(() => StatedDecisionRule)
  readonly ordinary?: StatedDecisionRule;

  /** Changes of the rules. */
  @Optional()
  @Nested(() => StatedDecisionRule)
  readonly charter?: StatedDecisionRule;
}

/** The parts add up. */
export class StatedDuration {
  @Optional()
  @IsInt()
  @Min(0)
  @Max(366)
  readonly days?: number;

  @Optional()
  @IsInt()
  @Min(0)
  @Max(10_000)
  readonly hours?: number;

  @Optional()
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  readonly minutes?: number;

  @Optional()
  @IsInt()
  @Min(0)
  @Max(100_000_000)
  readonly seconds?: number;
}

/** By class of proposal; a class that is not named has none. */
export class StatedTimes {
  @Optional()
  @Nested(() => StatedDuration)
  readonly ordinary?: StatedDuration;

  @Optional()
  @Nested(() => StatedDuration)
  readonly charter?: StatedDuration;
}

export class StatedVeto {
  /** So many of them stop a proposal; 0: there is no veto. */
  @IsInt()
  @Min(0)
  @Max(100)
  readonly guardians!: number;

  /** On these grounds and no others. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(VETO_GROUNDS.length)
  @ArrayUnique()
  @IsIn(VETO_GROUNDS, { each: true })
  readonly grounds!: readonly VetoGround[];

  /** How long they have; enactment waits for it. */
  @Nested(() => StatedDuration)
  readonly window!: StatedDuration;

  /** The rule by which the roll overrides them. */
  @Nested(() => StatedDecisionRule)
  readonly override!: StatedDecisionRule;
}

export class StatedDisputes {
  /** An odd number, drawn by lot for each dispute; 0: there are none. */
  @IsInt()
  @Min(0)
  @Max(15)
  readonly arbiters!: number;

  /** How long they have; enactment waits for it. */
  @Nested(() => StatedDuration)
  readonly ruling!: StatedDuration;
}

const Least = (): PropertyDecorator => (target, property) => {
  for (const decorator of [Max(100), Min(0), IsInt(), Optional()]) decorator(target, property);
};

export class StatedRoleMinimum {
  @Least()
  readonly steward?: number;

  @Least()
  readonly keeper?: number;

  @Least()
  readonly guardian?: number;

  @Least()
  readonly chronicler?: number;

  @Least()
  readonly auditor?: number;

  @Least()
  readonly arbiter?: number;
}

const TOPIC = /^[a-z0-9][a-z0-9-]{0,63}$/;

export class StatedDelegation {
  @IsBoolean()
  readonly allowed!: boolean;

  /** Codes that a proposal may have as its topic. */
  @Optional()
  @IsArray()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @Matches(TOPIC, { each: true, message: 'topics must be lower-case letters, digits and hyphens, at most 64 each' })
  readonly topics: readonly string[] = [];

  @JSONSchema({ description: 'Most that one delegate carries beside the own vote; absent: any number.' })
  @Optional()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  readonly cap?: number;
}

/** Rules that differ from the usual ones. */
export class StatedRules {
  /** Whether members may delegate their votes; they may not where it is not said. */
  @Optional()
  @Nested(() => StatedDelegation)
  readonly delegation?: StatedDelegation;

  /** After a certificate: how long it can be disputed, with enactment waiting. */
  @Optional()
  @Nested(() => StatedTimes)
  readonly contest?: StatedTimes;

  /** Between the end of the contest and enactment. */
  @Optional()
  @Nested(() => StatedTimes)
  readonly timelock?: StatedTimes;

  /** Of guardians, cast during the timelock. */
  @Optional()
  @Nested(() => StatedVeto)
  readonly veto?: StatedVeto;

  /** Against a vote, opened within the contest. */
  @Optional()
  @Nested(() => StatedDisputes)
  readonly disputes?: StatedDisputes;

  @Optional()
  @Nested(() => StatedDecisionRules)
  readonly decision?: StatedDecisionRules;

  /** Between the freeze of a text and the opening of its vote. */
  @Optional()
  @Nested(() => StatedDuration)
  readonly reading?: StatedDuration;

  /** Shortest time that a vote is open. */
  @Optional()
  @Nested(() => StatedDuration)
  readonly voting?: StatedDuration;

  /** Share of the voting time, at its end, in which a swing of the outcome extends the vote, once, by as long: at most one half. */
  @Optional()
  @Nested(() => StatedFraction)
  readonly lateSwing?: StatedFraction;

  /** How long a member must have been one when a proposal is frozen, to be on its roll. */
  @Optional()
  @Nested(() => StatedDuration)
  readonly membershipBeforeFreeze?: StatedDuration;

  /** How long an invitation can be accepted. */
  @Optional()
  @Nested(() => StatedDuration)
  readonly invitation?: StatedDuration;

  /** How long a token is valid. */
  @Optional()
  @Nested(() => StatedDuration)
  readonly token?: StatedDuration;

  /** Distinct members, other than the reporter, that confirm a report of sabotage. */
  @Optional()
  @IsInt()
  @Min(1)
  @Max(100)
  readonly corroborations?: number;

  /** Distinct members, other than the proposer, whose sponsorship admits a submitted proposal; 0: stewards alone admit. */
  @Optional()
  @IsInt()
  @Min(0)
  @Max(MOST_SPONSORS)
  readonly sponsors?: number;

  /** How many hold a role at the least, by role. Given whole: what is not named has no minimum, but for one steward. */
  @Optional()
  @Nested(() => StatedRoleMinimum)
  readonly roleMinimum?: StatedRoleMinimum;
}
