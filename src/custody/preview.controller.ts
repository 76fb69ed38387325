// The route by which a proposal's clauses are tried on what has moved of late.
import { Controller, Get } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, Matches, Max, Min } from 'class-validator';
import { type Somebody } from '../community/index.ts';
import { proposalFor, membersOnly, protocolStatus } from '../governance/index.ts';
import { Answers, Describes, ForLinkedPersons, Inquiries, Listing, PathId, Reading, Rejects, ServiceClock, Viewing, Views, answer, notFound, objectOf } from '../http/index.ts';
import { instantOf } from '../kernel/index.ts';
import { preview, PREVIEWED, type Preview, type PreviewCase } from './preview.ts';
import { Optional } from '../validation/index.ts';

const DAY = 86_400_000;

class PreviewListing {
  /** How many days back from now; 30 unless said otherwise. */
  @Optional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(366)
  readonly days?: number;

  /** Of a proposal that lets choose between several: the code of one of them. */
  @Optional()
  @Matches(/^[a-z0-9][a-z0-9-]{0,63}$/)
  readonly option?: string;
}

const text = { type: 'string' };
const id = { type: 'string', format: 'uuid' };
const instant = { type: 'string', format: 'date-time' };
const count = { type: 'integer', minimum: 0 };
const counts = objectOf<Preview['judged']>({ intake: count, request: count, offer: count, acceptance: count });
const list = (items: object) => ({ type: 'array', items });
const previewAnswer = objectOf<Preview>({
  proposal: id,
  protocol: text,
  since: instant,
  judged: { ...counts, description: 'What happened.' },
  refused: { ...counts, description: 'How much of it would have been refused.' },
  clauses: list(objectOf<Preview['clauses'][number]>({ clause: text, words: text, refused: count })),
  cases: {
    ...list(objectOf<PreviewCase>({ position: { type: 'integer', minimum: 1 }, at: instant, act: { type: 'string', enum: PREVIEWED }, lot: id, material: text, parties: list(id), clauses: list(text) })),
    description: 'The first 50, in the order of the log.',
  },
});

@Controller('proposals/:proposal')
export class PreviewController {
  constructor(
    private readonly views: Views,
    private readonly inquiries: Inquiries,
    private readonly clock: ServiceClock,
  ) {}

  @Get('preview')
  @ForLinkedPersons()
  @Describes('What a proposal’s clauses would have refused of late', 'For members. Read from the log: intakes, requests, offers and acceptances of the last days, each judged as things stood at its own place.')
  @Answers(previewAnswer)
  @Rejects('MembersOnly', 'NothingToPreview', 'TooMuchContention', 'ShuttingDown')
  async preview(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(PreviewListing) { days = 30, option }: PreviewListing, @Viewing() viewer: Somebody) {
    membersOnly(viewer);
    const { position, tables } = await this.views.read(protocolStatus, at);
    if (!proposalFor(tables, viewer, proposal)) notFound('proposal', proposal);
    const since = instantOf(this.clock.now() - days * DAY);
    return answer(position, await this.inquiries.answer(preview, { proposal, since, ...(option === undefined ? {} : { option }) }, { by: viewer.person, asOf: position }));
  }
}
