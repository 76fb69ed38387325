// Routes by which a vote can be checked: how it stands, what became of one's own ballot and entry on the roll, and a recount.
import { Controller, Get } from '@nestjs/common';
import { admissionOf, communityView, type Somebody } from '../community/index.ts';
import { Answers, Describes, ForLinkedPersons, Inquiries, Listing, PathId, Reading, Rejects, Secrets, Viewing, Views, answer, notFound, objectOf } from '../http/index.ts';
import { ballotRejections } from './ballot.ts';
import { count as countInquiry } from './counting.ts';
import { certificate, count, delegation, election, outcome, plainCounts, position, rule, withCounts } from './governance.controller.ts';
import { protocolStatus } from './protocol-status.view.ts';
import { membersOnly, isOpen, outlookFor, ownBallot, proposalFor, type OutlookShown, type OwnBallot } from './queries.ts';
import type { Counted } from './proposal.ts';
import { recount, type Otherwise, type Recount, type Recounted } from './recount.ts';
import type { RollEntry } from './roll.ts';
import { rollEntry } from './roll-entry.ts';
import { partsOf } from './rule-asked.ts';
import { CountAsked, RuleAsked } from './rule-asked.commands.ts';

const hash = { type: 'string', pattern: '^[0-9a-f]{64}$' };
export const recounted = withCounts(objectOf<Omit<Recounted, keyof Counted>, 'delegation'>({
  roll: { ...count, description: 'Persons on the roll, by the admissions on record.' },
  ballotsHash: { ...hash, description: 'SHA-256 over a line `voter choice position`, ended by a line feed, for each ballot that counts, in the order of positions.' },
  outcome,
}, { delegation }));
const recountAnswer = objectOf<Recount, 'otherwise'>(
  {
    proposal: { type: 'string', format: 'uuid' },
    round: position,
    certificate,
    certificateHash: { ...hash, description: 'SHA-256 of the canonical JSON of the certificate.' },
    recounted,
    agrees: { type: 'boolean', description: 'Whether counts, roll and outcome are those of the certificate.' },
  },
  { otherwise: { ...objectOf<Otherwise, 'election'>({ rule, outcome }, { election }), description: 'By the rule and the method that were asked for.' } },
);
const outlook = objectOf<OutlookShown>({
  ...plainCounts.properties,
  roll: { ...count, description: 'Persons on the roll.' },
  rule,
  closesAt: { type: 'string', format: 'date-time', description: 'A late swing can still extend it.' },
  outcome: { ...outcome, description: 'If the vote closed now.' },
  outstanding: { ...count, description: 'Persons on the roll without a ballot.' },
  yesNeeded: { type: ['integer', 'null'], minimum: 0, description: 'Least number of further ballots, all yes, with which it passes; null: not even all that are outstanding would do.' },
});
const rollEntryAnswer = objectOf<RollEntry>({
  person: { type: 'string', format: 'uuid' },
  salt: hash,
  index: { ...count, description: 'Place on the roll, from 0.' },
  size: { type: 'integer', minimum: 1 },
  path: { type: 'array', items: hash, description: 'Siblings from the entry upwards.' },
  root: hash,
});
const ownBallotAnswer = objectOf<OwnBallot>({
  choice: { type: ['string', 'null'] },
  castAt: { type: ['string', 'null'], format: 'date-time' },
  standing: { type: 'string', enum: ['counts', 'no-ballot', 'no-member', 'too-late-a-member', 'no-vote-yet'] },
});

@Controller('proposals/:proposal')
export class CheckingController {
  constructor(
    private readonly views: Views,
    private readonly inquiries: Inquiries,
    private readonly secrets: Secrets,
  ) {}

  @Get('ballot')
  @ForLinkedPersons()
  @Describes('One’s own ballot in the last vote, and whether it counts')
  @Answers(ownBallotAnswer)
  async own(@PathId('proposal') proposal: string, @Reading() at: Reading, @Viewing() viewer: Somebody) {
    const { position, tables } = await this.views.read(protocolStatus, at);
    const row = proposalFor(tables, viewer, proposal) ?? notFound('proposal', proposal);
    const community = await this.views.read(communityView, { asOf: position, waitFor: position });
    return answer(position, ownBallot(tables, row, viewer.person, admissionOf(community.tables, viewer.person)));
  }

  @Get('roll-entry')
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

  @Get('outlook')
  @ForLinkedPersons()
  @Describes('How an open vote stands, and what it needs to pass', 'For members; by its own rule, or with parts of another in its place.')
  @Answers(outlook)
  @Rejects('MembersOnly', 'VotingNotOpen', 'InvalidRules', 'OutlookOfElection', 'TooMuchContention', 'ShuttingDown')
  async outlook(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(RuleAsked) asked: RuleAsked, @Viewing() viewer: Somebody) {
    membersOnly(viewer);
    const { position, tables } = await this.views.read(protocolStatus, at);
    const row = proposalFor(tables, viewer, proposal) ?? notFound('proposal', proposal);
    const carried = row.delegation !== null && isOpen(row) ? await this.inquiries.answer(countInquiry, { proposal }, { by: viewer.person, asOf: position }) : undefined;
    const shown = outlookFor(tables, row, partsOf(asked), carried && 'yes' in carried ? carried : undefined);
    if (!shown) throw ballotRejections.VotingNotOpen({ phase: row.state });
    return answer(position, shown);
  }

  @Get('recount')
  @ForLinkedPersons()
  @Describes('Count the last certified vote once more', 'For members. From the log alone: ballots, roll and outcome, held against the certificate; and by another rule or method, if one is given.')
  @Answers(recountAnswer)
  @Rejects('MembersOnly', 'NotCertified', 'InvalidRules', 'NotAnElection', 'TooMuchContention', 'ShuttingDown')
  async recount(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(CountAsked) asked: CountAsked, @Viewing() viewer: Somebody) {
    membersOnly(viewer);
    const { position, tables } = await this.views.read(protocolStatus, at);
    if (!proposalFor(tables, viewer, proposal)) notFound('proposal', proposal);
    return answer(position, await this.inquiries.answer(recount, { proposal, under: partsOf(asked), ...(asked.method ? { method: asked.method } : {}) }, { by: viewer.person, asOf: position }));
  }
}
