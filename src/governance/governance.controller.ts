// Routes of governance: proposals on their way, ballots, and the protocols in force.
import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { IsIn } from 'class-validator';
import { admissionOf, communityView, DECISION_CLASSES, maySee, OUTCOMES, type Somebody, type Viewer } from '../community/index.ts';
import {
  Acting,
  Answers,
  Command,
  Commands,
  Describes,
  ForLinkedPersons,
  Inquiries,
  Listing,
  Paging,
  PathId,
  Public,
  Reading,
  Rejects,
  Secrets,
  Viewing,
  Views,
  answer,
  notFound,
  rowOf,
} from '../http/index.ts';
import { CastBallot, WithdrawBallot } from './ballot.commands.ts';
import { ballotRejections, CHOICES } from './ballot.ts';
import {
  AdmitProposal, AdoptProtocol, ChangeRules, DraftProposal, FreezeProposal, RebaseProposal, RepealProtocol, Resolution, SubmitProposal, UntouchableClause, WithdrawProposal,
} from './proposal.commands.ts';
import { proposalRejections } from './rejections.ts';
import { PROPOSAL_STATES, type Certificate, type ProposalState } from './proposal.ts';
import { protocolStatus } from './protocol-status.view.ts';
import { outlookFor, ownBallot, proposalFor, proposalsFor, presentVote, type BallotCounts, type OutlookShown, type OwnBallot } from './queries.ts';
import { recount, type Recount, type Recounted } from './recount.ts';
import type { RollEntry } from './roll.ts';
import { rollEntry } from './roll-entry.ts';
import { partsOf } from './rule-asked.ts';
import { RuleAsked } from './rule-asked.commands.ts';
import { Optional } from '../validation/index.ts';

class ProposalFilter extends Paging {
  /** Phase that the proposals are in. */
  @Optional()
  @IsIn(PROPOSAL_STATES)
  readonly state?: ProposalState;
}

const { tables: shapes } = protocolStatus;

/** As the founding states them. */
const rule = { $ref: '#/components/schemas/StatedDecisionRule' };
const duration = { $ref: '#/components/schemas/StatedDuration' };
const object = <T, O extends keyof T = never>(properties: Readonly<Record<Exclude<keyof T, O>, object>>, optional?: Readonly<Record<O, object>>) =>
  ({ type: 'object', properties: { ...properties, ...optional }, required: Object.keys(properties) });
const clauses = { type: 'array', items: UntouchableClause };
const count = { type: 'integer', minimum: 0 };
const position = { type: 'integer', minimum: 1 };
const root = { type: 'string', description: 'Merkle root of the roll.' };
const outcome = { type: 'string', enum: OUTCOMES };
const extended = { type: 'string', enum: ['LateSwing'], description: 'Why the vote went on after its first close.' };

const counts = object<BallotCounts>({ yes: count, no: count, abstain: count });
const certificate = object<Certificate, 'extended'>({
  ...counts.properties,
  roll: { ...count, description: 'Persons on the roll.' },
  rollRoot: root,
  rule,
  frozenAt: { ...position, description: 'Position at which the roll was fixed.' },
  pollsClosedAt: { ...position, description: 'Position up to which ballots count.' },
  stampedLater: { type: 'array', items: position, description: 'Ballots that count although the log stamped them at or after the closing time.' },
  outcome,
}, { extended });

const hash = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const recounted = object<Recounted>({
  ...counts.properties,
  roll: { ...count, description: 'Persons on the roll, by the admissions on record.' },
  ballotsHash: { ...hash, description: 'SHA-256 of the canonical JSON of [voter, choice, position] of each ballot that counts, by voter.' },
  outcome,
});
const recountAnswer = object<Recount, 'otherwise'>(
  {
    proposal: { type: 'string', format: 'uuid' },
    round: position,
    certificate,
    certificateHash: { ...hash, description: 'SHA-256 of the canonical JSON of the certificate.' },
    recounted,
    agrees: { type: 'boolean', description: 'Whether counts, roll and outcome are those of the certificate.' },
  },
  { otherwise: { ...object<NonNullable<Recount['otherwise']>>({ rule, outcome }), description: 'By the rule that was asked for.' } },
);
const outlook = object<OutlookShown>({
  ...counts.properties,
  roll: { ...count, description: 'Persons on the roll.' },
  rule,
  outcome: { ...outcome, description: 'If the vote closed now.' },
  outstanding: { ...count, description: 'Persons on the roll without a ballot.' },
  yesNeeded: { type: ['integer', 'null'], minimum: 0, description: 'Least number of further ballots, all yes, with which it passes; null: not even all that are outstanding would do.' },
});
const rollEntryAnswer = object<RollEntry>({
  person: { type: 'string', format: 'uuid' },
  salt: hash,
  index: { ...count, description: 'Place on the roll, from 0.' },
  size: { type: 'integer', minimum: 1 },
  path: { type: 'array', items: hash, description: 'Siblings from the entry upwards.' },
  root: hash,
});
const ownBallotAnswer = object<OwnBallot>({
  choice: { type: ['string', 'null'], enum: [...CHOICES, null] },
  castAt: { type: ['string', 'null'], format: 'date-time' },
  standing: { type: 'string', enum: ['counts', 'no-ballot', 'no-member', 'too-late-a-member', 'no-vote-yet'] },
});

const protocolRow = rowOf(shapes.protocol, { key: { description: 'Code of the protocol.' }, clauses });
const resolutionRow = rowOf(shapes.resolution, { key: { format: 'uuid', description: 'ProposalId.' } });
const proposalPage = rowOf(
  shapes.proposal,
  {
    key: { format: 'uuid', description: 'ProposalId.' },
    state: { enum: PROPOSAL_STATES },
    shown: { enum: ['community', 'public'], description: 'Who may read it.' },
    measure: { oneOf: [RepealProtocol, ChangeRules, Resolution, AdoptProtocol] },
    round: { minimum: 0, description: 'How many times it was frozen.' },
    touched: { description: 'What has moved since the text was written: `rules` or `protocol <code>`.' },
    decisionClass: { enum: DECISION_CLASSES },
    membershipBeforeFreeze: duration,
    rule,
    rollRoot: root,
    extended,
    outcome,
    certificate,
  },
  {
    counts: {
      ...counts,
      type: ['object', 'null'],
      description: 'Ballots on record; null before the vote opens, and to who is no member until it is certified.',
    },
  },
);
const ballotRow = rowOf(shapes.ballot, { choice: { enum: CHOICES } });

@Controller('proposals')
export class ProposalController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
    private readonly inquiries: Inquiries,
    private readonly secrets: Secrets,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes('Draft a proposal', 'Its measure says what is done when it passes: a protocol adopted or repealed, rules changed, or nothing but words.')
  @Rejects('CommunityNotInForce', 'MembersOnly', 'ProposalExists', 'ClauseIdTwice', 'PartyNotRegistered', 'ProtocolNotInForce', 'SunsetTooEarly', 'InvalidRules', 'RulesUnchanged')
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
  @Rejects('NoSuchProposal', 'WrongPhase', 'StewardRequired', 'OwnProposal')
  admit(@Command(AdmitProposal) command: AdmitProposal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':proposal/withdrawal')
  @ForLinkedPersons()
  @Describes('Withdraw one’s proposal', 'Until it is frozen, and when it needs a rebase.')
  @Rejects('NoSuchProposal', 'NotTheProposer', 'NoLongerWithdrawable')
  withdrawProposal(@Command(WithdrawProposal) command: WithdrawProposal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':proposal/freeze')
  @ForLinkedPersons()
  @Describes('Freeze a proposal and set its vote', 'Fixes text, charter revision, roll, decision rule and deadlines. The rest follows by itself.')
  @Rejects('NoSuchProposal', 'WrongPhase', 'StewardRequired', 'CommunityNotInForce', 'NeedsRebase', 'SunsetTooEarly', 'ReadingTooShort', 'VotingTooShort', 'VotingTooFar')
  freeze(@Command(FreezeProposal) command: FreezeProposal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':proposal/rebase')
  @ForLinkedPersons()
  @Describes('Write one’s text anew against the charter as it is now', 'When what it changes has moved since it was written. It goes back to deliberation.')
  @Rejects(
    'NoSuchProposal', 'NotTheProposer', 'MembersOnly', 'CommunityNotInForce', 'WrongPhase', 'NoRebaseNeeded', 'AnotherMatter', 'ClauseIdTwice', 'PartyNotRegistered',
    'ProtocolNotInForce', 'SunsetTooEarly', 'InvalidRules', 'RulesUnchanged',
  )
  rebase(@Command(RebaseProposal) command: RebaseProposal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Put(':proposal/ballot')
  @ForLinkedPersons()
  @Describes('Cast a ballot', 'Replaces an earlier ballot of the same voter until the polls close.')
  @Rejects('VotingNotOpen', 'NotOnRoll', 'VotesInOwnName', 'SameChoice')
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
  @Describes('Proposals in motion and decided', 'Newest first. Who is no member sees those that were admitted.')
  @Answers(proposalPage, 'page')
  async list(@Reading() at: Reading, @Listing(ProposalFilter) filter: ProposalFilter, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(protocolStatus, at);
    const { state, cursor, limit } = filter;
    return answer(
      position,
      proposalsFor(tables, viewer, {
        ...(state === undefined ? {} : { state }),
        ...(cursor === undefined ? {} : { after: cursor }),
        ...(limit === undefined ? {} : { limit }),
      }),
    );
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
  async ballots(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(Paging) { cursor, limit }: Paging, @Viewing() viewer: Viewer) {
    if (!maySee(viewer, ['community'])) throw proposalRejections.MembersOnly();
    const { position, tables } = await this.views.read(protocolStatus, at);
    const page = proposalFor(tables, viewer, proposal) ?? notFound('proposal', proposal);
    return answer(
      position,
      tables.ballot.list({
        where: { vote: presentVote(page) },
        ...(cursor === undefined ? {} : { after: cursor }),
        ...(limit === undefined ? {} : { limit }),
      }),
    );
  }

  @Get(':proposal/ballot')
  @ForLinkedPersons()
  @Describes('One’s own ballot in the last vote, and whether it counts')
  @Answers(ownBallotAnswer)
  async own(@PathId('proposal') proposal: string, @Reading() at: Reading, @Viewing() viewer: Somebody) {
    const { position, tables } = await this.views.read(protocolStatus, at);
    const row = proposalFor(tables, viewer, proposal) ?? notFound('proposal', proposal);
    const community = await this.views.read(communityView, { asOf: position, waitFor: position });
    return answer(position, ownBallot(tables, row, viewer.person, admissionOf(community.tables, viewer.person)));
  }

  @Get(':proposal/roll-entry')
  @ForLinkedPersons()
  @Describes('One’s own entry on the sealed roll, with its proof', 'A leaf is SHA-256(0x00 ‖ salt ‖ PersonId), a node SHA-256(0x01 ‖ left ‖ right): RFC 6962. The root is the one that was sealed.')
  @Answers(rollEntryAnswer)
  @Rejects('RollNotSealed', 'NotOnRoll', 'RollDiffers', 'TooMuchContention', 'ShuttingDown')
  async rollEntry(@PathId('proposal') proposal: string, @Reading() at: Reading, @Viewing() viewer: Somebody) {
    const { position, tables } = await this.views.read(protocolStatus, at);
    if (!proposalFor(tables, viewer, proposal)) notFound('proposal', proposal);
    const { person } = viewer;
    return answer(position, await this.inquiries.answer(rollEntry, { proposal, person, key: this.secrets.key('roll') }, { by: person, asOf: position }));
  }

  @Get(':proposal/outlook')
  @ForLinkedPersons()
  @Describes('How an open vote stands, and what it needs to pass', 'For members; by its own rule, or with parts of another in its place.')
  @Answers(outlook)
  @Rejects('MembersOnly', 'VotingNotOpen', 'InvalidRules')
  async outlook(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(RuleAsked) asked: RuleAsked, @Viewing() viewer: Viewer) {
    if (!maySee(viewer, ['community'])) throw proposalRejections.MembersOnly();
    const { position, tables } = await this.views.read(protocolStatus, at);
    const row = proposalFor(tables, viewer, proposal) ?? notFound('proposal', proposal);
    const shown = outlookFor(tables, row, partsOf(asked));
    if (!shown) throw ballotRejections.VotingNotOpen({ phase: row.state });
    return answer(position, shown);
  }

  @Get(':proposal/recount')
  @ForLinkedPersons()
  @Describes('Count the last certified vote once more', 'For members. From the log alone: ballots, roll and outcome, held against the certificate; and by another rule, if parts of one are given.')
  @Answers(recountAnswer)
  @Rejects('MembersOnly', 'NotCertified', 'InvalidRules', 'TooMuchContention', 'ShuttingDown')
  async recount(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(RuleAsked) asked: RuleAsked, @Viewing() viewer: Somebody) {
    if (!maySee(viewer, ['community'])) throw proposalRejections.MembersOnly();
    const { position, tables } = await this.views.read(protocolStatus, at);
    if (!proposalFor(tables, viewer, proposal)) notFound('proposal', proposal);
    return answer(position, await this.inquiries.answer(recount, { proposal, under: partsOf(asked) }, { by: viewer.person, asOf: position }));
  }
}

@Controller('protocols')
export class ProtocolController {
  constructor(private readonly views: Views) {}

  @Get()
  @Public()
  @Describes('Protocols in force: since when, and by which vote')
  @Answers(protocolRow, 'page')
  async list(@Reading() at: Reading, @Listing(Paging) { cursor, limit }: Paging) {
    const { position, tables } = await this.views.read(protocolStatus, at);
    return answer(position, tables.protocol.list({ ...(cursor === undefined ? {} : { after: cursor }), ...(limit === undefined ? {} : { limit }) }));
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
  async list(@Reading() at: Reading, @Listing(Paging) { cursor, limit }: Paging) {
    const { position, tables } = await this.views.read(protocolStatus, at);
    return answer(position, tables.resolution.list({ ...(cursor === undefined ? {} : { after: cursor }), ...(limit === undefined ? {} : { limit }) }));
  }
}
