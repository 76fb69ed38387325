// How a community comes into being.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { charter, codeHash, founderInvitations, founding, FOUNDING_RULES, person, type CharterEvent, type PersonEvent } from '../../src/community/index.ts';
import { after, derivedId, type Recorded } from '../../src/kernel/index.ts';
import { folded, given, NOON, recorded } from '../support/given.ts';

const [ZARA, ILMARI, NOOR, STRANGER] = [1, 2, 3, 4].map((n) => `0000000${n}-0000-5000-8000-000000000000`) as [string, string, string, string];
const codeHashOf = (invitation: string): string => codeHash(`code of ${invitation}`);
const nobody = { codeHashOf, person: person.initial };

const founding3 = {
  name: 'Mossgate',
  timeZone: 'Europe/Tallinn',
  language: 'et',
  charterText: 'What we reclaim stays with us.',
  founderName: 'sealed.zara',
  founders: 3,
};

const seat = (invitation: string) => ({ invitation, codeHash: codeHashOf(invitation), expiresAt: after(NOON, { days: 14 }) });

const founded = (seats = [seat('second'), seat('third')]): CharterEvent => ({
  type: 'CommunityFounded',
  data: {
    community: 'mossgate',
    name: 'Mossgate',
    timeZone: 'Europe/Tallinn',
    language: 'et',
    charterText: 'What we reclaim stays with us.',
    firstFounder: ZARA,
    firstFounderName: 'sealed.zara',
    founderInvitations: seats,
    rules: FOUNDING_RULES,
  },
});
const accepted = (founder: string, invitation?: string): CharterEvent => ({
  type: 'CharterAccepted',
  data: { person: founder, certificate: 1, ...(invitation === undefined ? {} : { invitation }) },
});
const linkedBy = (invitation: string, as = ILMARI): PersonEvent => ({
  type: 'PersonLinked',
  data: { person: as, purpose: 'founder', invitation, name: 'sealed', again: false },
});
const invited = (invitation: string) => ({ codeHashOf, person: folded(person, linkedBy(invitation)) });

describe('founding a community', () => {
  test('invites the other founders, each by a code of which only the hash is kept', () => {
    const commandId = '10000000-0000-5000-8000-000000000000';
    const newId = (label?: string) => derivedId(commandId, label);
    const seats = founderInvitations(3, newId);
    given(founding, nobody).when('FoundCommunity', founding3, { actor: ZARA, commandId }).then({
      type: 'CommunityFounded',
      data: {
        community: newId(),
        name: 'Mossgate',
        timeZone: 'Europe/Tallinn',
        language: 'et',
        charterText: 'What we reclaim stays with us.',
        firstFounder: ZARA,
        firstFounderName: 'sealed.zara',
        founderInvitations: seats.map(seat),
        rules: FOUNDING_RULES,
      },
    });
    expect(new Set(seats).size).toBe(2);
  });

  test('happens once in a log', () => {
    given(founding, nobody, founded()).when('FoundCommunity', founding3, { actor: ZARA }).thenRefused('CommunityAlreadyFounded');
  });

  test('is done by a person, neither by the operator nor by nobody', () => {
    for (const actor of ['operator', 'nobody', 'system']) given(founding, nobody).when('FoundCommunity', founding3, { actor }).thenRefused('PersonRequired');
  });

  test('keeps the usual rules where the founders say nothing else, and takes theirs where they do', () => {
    const { state } = given(founding, nobody).when('FoundCommunity', { ...founding3, rules: { reading: { hours: 1 }, corroborations: 3 } }, { actor: ZARA });
    expect(state).toMatchObject({ status: 'forming', rules: { ...FOUNDING_RULES, reading: { hours: 1 }, corroborations: 3 } });
  });

  test('refuses rules under which a vote could end undecided or a minority would win', () => {
    const rule = FOUNDING_RULES.decision.ordinary;
    for (const threshold of [{ n: 1, d: 2, strict: false }, { n: 1, d: 3, strict: true }, { n: 1, d: 1, strict: true }]) {
      given(founding, nobody)
        .when('FoundCommunity', { ...founding3, rules: { decision: { ordinary: { ...rule, threshold } } } }, { actor: ZARA })
        .thenRefused('InvalidRules');
    }
  });

  test('refuses times that abolish what they regulate', () => {
    for (const rules of [{ voting: {} }, { token: { days: 366 } }, { invitation: { seconds: 1 } }, { reading: { days: 91 } }]) {
      given(founding, nobody).when('FoundCommunity', { ...founding3, rules }, { actor: ZARA }).thenRefused('InvalidRules');
    }
  });
});

describe('accepting the charter', () => {
  test('is certificate no. 1 of a founder, and leaves the community forming while others are missing', () => {
    given(founding, founded(), nobody).when('AcceptCharter', {}, { actor: ZARA }).then(accepted(ZARA));
    given(founding, founded(), invited('second')).when('AcceptCharter', {}, { actor: ILMARI }).then(accepted(ILMARI, 'second'));
  });

  test('by the last founder puts the community in force in the same moment', () => {
    given(founding, founded(), accepted(ZARA), accepted(ILMARI, 'second'), invited('third'))
      .when('AcceptCharter', {}, { actor: NOOR })
      .then(accepted(NOOR, 'third'), { type: 'CommunityInForce', data: { community: 'mossgate', founders: [ZARA, ILMARI, NOOR] } });
  });

  test('by the first founder may come last', () => {
    given(founding, founded(), accepted(ILMARI, 'second'), accepted(NOOR, 'third'), nobody)
      .when('AcceptCharter', {}, { actor: ZARA })
      .then(accepted(ZARA), { type: 'CommunityInForce', data: { community: 'mossgate', founders: [ILMARI, NOOR, ZARA] } });
  });

  test('is refused to who was not invited as a founder', () => {
    given(founding, founded(), nobody).when('AcceptCharter', {}, { actor: STRANGER }).thenRefused('NoFoundersSeat');
    given(founding, nobody).when('AcceptCharter', {}, { actor: STRANGER }).thenRefused('CommunityNotFounded');
  });

  test('happens once per founder, and one identity takes one seat only', () => {
    given(founding, founded(), accepted(ZARA), nobody).when('AcceptCharter', {}, { actor: ZARA }).thenRefused('CharterAlreadyAccepted');
    const both = { codeHashOf, person: folded(person, linkedBy('second'), linkedBy('third')) };
    given(founding, founded(), accepted(ILMARI, 'second'), both).when('AcceptCharter', {}, { actor: ILMARI }).thenRefused('CharterAlreadyAccepted');
  });

  test('never puts a community in force before each founder has accepted, whoever comes in whatever order', () => {
    const founders = [ZARA, ILMARI, NOOR];
    const links: Record<string, string> = { [ILMARI]: 'second', [NOOR]: 'third' };
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...founders, STRANGER), { maxLength: 12 }), (order) => {
        let past: CharterEvent[] = [founded()];
        for (const actor of order) {
          const link = links[actor];
          const { decision } = given(founding, past, link ? { codeHashOf, person: folded(person, linkedBy(link, actor)) } : nobody).when('AcceptCharter', {}, { actor });
          if (decision.accepted) past = [...past, ...decision.events];
        }
        const state = folded(charter, ...past);
        const all = founders.every((founder) => order.includes(founder));
        expect(state.status).toBe(all ? 'in-force' : 'forming');
        expect(state.status !== 'absent' && state.founders.length).toBe(founders.filter((founder) => order.includes(founder)).length);
      }),
    );
  });
});

describe('a founder’s seat', () => {
  const later = after(NOON, { days: 14 });

  test('is offered anew by the first founder when its invitation has expired', () => {
    const commandId = '20000000-0000-5000-8000-000000000000';
    const invitation = derivedId(commandId);
    given(founding, founded(), nobody)
      .when('ReplaceFounderInvitation', { invitation: 'third' }, { actor: ZARA, now: later, commandId })
      .then({
        type: 'FounderInvitationReplaced',
        data: { invitation, replaces: 'third', codeHash: codeHashOf(invitation), expiresAt: after(later, { days: 14 }) },
      });
  });

  test('stays offered until then, and is nobody else’s to give', () => {
    given(founding, founded(), nobody).when('ReplaceFounderInvitation', { invitation: 'third' }, { actor: ZARA }).thenRefused('SeatStillOffered');
    given(founding, founded(), nobody).when('ReplaceFounderInvitation', { invitation: 'third' }, { actor: ILMARI, now: later }).thenRefused('FirstFounderOnly');
  });

  test('once given anew can no longer be taken by who let it lapse', () => {
    const replaced: CharterEvent = { type: 'FounderInvitationReplaced', data: { ...seat('fourth'), replaces: 'second' } };
    given(founding, founded(), replaced, invited('second')).when('AcceptCharter', {}, { actor: ILMARI }).thenRefused('NoFoundersSeat');
    given(founding, founded(), replaced, invited('fourth')).when('AcceptCharter', {}, { actor: ILMARI }).then(accepted(ILMARI, 'fourth'));
  });

  test('cannot be offered anew once it is taken, or once the community is in force', () => {
    given(founding, founded(), accepted(ILMARI, 'second'), nobody)
      .when('ReplaceFounderInvitation', { invitation: 'second' }, { actor: ZARA, now: later })
      .thenRefused('SeatStillOffered');
    given(founding, founded(), { type: 'CommunityInForce', data: { community: 'mossgate', founders: [] } }, nobody)
      .when('ReplaceFounderInvitation', { invitation: 'third' }, { actor: ZARA, now: later })
      .thenRefused('CommunityInForceAlready');
  });
});

test('a protocol in force replaces its older text and counts the charter’s revisions', () => {
  const enacted = (proposal: string, charterRevision: number): CharterEvent => ({
    type: 'ProtocolEnacted',
    data: { proposal, protocol: 'moss', title: 'Moss stays', prose: '', clauses: [], charterRevision },
  });
  const events = recorded<CharterEvent>([founded(), enacted('first', 2), enacted('second', 3)]) as Recorded<CharterEvent>[];
  const state = events.reduce(charter.evolve, charter.initial);
  expect(state).toMatchObject({ revision: 3, protocols: [{ protocol: 'moss', proposal: 'second', charterRevision: 3, since: 3 }] });
});
