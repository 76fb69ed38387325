// Routes of texts: revisions of proposals, the history of protocols, and how two texts differ.
import { Controller, Get, Post } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import type { Viewer } from '../community/index.ts';
import {
  Acting, Answers, Command, Commands, Describes, ForLinkedPersons, Listing, Paging, PathId, Public, Reading, Rejects, Viewing, Views, answer, notFound, objectOf, rowOf,
} from '../http/index.ts';
import { CLAUSES } from './clause.commands.ts';
import { TEXT_FAULTS } from './deliberation.ts';
import { ChooseOne, ReviseProposal, SINGLE_MEASURES } from './proposal.commands.ts';
import type { TextDiff } from './text-diff.ts';
import { protocolDiff, protocolHistory, revisionDiff, revisionFor, revisionsFor } from './texts.queries.ts';
import { ENDINGS, textsView } from './texts.view.ts';

/** Two revisions of a text. */
class Compared {
  /** Number of the revision to begin with. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000_000)
  readonly from!: number;

  /** Number of the revision to end at. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000_000)
  readonly to!: number;
}

const number = { type: 'integer', minimum: 1 };
const lines = { type: 'integer', minimum: 0, description: 'Lines.' };
export const measure = { oneOf: [...Object.values(SINGLE_MEASURES), ChooseOne] };
export const differenceAnswer = {
  added: lines,
  removed: lines,
  diff: { type: 'string', description: 'In the unified format: title, prose, and what the machine does as canonical JSON, a value a line. Empty where nothing differs.' },
};
const diffAnswer = objectOf<TextDiff>({ from: number, to: number, ...differenceAnswer });
const revisionRow = rowOf(textsView.tables.revision, {
  key: { description: '`<ProposalId>.<revision>`.' },
  proposal: { format: 'uuid' },
  revision: number,
  shown: { enum: ['community', 'public'], description: 'Who may read it.' },
  measure,
  textHash: { pattern: '^[0-9a-f]{64}$', description: 'SHA-256 over title, prose and measure (RFC 8785): what a freeze of this revision states.' },
  amendment: {
    ...objectOf<{ readonly amendment: string; readonly author: string }>({ amendment: { type: 'string', format: 'uuid' }, author: { type: 'string' } }),
    description: 'The amendment that it is, and whose; null where it is none.',
  },
  frozenAt: { description: 'When a freeze fixed this revision last; null where none did.' },
});
const protocolTextRow = rowOf(textsView.tables.protocolText, {
  key: { description: '`<code>.<revision>`.' },
  revision: number,
  clauses: { type: 'array', items: { oneOf: Object.values(CLAUSES) } },
  from: { ...number, description: 'Position from which it bound.' },
  endedFrom: { minimum: 1, description: 'Position from which on it did not; null while it is in force.' },
  ending: { enum: ENDINGS },
  endedBy: { description: 'ProposalId of the vote that replaced or repealed it.' },
});

@Controller('proposals/:proposal')
export class RevisionController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
  ) {}

  @Post('revisions')
  @ForLinkedPersons()
  @Describes('Revise one’s text', 'As a draft, submitted or in deliberation. Once it was admitted, the matter stays: the kind of measure, and the protocol.')
  @Rejects('NoSuchProposal', 'NotTheProposer', 'MembersOnly', 'CommunityNotInForce', 'WrongPhase', 'NeedsRebase', 'AnotherMatter', 'TextUnchanged', ...TEXT_FAULTS)
  revise(@Command(ReviseProposal) command: ReviseProposal, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Get('revisions')
  @Public()
  @Describes('Every text that the proposal has had', 'In order. Who is no member sees those that came before the public.')
  @Answers(revisionRow, 'page')
  async list(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(Paging) { cursor, limit }: Paging, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(textsView, at);
    return answer(position, revisionsFor(tables, viewer, proposal, { after: cursor, limit }));
  }

  @Get('revisions/:revision')
  @Public()
  @Describes('One text of the proposal, by its number')
  @Answers(revisionRow)
  async one(@PathId('proposal') proposal: string, @PathId('revision') revision: string, @Reading() at: Reading, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(textsView, at);
    return answer(position, revisionFor(tables, viewer, proposal, Number(revision)) ?? notFound('text revision', revision));
  }

  @Get('diff')
  @Public()
  @Describes('How two texts of the proposal differ')
  @Answers(diffAnswer)
  async diff(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(Compared) { from, to }: Compared, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(textsView, at);
    const read = (number: number) => revisionFor(tables, viewer, proposal, number) ?? notFound('text revision', String(number));
    return answer(position, revisionDiff(read(from), read(to)));
  }
}

@Controller('protocols/:protocol')
export class ProtocolHistoryController {
  constructor(private readonly views: Views) {}

  @Get('history')
  @Public()
  @Describes('Every text that was ever in force under the code', 'In order: since when, until when, and by which votes.')
  @Answers(protocolTextRow, 'page')
  async history(@PathId('protocol') protocol: string, @Reading() at: Reading, @Listing(Paging) { cursor, limit }: Paging) {
    const { position, tables } = await this.views.read(textsView, at);
    return answer(position, protocolHistory(tables, protocol, { after: cursor, limit }));
  }

  @Get('diff')
  @Public()
  @Describes('How two texts that were in force under the code differ', 'By their numbers in the history.')
  @Answers(diffAnswer)
  async diff(@PathId('protocol') protocol: string, @Reading() at: Reading, @Listing(Compared) { from, to }: Compared) {
    const { position, tables } = await this.views.read(textsView, at);
    return answer(position, protocolDiff(tables, protocol, from, to) ?? notFound('text of the protocol', `${protocol} ${from} or ${to}`));
  }
}
