// Calendars as iCalendar (RFC 5545): deadlines for whatever people keep their days in.
import ical, { ICalCalendarMethod, ICalEventTransparency } from 'ical-generator';
import { instantOf, msOf, type Instant } from '../kernel/index.ts';

/** Something that is to happen at an instant, or to be done by then. */
export interface CalendarEntry {
  /** The same as long as it is the same deadline, also when it is moved. */
  readonly uid: string;
  readonly at: Instant;
  readonly summary: string;
  readonly description: string;
  /** Position from which on it is so: what comes later replaces what was sent before. */
  readonly since: number;
}

export interface CalendarParts {
  readonly name: string;
  /** IANA name: instants are UTC in the file, and told in this zone in its words. */
  readonly timeZone: string;
  /** BCP 47 */
  readonly language: string;
  readonly entries: readonly CalendarEntry[];
  /** When the log took the event at a position, ms. */
  readonly timeOf: (position: number) => number;
}

export const CALENDAR = 'text/calendar; charset=utf-8';

/** What iCalendar has for control characters: nothing. */
const PRINTABLE = /[\p{Cc}--[\n\t]]/gv;

/** A day and time as people say them there. */
function localTime(at: Instant, timeZone: string, language: string): string {
  const options = { timeZone, dateStyle: 'full', timeStyle: 'short' } as const;
  try {
    return new Intl.DateTimeFormat(language, options).format(msOf(at));
  } catch {
    // A language that is none.
    return new Intl.DateTimeFormat('en', options).format(msOf(at));
  }
}

/** The file, the same for the same parts: METHOD:PUBLISH, a stable UID each, SEQUENCE and LAST-MODIFIED from positions. */
export function calendarOf({ name, timeZone, language, entries, timeOf }: CalendarParts): string {
  const plain = (text: string): string => text.toWellFormed().replace(PRINTABLE, ' ');
  const prodId = { company: 'Biolithic', product: 'Biolithic', language: 'EN' };
  const calendar = ical({ name: plain(name), method: ICalCalendarMethod.PUBLISH, prodId });
  for (const { uid, at, summary, description, since } of entries) {
    const changed = instantOf(timeOf(since));
    calendar.createEvent({
      id: uid,
      start: at,
      stamp: changed,
      lastModified: changed,
      sequence: since,
      summary: plain(summary),
      description: plain(`${description}\n${localTime(at, timeZone, language)} (${timeZone})`),
      // Nobody is busy because a vote closes.
      transparency: ICalEventTransparency.TRANSPARENT,
    });
  }
  // The library would put properties of the calendar behind its events, where RFC 5545 has none.
  return calendar.toString().replace('METHOD:PUBLISH\r\n', `METHOD:PUBLISH\r\nX-WR-TIMEZONE:${timeZone}\r\n`);
}
