// When a protocol comes into force: what stands against it is listed, what was offered and asked for lapses, what is held stays.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { CHARTER_STREAM, type CharterEvent, type Clause } from '../../src/community/index.ts';
import { grandfathered, grandfatheredHoldings, lapsingForbidden, materialCustody, reviewingEnactments, type GrandfatheringEvent } from '../../src/custody/index.ts';
import { LapseForbiddenOffer, LapseForbiddenRequest, ReviewEnactment } from '../../src/custody/grandfathering.commands.ts';
import { AcceptOffer, OfferCustody, WithdrawOffer } from '../../src/custody/lot.commands.ts';
import { RequestMaterial } from '../../src/custody/request.commands.ts';
import { given } from '../support/given.ts';
import { COMMUNITY, Commons, idOf, refusal, silkStays } from './commons.ts';

let commons: Commons;
let zara: string;
let museum: string;
let carts: string;
beforeEach(async () => {
  commons = await Commons.found();
  zara = await commons.member('zara');
  museum = await commons.party('museum', 'external');
  carts = await commons.party('carts', 'carrier');
});

const COMMANDS = { ReviewEnactment, LapseForbiddenOffer, LapseForbiddenRequest };

/** Carries out what is owed, until nothing is. */
async function settle(): Promise<void> {
  for (;;) {
    const owed = [reviewingEnactments, lapsingForbidden].flatMap((process) => [...given(process, commons.events()).owed.values()].map((one) => process.run(one)));
    if (owed.length === 0) return;
    for (const { command, body } of owed) await commons.does('system', COMMANDS[command as keyof typeof COMMANDS] as new () => object, body);
  }
}

async function enacts(...clauses: readonly Clause[]): Promise<void> {
  await commons.enact('silk-stays', ...clauses);
  await settle();
}

const found = () => commons.events('Grandfathered').map(({ data }) => data as GrandfatheringEvent['data']);
const because = { protocol: 'silk-stays', charterRevision: 2, clauses: ['silk'] };

describe('an enactment', () => {
  test('lists what parties have that they could not acquire any more, and as what', async () => {
    const theirs = await commons.lot({ owner: museum, custodian: museum });
    const lent = await commons.lot({ custodian: museum });
    const owned = await commons.lot({ owner: museum });
    await commons.lot();
    await commons.lot({ owner: museum, custodian: museum, material: 'pet-flakes' });
    const carried = await commons.lot({ owner: museum, custodian: carts });
    await enacts(silkStays({ carriers: [carts] }));
    const held = (lot: string, as: string) => ({ lot, material: 'biosilk', party: museum, as, clauses: ['silk'] });
    expect(found()).toMatchObject([{
      protocol: 'silk-stays', charterRevision: 2, offers: [], requests: [],
      holdings: [held(theirs, 'owner-and-custodian'), held(lent, 'custodian'), held(owned, 'owner'), held(carried, 'owner')],
    }]);
    const rows = (name: string, filter = {}) => grandfatheredHoldings(commons.tables(grandfathered), commons.viewer(name), filter).rows.map(({ lot }) => lot);
    expect(rows('zara')).toEqual([theirs, lent, owned, carried]);
    expect(rows('museum-agent', { protocol: 'silk-stays' })).toEqual([theirs, lent, owned, carried]);
    expect(rows('carts-agent')).toEqual([]);
    expect(rows('zara', { lot: lent, party: museum })).toEqual([lent]);
    expect(rows('zara', { lot: lent, party: carts })).toEqual([]);
  });

  test('of all materials looks at all; of none that keeps parties out at nothing', async () => {
    await commons.lot({ custodian: museum, material: 'pet-flakes' });
    await enacts({ kind: 'two-person', id: 'two', materials: 'all', second: 'keeper' });
    expect(found()).toEqual([]);
    await enacts(silkStays({ materials: 'all' }));
    expect(found()).toMatchObject([{ charterRevision: 3, holdings: [{ material: 'pet-flakes' }] }]);
  });

  test('lets offers and requests lapse that stand against it, with the reason on record, and no others', async () => {
    const [lot, other, asked] = [await commons.lot(), await commons.lot(), await commons.lot()];
    const forbidden = await commons.makes('kaito', OfferCustody, { lot, to: museum, passes: 'custody' });
    const allowed = await commons.makes('kaito', OfferCustody, { lot: other, to: zara, passes: 'custody' });
    const request = await commons.makes('museum-agent', RequestMaterial, { party: museum, lot: asked, purpose: 'A show' });
    await enacts(silkStays());
    const { transfer, request: requests, lot: lots } = commons.tables(materialCustody);
    expect(transfer.get(forbidden)).toMatchObject({ state: 'lapsed', because });
    expect(transfer.get(allowed)).toMatchObject({ state: 'offered', because: null });
    expect(requests.get(request)).toMatchObject({ state: 'lapsed', because });
    expect([lots.get(lot)?.transfer, lots.get(asked)?.requests]).toEqual([null, []]);
  });

  test('a request that was being answered lapses with its offer', async () => {
    const lot = await commons.lot();
    const request = await commons.makes('museum-agent', RequestMaterial, { party: museum, lot, purpose: 'A show' });
    const transfer = await commons.makes('kaito', OfferCustody, { lot, to: museum, passes: 'custody', request });
    await enacts(silkStays());
    const tables = commons.tables(materialCustody);
    expect([tables.transfer.get(transfer)?.state, tables.request.get(request)?.state]).toEqual(['lapsed', 'lapsed']);
    expect(commons.events().slice(-2).map(({ type }) => type)).toEqual(['OfferLapsed', 'RequestLapsed']);
  });

  test('whose text is not in force any more when it is looked at lists nothing', async () => {
    await commons.lot({ custodian: museum });
    await commons.enact('silk-stays', silkStays());
    await commons.enact('silk-stays', silkStays({ exceptions: [museum] }));
    await settle();
    expect(found()).toMatchObject([{ charterRevision: 2, holdings: [] }, { charterRevision: 3, holdings: [] }]);
  });

  test('is looked at as of its own position, once, by the service alone', async () => {
    await commons.enact('silk-stays', silkStays());
    const body = { protocol: 'silk-stays', charterRevision: 2, enactedAt: commons.log.head().position };
    expect((await refusal(commons.does('kaito', ReviewEnactment, body))).name).toBe('ReviewedAlready');
    await settle();
    expect((await refusal(commons.does('system', ReviewEnactment, body))).name).toBe('ReviewedAlready');
  });

  test('of a large stock is looked at in parts, each lot once', async () => {
    const lots = [];
    for (let n = 0; n < 2_100; n += 1) lots.push(await commons.lot({ custodian: museum }));
    await enacts(silkStays());
    const parts = found();
    expect(parts.map(({ holdings, next }) => [holdings.length, next])).toEqual([[2_000, lots[1_999]], [100, undefined]]);
    expect(parts.flatMap(({ holdings }) => holdings.map(({ lot }) => lot))).toEqual(lots);
  }, 60_000);
});

describe('an offer that lapsed by a protocol', () => {
  let lot: string;
  let transfer: string;
  beforeEach(async () => {
    lot = await commons.lot();
    transfer = await commons.makes('kaito', OfferCustody, { lot, to: museum, passes: 'custody' });
    await enacts(silkStays());
  });

  test('who comes for it all the same is refused by that protocol, on record', async () => {
    expect((await refusal(commons.does('zara', AcceptOffer, { lot, transfer }))).name).toBe('NotTheRecipient');
    const { name, details } = await refusal(commons.does('museum-agent', AcceptOffer, { lot, transfer }));
    expect([name, details['clauses']]).toMatchObject(['DeniedByProtocol', [{ clause: 'silk' }]]);
    expect(commons.events('SiphonAttempted')).toMatchObject([{ data: { act: 'acceptance', party: museum, transfer } }]);
    expect((await refusal(commons.does('kaito', WithdrawOffer, { lot, transfer }))).name).toBe('NoSuchOffer');
  });

  test('is gone also when the protocol is', async () => {
    await commons.tell<CharterEvent>(CHARTER_STREAM, { type: 'ProtocolRepealed', data: { proposal: idOf('repeal'), protocol: 'silk-stays', charterRevision: 3 } });
    expect((await refusal(commons.does('museum-agent', AcceptOffer, { lot, transfer }))).name).toBe('NoSuchOffer');
  });
});

describe('a grandfathered holding', () => {
  test('may go back to the community’s own, and not on to anybody outside, excepted or not', async () => {
    const friends = await commons.party('friends', 'external');
    const lot = await commons.lot({ owner: museum, custodian: museum });
    await enacts(silkStays({ exceptions: [friends], carriers: [carts] }));
    for (const to of [friends, carts]) {
      expect((await refusal(commons.does('museum-agent', OfferCustody, { lot, to, passes: 'custody' }))).name).toBe('DeniedByProtocol');
    }
    const back = await commons.makes('museum-agent', OfferCustody, { lot, to: COMMUNITY, passes: 'ownership-and-custody' });
    await commons.does('kaito', AcceptOffer, { lot, transfer: back });
    await commons.makes('kaito', OfferCustody, { lot, to: friends, passes: 'ownership-and-custody' });
  });

  test('whose offer onward is older is not accepted either, and that is no attempt of who would', async () => {
    const friends = await commons.party('friends', 'external');
    const lot = await commons.lot({ owner: museum, custodian: museum });
    const onward = await commons.makes('museum-agent', OfferCustody, { lot, to: friends, passes: 'custody' });
    await enacts(silkStays({ exceptions: [friends] }));
    expect((await refusal(commons.does('friends-agent', AcceptOffer, { lot, transfer: onward }))).name).toBe('DeniedByProtocol');
    expect(commons.events('SiphonAttempted')).toEqual([]);
  });
});
