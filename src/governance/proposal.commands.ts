// Commands on proposals. Those without a route are owed by processes.
import { ArrayMinSize, Equals, IsIn, IsUUID, Matches } from 'class-validator';
import { OFFICES, PARTY_KINDS, type Clause, type Office, type PartyKind } from '../community/index.ts';
import { StatedRules } from '../community/stated/index.ts';
import { CHOICES, NONE, STATUS_QUO } from './choice.ts';
import { CLAUSES, CODE } from './clause.commands.ts';
import { ELECTION_METHODS, ELECTION_TIES, type ElectionMethod, type ElectionTie } from './measure.ts';
import { IsInstant, IsText, ListOf, ListOfKinds, Nested, OneOf, Optional } from '../validation/index.ts';

/** What stands on ballots beside options. */
const RESERVED = [...CHOICES, NONE, STATUS_QUO];
const OPTION = new RegExp(`^(?!(?:${RESERVED.join('|')})$)[a-z0-9][a-z0-9-]{0,63}$`);

const PROTOCOL = { message: 'protocol must be lower-case letters, digits and hyphens, at most 64' };

/** Puts a protocol in force, or its new text in the place of the one in force. */
export class AdoptProtocol {
  @Equals('adopt-protocol')
  readonly kind!: 'adopt-protocol';

  /** Code of the protocol: an older text of the same code gives way. */
  @Matches(CODE, PROTOCOL)
  readonly protocol!: string;

  /** What the machine enforces. */
  @ListOfKinds(CLAUSES, 100)
  readonly clauses!: readonly Clause[];

  /** RFC 3339 instant at which it ends by itself; absent: it is in force until another decision. */
  @Optional()
  @IsInstant()
  readonly until?: string;
}

export class RepealProtocol {
  @Equals('repeal-protocol')
  readonly kind!: 'repeal-protocol';

  @Matches(CODE, PROTOCOL)
  readonly protocol!: string;
}

/** Decided under the charter's stricter rule, and where it changes that, under the stricter of the old and the new one. */
export class ChangeRules {
  @Equals('change-rules')
  readonly kind!: 'change-rules';

  /** What is to be otherwise; the rest stays. */
  @Nested(() => StatedRules)
  readonly rules!: StatedRules;
}

class OnRole {
  /** PersonId of a member. */
  @IsUUID()
  readonly person!: string;

  /** `member` is none of them: it comes with the membership. */
  @IsIn(OFFICES)
  readonly role!: Office;
}

/** Elects somebody: for a term, or until another decision. */
export class GrantRole extends OnRole {
  @Equals('grant-role')
  readonly kind!: 'grant-role';

  /** RFC 3339 instant at which the term ends by itself; absent: it has no end of its own. */
  @Optional()
  @IsInstant()
  readonly until?: string;
}

/** Takes a role back, at once. */
export class RecallRole extends OnRole {
  @Equals('recall-role')
  readonly kind!: 'recall-role';
}

/** Enters a party into the books. */
export class RegisterPartyByVote {
  @Equals('register-party')
  readonly kind!: 'register-party';

  @IsIn(PARTY_KINDS)
  readonly partyKind!: PartyKind;

  /** Name of the organisation or place. */
  @IsText(200)
  readonly name!: string;
}

class OnParty {
  /** PartyId of a registered party. */
  @IsUUID()
  readonly party!: string;
}

export class AllyParty extends OnParty {
  @Equals('ally-party')
  readonly kind!: 'ally-party';
}

/** What it holds it still holds, and may hand over; it gets nothing more. */
export class ExpelParty extends OnParty {
  @Equals('expel-party')
  readonly kind!: 'expel-party';
}

/** Words only. */
export class Resolution {
  @Equals('resolution')
  readonly kind!: 'resolution';
}

/** What can be done by itself, and as one of several options. */
export const SINGLE_MEASURES = {
  'repeal-protocol': RepealProtocol, 'change-rules': ChangeRules, 'grant-role': GrantRole, 'recall-role': RecallRole,
  'register-party': RegisterPartyByVote, 'ally-party': AllyParty, 'expel-party': ExpelParty, resolution: Resolution, 'adopt-protocol': AdoptProtocol,
};
type StatedMeasure = InstanceType<(typeof SINGLE_MEASURES)[keyof typeof SINGLE_MEASURES]>;

class Words {
  @IsText(200)
  readonly title!: string;

  /** What people are asked to agree to, in words. */
  @IsText(50_000)
  readonly prose!: string;
}

export class StatedOption extends Words {
  /** Names the option on ballots. */
  @Matches(OPTION, { message: `option must be lower-case letters, digits and hyphens, at most 64, and none of ${RESERVED.join(', ')}` })
  readonly option!: string;

  /** What is done when this option is elected. */
  @OneOf(SINGLE_MEASURES)
  readonly measure!: StatedMeasure;
}

/** One way out of several, or none: that nothing changes is always open, and is not listed. */
export class ChooseOne {
  @Equals('choose-one')
  readonly kind!: 'choose-one';

  /** How people choose: each approves any number of options, or ranks them (Schulze's method). */
  @IsIn(ELECTION_METHODS)
  readonly method!: ElectionMethod;

  /** What becomes of equally good options: one is drawn by lot from the roll's root, or nothing changes. */
  @Optional()
  @IsIn(ELECTION_TIES)
  readonly tie: ElectionTie = 'status-quo';

  @ListOf(() => StatedOption, 100)
  @ArrayMinSize(2)
  readonly options!: readonly StatedOption[];
}

/** What people are to agree to, and what is done then. */
export class StatedText extends Words {
  /** Code of one of the charter's topics: delegations may be for it alone. */
  @Optional()
  @Matches(CODE, { message: 'topic must be lower-case letters, digits and hyphens, at most 64' })
  readonly topic?: string;

  /** What is done when it passes. */
  @OneOf({ ...SINGLE_MEASURES, 'choose-one': ChooseOne })
  readonly measure!: StatedMeasure | ChooseOne;
}

export class DraftProposal extends StatedText {}

/** The text written anew, before it is frozen. */
export class ReviseProposal extends StatedText {
  @IsUUID()
  readonly proposal!: string;
}

/** The text written anew, against the charter as it is now. */
export class RebaseProposal extends StatedText {
  @IsUUID()
  readonly proposal!: string;
}

export class OnProposal {
  @IsUUID()
  readonly proposal!: string;
}

export class SubmitProposal extends OnProposal {}

export class AdmitProposal extends OnProposal {}

export class FindInadmissible extends OnProposal {
  /** Why it cannot be put to a vote, in words that stay on record: said in office, they are not personal. */
  @IsText(5_000)
  readonly reason!: string;
}

/** Owed when enough members sponsor a proposal. */
export class AdmitSponsored extends OnProposal {}

export class SponsorProposal extends OnProposal {}

export class WithdrawSponsorship extends OnProposal {}

export class WithdrawProposal extends OnProposal {}

export class FreezeProposal extends OnProposal {
  /** RFC 3339 instant. Absent: when the charter's reading time is over. */
  @Optional()
  @IsInstant()
  readonly opensAt?: string;

  /** RFC 3339 instant. Absent: when the charter's shortest voting time is over. */
  @Optional()
  @IsInstant()
  readonly closesAt?: string;
}

export class SealRoll extends OnProposal {}

export class OpenVoting extends OnProposal {}

export class ClosePolls extends OnProposal {}

export class CloseVoting extends OnProposal {}

export class CertifyProposal extends OnProposal {}

export class EnactMeasure extends OnProposal {}

/** Owed when the charter has ordered something about a party. */
export class CarryOutOnParty extends OnProposal {
  @IsUUID()
  readonly party!: string;
}

/** Owed when the charter has ordered something about a person. */
export class CarryOutOnPerson extends OnProposal {
  @IsUUID()
  readonly person!: string;
}

export class EndProtocol {
  @Matches(CODE, PROTOCOL)
  readonly protocol!: string;
}

export class ConcludeEnactment extends OnProposal {}
