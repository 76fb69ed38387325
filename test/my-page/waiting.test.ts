// What waits for a founder whose seat was given away: my page as composed from views, without a service.
import { expect, test } from '@jest/globals';
import { actsView, communityView, FOUNDING_RULES, type CharterEvent, type InvitationEvent, type PersonEvent, type Viewer } from '../../src/community/index.ts';
import { materialCustody } from '../../src/custody/index.ts';
import { defenceLog } from '../../src/defence/index.ts';
import { amendmentsView, commentsView, protocolStatus } from '../../src/governance/index.ts';
import { after, type Event } from '../../src/kernel/index.ts';
import { myPage } from '../../src/my-page/index.ts';
import { NOON, recorded } from '../support/given.ts';
import { tablesAfter } from '../support/memory-tables.ts';

const [ZARA, OREN, IVA] = [1, 2, 3].map((n) => `0000000${n}-0000-5000-8000-000000000000`) as [string, string, string];
const seat = (invitation: string) => ({ invitation, codeHash: 'h', expiresAt: after(NOON, { days: 14 }) });
const founded: CharterEvent = {
  type: 'CommunityFounded',
  data: {
    community: 'mossgate', name: 'Mossgate', timeZone: 'UTC', language: 'en', charterText: 'Stays with us.', firstFounder: ZARA,
    firstFounderName: 'sealed',
    founderInvitations: [seat('second'), seat('third')], rules: FOUNDING_RULES,
  },
};
const linked = (person: string, invitation?: string): PersonEvent => ({
  type: 'PersonLinked',
  data: { person, purpose: 'founder', name: 'sealed', again: false, ...(invitation === undefined ? {} : { invitation }) },
});
const taken = (person: string, invitation: string): InvitationEvent => ({
  type: 'InvitationAccepted',
  data: { invitation, person, name: 'sealed', purpose: 'founder' },
});
const replaced = (replaces: string, invitation: string): CharterEvent => ({ type: 'FounderInvitationReplaced', data: { replaces, ...seat(invitation) } });
const accepted = (person: string, invitation?: string): CharterEvent => ({
  type: 'CharterAccepted',
  data: { person, certificate: 1, ...(invitation === undefined ? {} : { invitation }) },
});

/** Whom the charter waits for after these events. */
function charterFor(...events: readonly Event[]): string[] {
  const past = recorded(events);
  const tables = {
    community: tablesAfter(communityView, past), acts: tablesAfter(actsView, past), governance: tablesAfter(protocolStatus, past), comments: tablesAfter(commentsView, past),
    amendments: tablesAfter(amendmentsView, past),
    custody: tablesAfter(materialCustody, past),
    defence: tablesAfter(defenceLog, past),
  };
  return [ZARA, OREN, IVA].filter((person) => {
    const viewer: Viewer & { readonly person: string } = { person, linked: true, member: false, roles: [], parties: [] };
    return myPage(tables, viewer, (sealed) => sealed).waiting.charter !== null;
  });
}

test('the charter waits for founders who can accept it: not before they are linked, and not once they have', () => {
  const forming = [founded, linked(ZARA)];
  expect(charterFor(...forming)).toEqual([ZARA]);
  expect(charterFor(...forming, taken(OREN, 'second'))).toEqual([ZARA]);
  expect(charterFor(...forming, taken(OREN, 'second'), linked(OREN, 'second'))).toEqual([ZARA, OREN]);
  expect(charterFor(...forming, taken(OREN, 'second'), linked(OREN, 'second'), accepted(ZARA))).toEqual([OREN]);
  expect(charterFor(...forming, taken(OREN, 'second'), linked(OREN, 'second'), accepted(ZARA), accepted(OREN, 'second'))).toEqual([]);
});

test('the charter waits no more for a founder whose seat was offered anew, but for who takes it', () => {
  const given = [founded, linked(ZARA), accepted(ZARA), taken(OREN, 'second'), linked(OREN, 'second'), replaced('second', 'anew')];
  expect(charterFor(...given)).toEqual([]);
  expect(charterFor(...given, taken(IVA, 'anew'), linked(IVA, 'anew'))).toEqual([IVA]);
});
