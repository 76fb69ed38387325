// Routes of governance: proposals on their way, ballots, protocols in force and resolutions.
import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { IsIn, IsUUID, Matches } from 'class-validator';
import { DECISION_CLASSES, listing, OUTCOMES, SUSPENSION_GROUNDS, VETO_GROUNDS, type DecisionClass, type Viewer } from '../community/index.ts';
import {
  Acting,
  Answers,
  Command,
  Commands,
  Describes,
  ForLinkedPersons,
  Listing,
  Paging,
  PathId,
  Public,
  Reading,
  Rejects,
  Viewing,
  Views,
  answer,
  notFound,
  objectOf,
  rowOf,
} from '../http/index.ts';
import type { Aftermath } from './aftermath.ts';
import { CastBallot, WithdrawBallot } from './ballot.commands.ts';
import { CLAUSES, CODE } from './clause.commands.ts';
import {
  AdmitProposal, ChooseOne, DraftProposal, FreezeProposal, RebaseProposal, SINGLE_MEASURES, SubmitProposal, WithdrawProposal,
} from './proposal.commands.ts';
import { TEXT_FAULTS } from './deliberation.ts';
import { MEASURE_KINDS, type Measure } from './measure.ts';
import type { DelegatedVotes } from './delegation/loads.ts';
import type { Election } from './election.ts';
import { protocolStatus, type SuspendedClause, type VetoShown } from './protocol-status.view.ts';
import { PROPOSAL_STATES, type Certified, type ElectionCounts, type FrozenDelegation, type PlainCounts, type ProposalState } from './proposal.ts';
import { membersOnly, presentVote, proposalFor, proposalsFor, type MarkedCounts } from './queries.ts';
import { IsText, Optional } from '../validation/index.ts';

class ProposalFilter extends Paging {
  /** Phase that the proposals are in. */
  @Optional()
  @IsIn(PROPOSAL_STATES)
  readonly state?: ProposalState;

  /** What is looked for in title, prose and protocol code: all words, the last one as a beginning; case and accents do not matter. */
  @Optional()
  @IsText(200)
  readonly search?: string;

  /** What the measure does. */
  @Optional()
  @IsIn(MEASURE_KINDS)
  readonly kind?: Measure['kind'];

  @Optional()
  @IsIn(DECISION_CLASSES)
  readonly decisionClass?: DecisionClass;

  /** PersonId. */
  @Optional()
  @IsUUID()
  readonly proposer?: string;

  /** Code of the protocol that the measure is about. */
  @Optional()
  @Matches(CODE)
  readonly protocol?: string;
}

const { tables: shapes } = protocolStatus;
const clauses = { type: 'array', items: { oneOf: Object.values(CLAUSES) } };

/** As the founding states them. */
export const rule = { $ref: '#/components/schemas/StatedDecisionRule' };
const duration = { $ref: '#/components/schemas/StatedDuration' };
export const count = { type: 'integer', minimum: 0 };
export const position = { type: 'integer', minimum: 1 };
const ground = { type: 'string', enum: VETO_GROUNDS };
const root = { type: 'string', description: 'Merkle root of the roll.' };
export const outcome = { type: 'string', enum: OUTCOMES };
const extended = { type: 'string', enum: ['LateSwing'], description: 'Why the vote went on after its first close.' };

export const plainCounts = objectOf<PlainCounts>({ yes: count, no: count, abstain: count });
export const markedCounts = objectOf<MarkedCounts>({ marked: { ...count, description: 'Ballots that approve or rank options.' }, abstain: count });
const codes = { type: 'array', items: { type: 'string' } };
const matrix = { type: 'array', items: { type: 'array', items: count } };
type Shared = keyof Election & ('eligible' | 'options');
type Result<M extends Election['method']> = Omit<Extract<Election, { readonly method: M }>, 'method'> & { readonly method: M };
const elected = { eligible: { ...codes, description: 'Options that meet threshold and floor against the status quo.' }, options: codes } satisfies Record<Shared, object>;
const settled = { tied: { ...codes, description: 'Best of the eligible, where there is more than one.' }, elected: { type: 'string', description: 'Code of the option.' } };
export const election = {
  oneOf: [
    objectOf<Result<'approval'>, 'tied' | 'elected'>({ method: { type: 'string', const: 'approval' }, ...elected, approvals: { type: 'array', items: count } }, settled),
    objectOf<Result<'ranked'>, 'tied' | 'elected'>({
      method: { type: 'string', const: 'ranked' },
      ...elected,
      pairwise: { ...matrix, description: '`[i][j]`: ballots that put option i above option j; the status quo is the last option.' },
      paths: { ...matrix, description: 'Strengths of the strongest paths, by Schulze’s method.' },
      order: { type: 'array', items: codes, description: 'Best first; those of one group are not told apart.' },
    }, settled),
  ],
};
export const electionCounts = objectOf<ElectionCounts>({ ballots: { ...count, description: 'Those that approve or rank options.' }, abstain: count, election });
export const delegation = {
  ...objectOf<DelegatedVotes>({
    delegates: { ...count, description: 'How many carried votes.' },
    carried: { ...count, description: 'Votes that they carried beside their own.' },
    largest: { ...count, description: 'The most that one of them carried.' },
    hash: { type: 'string', description: 'SHA-256 over a line `delegate number` for each, in the order of PersonIds.' },
  }),
  description: 'Votes that were carried by delegates: they are in the counts.',
};
const certified = objectOf<Certified, 'extended' | 'override' | 'delegation'>({
  roll: { ...count, description: 'Persons on the roll.' },
  rollRoot: root,
  rule,
  frozenAt: { ...position, description: 'Position at which the roll was fixed.' },
  pollsClosedAt: { ...position, description: 'Position up to which ballots count.' },
  stampedLater: { type: 'array', items: position, description: 'Ballots that count although the log stamped them at or after the closing time.' },
  outcome,
}, { delegation, extended, override: { type: 'boolean', enum: [true], description: 'Of a vote on whether guardians are overridden.' } });

const aftermathShown = {
  ...objectOf<Aftermath, keyof Aftermath>({}, {
    contest: duration,
    timelock: duration,
    veto: objectOf<NonNullable<Aftermath['veto']>>({ guardians: count, grounds: { type: 'array', items: ground }, window: duration, override: rule, voting: duration }),
    disputes: objectOf<NonNullable<Aftermath['disputes']>>({ arbiters: count, ruling: duration }),
  }),
  description: 'What stands between the certificate and enactment, as of the freeze.',
};
const veto = objectOf<VetoShown>({ guardian: { type: 'string', format: 'uuid' }, ground, reasons: { type: 'string' }, at: { type: 'string', format: 'date-time' } });
/** With the counts of either kind of vote. */
export const withCounts = (rest: { readonly properties: object; readonly required: readonly string[] }) => ({
  oneOf: [plainCounts, electionCounts].map(({ type, properties, required }) => ({
    type, properties: { ...properties, ...rest.properties }, required: [...required, ...rest.required],
  })),
});
export const certificate = withCounts(certified);

const suspended = objectOf<SuspendedClause>({
  clause: { type: 'string' }, ground: { type: 'string', enum: SUSPENSION_GROUNDS }, by: { type: 'string', format: 'uuid' }, until: { type: 'string', format: 'date-time' },
});
const protocolRow = rowOf(shapes.protocol, { key: { description: 'Code of the protocol.' }, clauses, suspended: { type: 'array', items: suspended } });
const resolutionRow = rowOf(shapes.resolution, { key: { format: 'uuid', description: 'ProposalId.' } });
const proposalPage = rowOf(
  shapes.proposal,
  {
    key: { format: 'uuid', description: 'ProposalId.' },
    state: { enum: PROPOSAL_STATES },
    shown: { enum: ['community', 'public'], description: 'Who may read it.' },
    kind: { enum: MEASURE_KINDS },
    protocol: { description: 'Code of the protocol that the measure is about.' },
    textRevision: { minimum: 1, description: 'Number of the text that this is: see its revisions.' },
    sponsors: { minimum: 0, description: 'How many members sponsor the present text.' },
    inadmissible: objectOf<{ readonly by: string; readonly reason: string }>({ by: { type: 'string', description: 'PersonId of the steward.' }, reason: { type: 'string' } }),
    round: { minimum: 0, description: 'How many times it was voted on, from its freeze on.' },
    measure: { oneOf: [...Object.values(SINGLE_MEASURES), ChooseOne] },
    touched: { description: 'Of what passed and could not be enacted: what had moved since the freeze, `rules` or `protocol <code>`. Before a vote, the freeze tells.' },
    failure: { description: 'Why what passed could not be carried out: the name of a refusal.' },
    decisionClass: { enum: DECISION_CLASSES },
    membershipBeforeFreeze: duration,
    rule,
    rollRoot: root,
    extended,
    outcome,
    elected: { description: 'The option that was elected, where there were several.' },
    certificate,
    aftermath: aftermathShown,
    topic: { description: 'Code of one of the charter’s topics.' },
    delegation: { ...objectOf<FrozenDelegation, keyof FrozenDelegation>({}, { topic: { type: 'string' }, cap: count }), description: 'Fixed by the freeze where votes can be carried by delegates.' },
    contestableUntil: { description: 'Until when the vote can be disputed, with enactment waiting.' },
    disputes: { minimum: 0, description: 'How many disputes are open on its vote.' },
    timelockedUntil: { description: 'Until when it waits after that.' },
    vetoUntil: { description: 'Until when guardians may veto it.' },
    vetoes: { type: 'array', items: veto },
    vetoedCertificate: { ...certificate, description: 'Of the vote that guardians stopped.' },
  },
  {
    counts: {
      oneOf: [plainCounts, markedCounts, { type: 'null' }],
      description: 'Ballots on record; null before the vote opens, and to who is no member until it is certified.',
    },
  },
);
const ballotRow = rowOf(shapes.ballot, { choice: { description: 'As it was cast, in its one form.' } });

@Controller('proposals')
export class ProposalController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes(
    'Draft a proposal',
    'Its measure says what is done when it passes: a protocol adopted or repealed, rules changed, a role granted or recalled, a party registered, made an ally or expelled, nothing but words, or one of several options.',
  )
  @Rejects('CommunityNotInForce', 'MembersOnly', ...TEXT_FAULTS)
  draft(@Command(DraftProposal) command: DraftProposal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':proposal/submission')
  @ForLinkedPersons()
  @Describes('Submit one’s draft')
  @Rejects('NoSuchProposal', 'WrongPhase', 'NotTheProposer', 'MembersOnly')
  submit(@Command(SubmitProposal) command: SubmitProposal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':proposal/admission')
  @ForLinkedPersons()
  @Describes('Admit a proposal', 'By a steward who is not its proposer.')
  @Rejects('NoSuchProposal', 'WrongPhase', 'StewardRequired', 'OwnProposal', 'OwnCase')
  admit(@Command(AdmitProposal) command: AdmitProposal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':proposal/withdrawal')
  @ForLinkedPersons()
  @Describes('Withdraw one’s proposal', 'Until it is frozen, and when it needs a rebase.')
  @Rejects('NoSuchProposal', 'NotTheProposer', 'WrongPhase', 'NoLongerWithdrawable')
  withdrawProposal(@Command(WithdrawProposal) command: WithdrawProposal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':proposal/freeze')
  @ForLinkedPersons()
  @Describes('Freeze a proposal and set its vote', 'Fixes text, charter revision, roll, decision rule and deadlines. The rest follows by itself.')
  @Rejects('NoSuchProposal', 'WrongPhase', 'StewardRequired', 'OwnCase', 'CommunityNotInForce', 'NeedsRebase', 'SunsetTooEarly', 'ReadingTooShort', 'VotingTooShort', 'VotingTooFar')
  freeze(@Command(FreezeProposal) command: FreezeProposal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':proposal/rebase')
  @ForLinkedPersons()
  @Describes('Write one’s text anew against the charter as it is now', 'When what it changes has moved since it was written. It goes back to deliberation.')
  @Rejects('NoSuchProposal', 'NotTheProposer', 'MembersOnly', 'CommunityNotInForce', 'WrongPhase', 'NoRebaseNeeded', 'AnotherMatter', ...TEXT_FAULTS)
  rebase(@Command(RebaseProposal) command: RebaseProposal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Put(':proposal/ballot')
  @ForLinkedPersons()
  @Describes('Cast a ballot', 'Replaces an earlier ballot of the same voter until the polls close.')
  @Rejects('VotingNotOpen', 'NotOnRoll', 'VotesInOwnName', 'InvalidChoice', 'SameChoice')
  cast(@Command(CastBallot) command: CastBallot, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Delete(':proposal/ballot')
  @ForLinkedPersons()
  @Describes('Withdraw one’s ballot')
  @Rejects('VotingNotOpen', 'NotOnRoll', 'VotesInOwnName', 'NoBallot')
  withdraw(@Command(WithdrawBallot) command: WithdrawBallot, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Get()
  @Public()
  @Describes('The proposal board: proposals in motion and decided', 'Newest first, also as of any past position. Every filter that is given must fit. Who is no member finds those that were admitted.')
  @Answers(proposalPage, 'page')
  async list(@Reading() at: Reading, @Listing(ProposalFilter) filter: ProposalFilter, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(protocolStatus, at);
    return answer(position, proposalsFor(tables, viewer, listing(filter)));
  }

  @Get(':proposal')
  @Public()
  @Describes('One proposal with its counts and, once certified, its certificate')
  @Answers(proposalPage)
  async one(@PathId('proposal') proposal: string, @Reading() at: Reading, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(protocolStatus, at);
    return answer(position, proposalFor(tables, viewer, proposal) ?? notFound('proposal', proposal));
  }

  @Get(':proposal/ballots')
  @ForLinkedPersons()
  @Describes('Ballots on record in the last vote, by name: votes are open', 'For members.')
  @Answers(ballotRow, 'page')
  @Rejects('MembersOnly')
  async ballots(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(Paging) paging: Paging, @Viewing() viewer: Viewer) {
    membersOnly(viewer);
    const { position, tables } = await this.views.read(protocolStatus, at);
    const page = proposalFor(tables, viewer, proposal) ?? notFound('proposal', proposal);
    return answer(position, tables.ballot.list({ where: { vote: presentVote(page) }, ...listing(paging) }));
  }
}

@Controller('protocols')
export class ProtocolController {
  constructor(private readonly views: Views) {}

  @Get()
  @Public()
  @Describes('Protocols in force: since when, and by which vote')
  @Answers(protocolRow, 'page')
  async list(@Reading() at: Reading, @Listing(Paging) paging: Paging) {
    const { position, tables } = await this.views.read(protocolStatus, at);
    return answer(position, tables.protocol.list(listing(paging)));
  }

  @Get(':protocol')
  @Public()
  @Describes('One protocol in force, by its code')
  @Answers(protocolRow)
  async one(@PathId('protocol') protocol: string, @Reading() at: Reading) {
    const { position, tables } = await this.views.read(protocolStatus, at);
    return answer(position, tables.protocol.get(protocol) ?? notFound('protocol', protocol));
  }
}

@Controller('resolutions')
export class ResolutionController {
  constructor(private readonly views: Views) {}

  @Get()
  @Public()
  @Describes('Resolutions: words that were agreed to')
  @Answers(resolutionRow, 'page')
  async list(@Reading() at: Reading, @Listing(Paging) paging: Paging) {
    const { position, tables } = await this.views.read(protocolStatus, at);
    return answer(position, tables.resolution.list(listing(paging)));
  }
}
