// The route of my calendar.
import { Controller, Get } from '@nestjs/common';
import { communityShown, communityView, type Somebody } from '../community/index.ts';
import { materialCustody } from '../custody/index.ts';
import { protocolStatus } from '../governance/index.ts';
import { Answers, CALENDAR, calendarOf, Describes, ForLinkedPersons, LogReader, Reading, timeOfPosition, Viewing, Views, answer, notFound } from '../http/index.ts';
import { myDeadlines } from './my-calendar.ts';

@Controller('my-page/calendar')
export class MyCalendarController {
  constructor(
    private readonly views: Views,
    private readonly log: LogReader,
  ) {}

  @Get()
  @ForLinkedPersons()
  @Describes('My calendar', 'iCalendar: the deadlines that I may see, until when my ballots are awaited, and until when offers to me stand.')
  @Answers({ type: 'string' }, 'one', { mediaType: 'text/calendar' })
  async mine(@Reading() at: Reading, @Viewing() viewer: Somebody) {
    const { position, tables: community } = await this.views.read(communityView, at);
    const same = { asOf: position, waitFor: position };
    const [governance, custody] = await Promise.all([this.views.read(protocolStatus, same), this.views.read(materialCustody, same)]);
    const shown = communityShown(community) ?? notFound('community', 'self');
    const deadlines = myDeadlines({ community, governance: governance.tables, custody: custody.tables }, viewer);
    const entries = deadlines.map(({ id, ...rest }) => ({ uid: `${id}@${shown.community}`, ...rest }));
    return answer(position, calendarOf({ ...shown, entries, timeOf: timeOfPosition(this.log) }), CALENDAR);
  }
}
