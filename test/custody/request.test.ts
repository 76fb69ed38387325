// Parties ask for lots; holders answer; protocols may forbid the asking itself.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { materialCustody } from '../../src/custody/index.ts';
import { AcceptOffer, DeclineOffer, OfferCustody } from '../../src/custody/lot.commands.ts';
import { DeclineRequest, RequestMaterial, WithdrawRequest } from '../../src/custody/request.commands.ts';
import { attemptStream } from '../../src/defence/index.ts';
import { after } from '../../src/kernel/index.ts';
import { COMMUNITY, Commons, idOf, MIDSUMMER, refusal, silkStays } from './commons.ts';

let commons: Commons;
let meridian: string;
let lot: string;
beforeEach(async () => {
  commons = await Commons.found();
  await commons.member('zara');
  meridian = await commons.party('meridian', 'external');
  lot = await commons.lot();
});

const ask = (by = 'meridian-agent', rest: Partial<RequestMaterial> = {}): Promise<string> =>
  commons.makes(by, RequestMaterial, { party: meridian, lot, purpose: 'Samples', ...rest });
const offer = (request: string, rest: Partial<OfferCustody> = {}): Promise<string> =>
  commons.makes('kaito', OfferCustody, { lot, to: meridian, passes: 'ownership-and-custody', request, ...rest });
const state = (request: string) => commons.tables(materialCustody).request.get(request)?.state;

describe('before a protocol forbids it', () => {
  test('a representative asks, the holder offers, the representative accepts', async () => {
    const request = await ask();
    expect(commons.tables(materialCustody).request.get(request)).toMatchObject({ party: meridian, lot, holder: COMMUNITY, purpose: 'Samples', state: 'open' });
    const transfer = await offer(request);
    expect(state(request)).toBe('offered');
    await commons.does('meridian-agent', AcceptOffer, { lot, transfer });
    expect(state(request)).toBe('met');
    expect(commons.tables(materialCustody).lot.get(lot)).toMatchObject({ owner: meridian, custodian: meridian, requests: [] });
  });

  test('a request whose offer came to nothing waits on', async () => {
    const request = await ask();
    const transfer = await offer(request);
    await commons.does('meridian-agent', DeclineOffer, { lot, transfer });
    expect(state(request)).toBe('open');
    await offer(request);
  });

  test('only who is appointed for requests asks, within the term', async () => {
    expect((await refusal(ask('zara'))).name).toBe('MayNotRequest');
    expect((await refusal(ask('zara', { party: idOf('zara') }))).name).toBe('MayNotRequest');
    expect((await refusal(ask('kaito', { party: COMMUNITY }))).name).toBe('MayNotRequest');
    const aurelia = await commons.party('aurelia', 'external', ['transfers']);
    expect((await refusal(ask('aurelia-agent', { party: aurelia }))).name).toBe('MayNotRequest');
    expect((await refusal(ask('meridian-agent', { party: aurelia }))).name).toBe('MayNotRequest');
    await commons.remove('meridian-agent', 'meridian');
    expect((await refusal(ask())).name).toBe('MayNotRequest');
    await commons.appoint('meridian-agent', 'meridian', ['requests'], after(MIDSUMMER, { hours: 1 }));
    await ask();
    commons.clock.advanceTo(after(MIDSUMMER, { hours: 1 }));
    expect((await refusal(ask())).name).toBe('MayNotRequest');
  });

  test('a member who represents a party asks for it', async () => {
    await commons.appoint('zara', 'meridian');
    await ask('zara');
  });

  test('what is asked for is on the books, and with others', async () => {
    expect((await refusal(ask('meridian-agent', { lot: idOf('no lot') }))).name).toBe('NoSuchLot');
    const transfer = await offer(await ask());
    await commons.does('meridian-agent', AcceptOffer, { lot, transfer });
    expect((await refusal(ask())).name).toBe('HeldAlready');
  });

  test('an offer answers only the request of who gets the lot, for this lot, and once', async () => {
    const request = await ask();
    const aurelia = await commons.party('aurelia', 'external');
    expect((await refusal(offer(idOf('no request')))).name).toBe('NoSuchRequest');
    expect((await refusal(offer(request, { to: aurelia }))).name).toBe('RequestIsForAnother');
    const other = await commons.lot();
    expect((await refusal(offer(request, { lot: other }))).name).toBe('RequestIsForAnother');
    const transfer = await offer(request);
    await commons.does('meridian-agent', AcceptOffer, { lot, transfer });
    const back = await commons.makes('meridian-agent', OfferCustody, { lot, to: COMMUNITY, passes: 'ownership-and-custody' });
    await commons.does('kaito', AcceptOffer, { lot, transfer: back });
    expect((await refusal(offer(request))).name).toBe('RequestSettled');
  });

  test('the holder declines, the party withdraws; a settled request waits for nothing', async () => {
    const declined = await ask();
    expect((await refusal(commons.does('zara', DeclineRequest, { request: declined }))).name).toBe('NotTheCustodian');
    await commons.does('kaito', DeclineRequest, { request: declined });
    expect((await refusal(offer(declined))).name).toBe('RequestSettled');
    expect((await refusal(commons.does('meridian-agent', WithdrawRequest, { request: declined }))).name).toBe('RequestSettled');
    const withdrawn = await ask();
    expect((await refusal(commons.does('kaito', WithdrawRequest, { request: withdrawn }))).name).toBe('MayNotRequest');
    await commons.does('meridian-agent', WithdrawRequest, { request: withdrawn });
    expect([state(declined), state(withdrawn)]).toEqual(['declined', 'withdrawn']);
    expect(commons.tables(materialCustody).lot.get(lot)?.requests).toEqual([]);
    expect((await refusal(commons.does('kaito', DeclineRequest, { request: idOf('no request') }))).name).toBe('NoSuchRequest');
  });

  test('while an offer that answers it is open, the offer is answered', async () => {
    const request = await ask();
    await offer(request);
    expect((await refusal(commons.does('kaito', DeclineRequest, { request }))).name).toBe('RequestBeingAnswered');
    expect((await refusal(commons.does('meridian-agent', WithdrawRequest, { request }))).name).toBe('RequestBeingAnswered');
  });

  test('an open request follows the lot to its new holder', async () => {
    const request = await ask();
    const zara = idOf('zara');
    const transfer = await commons.makes('kaito', OfferCustody, { lot, to: zara, passes: 'custody' });
    await commons.does('zara', AcceptOffer, { lot, transfer });
    expect(commons.tables(materialCustody).request.get(request)?.holder).toBe(zara);
    expect((await refusal(commons.does('kaito', DeclineRequest, { request }))).name).toBe('NotTheCustodian');
    await commons.does('zara', DeclineRequest, { request });
  });
});

describe('once a protocol forbids it', () => {
  test('asking is refused with the clauses that decided, in words, and recorded as an attempt of the party', async () => {
    await commons.enact('silk-protocol', silkStays());
    await commons.enact('nothing-out', silkStays({ id: 'all', materials: 'all' }));
    const refused = await refusal(
      commons.does('meridian-agent', RequestMaterial, { party: meridian, lot, purpose: 'Samples' }, { onBehalfOf: meridian }),
    );
    expect(refused).toMatchObject({ name: 'DeniedByProtocol', status: 422, rule: expect.stringContaining('protocols') });
    expect(refused.details).toMatchObject({
      charterRevision: 3,
      clauses: [
        { protocol: 'silk-protocol', clause: 'silk', words: expect.stringMatching(/^No external party may acquire biosilk/) },
        { protocol: 'nothing-out', clause: 'all', words: expect.stringMatching(/^No external party may acquire any material/) },
      ],
    });
    const attempt = refused.details['attempt'] as string;
    expect(commons.events('SiphonAttempted')).toMatchObject([
      {
        stream: attemptStream(attempt),
        actor: idOf('meridian-agent'),
        onBehalfOf: meridian,
        data: {
          attempt, kind: 'automatic', act: 'request', party: meridian, actor: idOf('meridian-agent'), lot, material: 'biosilk',
          quantity: { amount: '12.5', unit: 'KGM' }, clauses: refused.details['clauses'], charterRevision: 3,
        },
      },
    ]);
    expect(commons.events('MaterialRequested')).toEqual([]);
  });

  test('who is no representative attempts nothing: there is no record', async () => {
    await commons.enact('silk-protocol', silkStays());
    expect((await refusal(ask('zara'))).name).toBe('MayNotRequest');
    expect(commons.events('SiphonAttempted')).toEqual([]);
  });

  test('another material may still be asked for', async () => {
    await commons.enact('silk-protocol', silkStays());
    lot = await commons.lot({ material: 'pet-flakes' });
    await ask();
  });

  test('a request from before can be answered no more: the offer is the holder’s denied offer, with the request on record', async () => {
    const request = await ask();
    await commons.enact('silk-protocol', silkStays());
    expect((await refusal(offer(request))).name).toBe('DeniedByProtocol');
    expect(commons.events('OfferDenied')).toMatchObject([{ data: { request, intendedReceiver: meridian, from: COMMUNITY } }]);
    expect(state(request)).toBe('open');
    await commons.does('kaito', DeclineRequest, { request });
  });
});
