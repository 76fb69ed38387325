// Calendars as iCalendar: what others' programs make of our deadlines.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { calendarOf, type CalendarEntry } from '../../src/http/index.ts';
import { instantOf } from '../../src/kernel/index.ts';

const MARCH = '2147-03-01T09:00:00.000Z';
const entry: CalendarEntry = { uid: 'p.closes@mossgate', at: MARCH, summary: 'Vote closes: Moss', description: 'Ballots are taken until then.', since: 7 };
const calendar = (entries: readonly CalendarEntry[], rest: object = {}) =>
  calendarOf({ name: 'Mossgate', timeZone: 'Europe/Lisbon', language: 'pt', entries, timeOf: (position) => position * 1000, ...rest });
/** Content lines, unfolded as RFC 5545 says. */
const linesOf = (text: string): string[] => text.replaceAll('\r\n ', '').split('\r\n');

describe('a calendar', () => {
  test('is published, and has its deadlines in UTC, with the local time in words', () => {
    const lines = linesOf(calendar([entry]));
    expect(lines).toEqual(expect.arrayContaining([
      'METHOD:PUBLISH', 'X-WR-TIMEZONE:Europe/Lisbon', 'UID:p.closes@mossgate', 'DTSTART:21470301T090000Z', 'SEQUENCE:7', 'LAST-MODIFIED:19700101T000007Z', 'DTSTAMP:19700101T000007Z', 'TRANSP:TRANSPARENT',
    ]));
    expect(lines.find((line) => line.startsWith('DESCRIPTION:'))).toContain('março de 2147 às 09:00 (Europe/Lisbon)');
  });

  test('is the same for the same deadlines, and keeps the UID of one that was moved', () => {
    expect(calendar([entry])).toBe(calendar([entry]));
    const moved = linesOf(calendar([{ ...entry, at: instantOf(Date.parse(MARCH) + 3_600_000), since: 9 }]));
    expect(moved).toEqual(expect.arrayContaining(['UID:p.closes@mossgate', 'DTSTART:21470301T100000Z', 'SEQUENCE:9']));
  });

  test('can be told in a language that is none', () => {
    expect(calendar([entry], { language: 'no_such' })).toContain('Wednesday');
  });

  test('takes no text for syntax: however a title is written, there are as many events as deadlines', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 3 }), (titles) => {
        const text = calendar(titles.map((title, n) => ({ ...entry, uid: `${n}@mossgate`, summary: `${title}\r\nEND:VEVENT`, description: title })));
        const lines = linesOf(text);
        expect(lines.filter((line) => line === 'BEGIN:VEVENT')).toHaveLength(titles.length);
        expect(lines.filter((line) => line === 'END:VEVENT')).toHaveLength(titles.length);
        expect(text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75)).toBe(true);
      }),
    );
  });
});
