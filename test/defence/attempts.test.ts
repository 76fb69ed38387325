// Refused requests and denied offers: the two ways to run into a protocol, told apart, and shown to whom they concern.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { PUBLIC, type Viewer } from '../../src/community/index.ts';
import { AcceptOffer, OfferCustody } from '../../src/custody/lot.commands.ts';
import { RequestMaterial } from '../../src/custody/request.commands.ts';
import { attemptStream, CALLED, defenceLog, deniedOffers, refusedRequest, refusedRequests } from '../../src/defence/index.ts';
import { COMMUNITY, Commons, idOf, MIDSUMMER, refusal, silkStays } from '../custody/commons.ts';

let commons: Commons;
let meridian: string;
let aurelia: string;
let lot: string;
beforeEach(async () => {
  commons = await Commons.found();
  await commons.member('zara');
  await commons.member('anke', 'auditor');
  meridian = await commons.party('meridian', 'external');
  aurelia = await commons.party('aurelia', 'external');
  lot = await commons.lot();
});

const tables = () => commons.tables(defenceLog);
const ask = (party = 'meridian', key?: string) =>
  refusal(commons.does(`${party}-agent`, RequestMaterial, { party: idOf(party), lot, purpose: 'Samples' }, key === undefined ? {} : { key }));
const offer = (to: string, by = 'kaito') => commons.makes(by, OfferCustody, { lot, to, passes: 'ownership-and-custody' });
const seenBy = (viewer: Viewer) => refusedRequests(tables(), viewer).rows.map(({ party }) => party);

describe('a party’s own act that a protocol denies', () => {
  test('is an attempt of the party when it asks, with every clause that denied it and what it was about', async () => {
    await commons.enact('silk-stays', silkStays());
    await commons.enact('all-stays', silkStays({ id: 'all', materials: 'all' }));
    const refused = await ask();
    const attempt = refused.details['attempt'] as string;
    expect(refusedRequest(tables(), commons.viewer('zara'), attempt)).toEqual({
      key: attempt, since: expect.any(Number), called: 'refused request', kind: 'automatic', act: 'request', party: meridian,
      actor: idOf('meridian-agent'), lot, material: 'biosilk',
      amount: '12.5', unit: 'KGM', passes: null, transfer: null, charterRevision: 3, at: MIDSUMMER,
      clauses: [
        { protocol: 'silk-stays', clause: 'silk', words: expect.stringMatching(/^No external party may acquire biosilk/) },
        { protocol: 'all-stays', clause: 'all', words: expect.stringMatching(/^No external party may acquire any material/) },
      ],
    });
  });

  test('is an attempt when it would take over what was offered while that was allowed', async () => {
    const transfer = await offer(meridian);
    await commons.enact('silk-stays', silkStays());
    const refused = await refusal(commons.does('meridian-agent', AcceptOffer, { lot, transfer }));
    expect(refusedRequests(tables(), commons.viewer('zara')).rows).toMatchObject([
      { key: refused.details['attempt'], act: 'acceptance', party: meridian, transfer, passes: 'ownership-and-custody' },
    ]);
    expect(commons.events('OfferAccepted')).toEqual([]);
  });

  test('is on record once, in a stream of its own, whatever is resent; the refusal says where', async () => {
    await commons.enact('silk-stays', silkStays());
    const answers = await Promise.all([ask('meridian', 'same'), ask('meridian', 'same'), ask('meridian', 'same')]);
    expect(new Set(answers.map((one) => JSON.stringify([one, one.recordedAt]))).size).toBe(1);
    const [record, ...more] = commons.events('SiphonAttempted');
    expect(more).toEqual([]);
    expect(record).toMatchObject({ position: answers[0]?.recordedAt, stream: attemptStream(answers[0]?.details['attempt'] as string), revision: 0 });
    await ask();
    const streams = commons.events('SiphonAttempted').map(({ stream }) => stream);
    expect(new Set(streams).size).toBe(2);
  });

  test('is called a refused request as long as nobody has upheld it, and by no harder word', async () => {
    await commons.enact('silk-stays', silkStays());
    await ask();
    const shown = refusedRequests(tables(), commons.viewer('meridian-agent'));
    expect(shown.rows.map(({ called }) => called)).toEqual([CALLED]);
    expect(CALLED).toBe('refused request');
    expect(JSON.stringify(shown)).not.toMatch(/siphon|attempt|thef|steal/i);
  });
});

describe('a holder’s denied offer', () => {
  test('is no attempt of the outsider, who is named as intended receiver only', async () => {
    await commons.enact('silk-stays', silkStays());
    const refused = await refusal(offer(meridian));
    expect(deniedOffers(tables(), commons.viewer('zara')).rows).toEqual([
      {
        key: refused.details['attempt'], since: expect.any(Number), from: COMMUNITY, intendedReceiver: meridian, actor: idOf('kaito'), request: null,
        lot, material: 'biosilk', amount: '12.5',
        unit: 'KGM', passes: 'ownership-and-custody', clauses: [expect.objectContaining({ protocol: 'silk-stays', clause: 'silk' })],
        charterRevision: 2, at: MIDSUMMER,
      },
    ]);
    expect(refusedRequests(tables(), commons.viewer('zara')).rows).toEqual([]);
    expect(refusedRequests(tables(), commons.viewer('zara'), { party: meridian }).rows).toEqual([]);
    expect(refusedRequest(tables(), commons.viewer('zara'), refused.details['attempt'] as string)).toBeUndefined();
  });

  test('and a refused request stand apart, each in its own list', async () => {
    await commons.enact('silk-stays', silkStays());
    await ask();
    await refusal(offer(aurelia));
    expect(refusedRequests(tables(), commons.viewer('zara')).rows.map(({ party }) => party)).toEqual([meridian]);
    expect(deniedOffers(tables(), commons.viewer('zara')).rows.map(({ intendedReceiver }) => intendedReceiver)).toEqual([aurelia]);
  });

  test('is shown to members and auditors, not to whom it was meant for, nor to anybody else outside', async () => {
    await commons.enact('silk-stays', silkStays());
    await refusal(offer(meridian));
    const sees = (viewer: Viewer) => deniedOffers(tables(), viewer).rows.length > 0;
    expect([commons.viewer('zara'), commons.viewer('kaito'), commons.viewer('anke')].map(sees)).toEqual([true, true, true]);
    expect([commons.viewer('meridian-agent'), commons.viewer('aurelia-agent'), commons.viewer('nobody'), PUBLIC].map(sees)).toEqual(
      [false, false, false, false],
    );
  });
});

describe('a refused request is shown', () => {
  beforeEach(async () => {
    await commons.enact('silk-stays', silkStays());
    await ask('meridian');
    await ask('aurelia');
  });

  test('to members and auditors, all of them, newest first', () => {
    for (const name of ['zara', 'kaito', 'anke']) expect(seenBy(commons.viewer(name))).toEqual([aurelia, meridian]);
  });

  test('to the party concerned, its own only', () => {
    expect(seenBy(commons.viewer('meridian-agent'))).toEqual([meridian]);
    expect(seenBy(commons.viewer('aurelia-agent'))).toEqual([aurelia]);
    expect(refusedRequests(tables(), commons.viewer('meridian-agent'), { party: aurelia }).rows).toEqual([]);
    expect(refusedRequests(tables(), commons.viewer('meridian-agent'), { lot }).rows.map(({ party }) => party)).toEqual([meridian]);
  });

  test('to nobody else, not even by its id', () => {
    for (const viewer of [PUBLIC, commons.viewer('nobody')]) expect(seenBy(viewer)).toEqual([]);
    const [own, others] = [meridian, aurelia].map((of) => refusedRequests(tables(), commons.viewer('zara'), { party: of }).rows[0]?.key ?? '');
    const by = (name: string, id = '') => refusedRequest(tables(), commons.viewer(name), id)?.party;
    expect([by('meridian-agent', own), by('meridian-agent', others), by('aurelia-agent', own), by('nobody', own), by('zara', own), by('anke', others)]).toEqual([
      meridian, undefined, undefined, undefined, meridian, aurelia,
    ]);
    expect(refusedRequest(tables(), PUBLIC, own ?? '')).toBeUndefined();
    expect(refusedRequest(tables(), commons.viewer('zara'), idOf('no attempt'))).toBeUndefined();
  });

  test('no longer to who has ceased to represent the party', async () => {
    await commons.remove('meridian-agent', 'meridian');
    expect(seenBy(commons.viewer('meridian-agent'))).toEqual([]);
  });
});
