// My calendar: what falls due for a linked person.
import { admissionOf, type Somebody } from '../community/index.ts';
import { offersTo } from '../custody/index.ts';
import { ballotDeadlines, deadlinesFor, type Deadline } from '../governance/index.ts';
import { moversOf, type MyPageTables } from './my-page.ts';

const MOST_OFFERS = 100;

/** What somebody may see of the community's deadlines, until when its ballots are awaited, and when offers to it lapse. */
export function myDeadlines(tables: Pick<MyPageTables, 'community' | 'governance' | 'custody'>, viewer: Somebody): Deadline[] {
  const { person, member } = viewer;
  const offers = moversOf(tables, viewer).flatMap((party) => offersTo(tables.custody, party, MOST_OFFERS));
  return [
    ...deadlinesFor(tables.governance, viewer),
    ...(member ? ballotDeadlines(tables.governance, person, admissionOf(tables.community, person)) : []),
    ...offers.flatMap(({ key, lot, material, expiresAt, since }): Deadline[] =>
      expiresAt === null ? [] : [{ id: `${key}.lapses`, at: expiresAt, summary: `Offer lapses: ${material}`, description: `Lot ${lot} waits to be accepted or declined.`, since }]),
  ];
}
