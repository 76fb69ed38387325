// Routes of a council's habits around votes: how a tally grew, and when what falls due.
import { Controller, Get } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { communityShown, communityView, type Viewer } from '../community/index.ts';
import {
  Answers, CALENDAR, calendarOf, Describes, Listing, LogReader, PathId, Public, Reading, Rejects, timeOfPosition, Viewing, Views, answer, notFound, objectOf,
} from '../http/index.ts';
import { Optional } from '../validation/index.ts';
import { ballotRejections } from './ballot.ts';
import { deadlinesFor } from './deadlines.ts';
import { markedCounts, plainCounts, position } from './governance.controller.ts';
import { protocolStatus } from './protocol-status.view.ts';
import { membersOnly, proposalFor } from './queries.ts';
import { tallyOverTime, type TallyOverTime, type TallyPoint } from './tally-over-time.ts';

class PointsAsked {
  /** How many moments, the opening and the end among them; default 50. */
  @Optional()
  @Type(() => Number)
  @IsInt()
  @Min(2)
  @Max(200)
  readonly points?: number;
}

const instant = { type: 'string', format: 'date-time' };
const overTime = objectOf<TallyOverTime>({
  proposal: { type: 'string', format: 'uuid' },
  round: { type: 'integer', minimum: 1 },
  closesAt: instant,
  points: {
    type: 'array',
    items: objectOf<TallyPoint>({
      at: instant,
      position: { ...position, description: 'The counts are as of this position.' },
      counts: { oneOf: [plainCounts, markedCounts] },
    }),
  },
});

@Controller()
export class HabitsController {
  constructor(
    private readonly views: Views,
    private readonly log: LogReader,
  ) {}

  @Get('proposals/:proposal/tally-over-time')
  @Public()
  @Describes('How the tally of the last vote grew', 'At moments evenly spread from its opening to its close, or to now. For members while the vote is on, for everybody once it is certified.')
  @Answers(overTime)
  @Rejects('MembersOnly', 'VotingNotOpen')
  async overTime(@PathId('proposal') proposal: string, @Reading() at: Reading, @Listing(PointsAsked) { points = 50 }: PointsAsked, @Viewing() viewer: Viewer) {
    const read = await this.views.read(protocolStatus, at);
    const row = proposalFor(read.tables, viewer, proposal) ?? notFound('proposal', proposal);
    if (row.certificate === null) membersOnly(viewer);
    const shown = await tallyOverTime(read.tables, row, read.position, points, {
      timeOf: timeOfPosition(this.log),
      positionAt: (time) => this.log.positionAt(time),
      tablesAt: async (asOf) => (await this.views.read(protocolStatus, { asOf })).tables,
    });
    if (!shown) throw ballotRejections.VotingNotOpen({ phase: row.state });
    return answer(read.position, shown);
  }

  @Get('calendar')
  @Public()
  @Describes('Deadlines as a calendar to subscribe to', 'iCalendar: when votes open and close, and when protocols end. Of what everybody may see; members’ own is `/my-page/calendar`.')
  @Answers({ type: 'string' }, 'one', { mediaType: 'text/calendar' })
  async calendar(@Reading() at: Reading, @Viewing() viewer: Viewer) {
    const { position: asOf, tables } = await this.views.read(communityView, at);
    const community = communityShown(tables) ?? notFound('community', 'self');
    const governance = await this.views.read(protocolStatus, { asOf, waitFor: asOf });
    const entries = deadlinesFor(governance.tables, viewer).map(({ id, ...rest }) => ({ uid: `${id}@${community.community}`, ...rest }));
    return answer(asOf, calendarOf({ ...community, entries, timeOf: timeOfPosition(this.log) }), CALENDAR);
  }
}
