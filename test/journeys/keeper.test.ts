// A keeper: a lot comes onto the books and passes from hand to hand, by offers that are accepted, declined, taken back or left to lapse.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Response } from 'supertest';
import { Commons, told, type Person } from './people.ts';

let commons: Commons;
let kim: Person;
let mara: Person;
let lot: string;

const intake = (more: object = {}) => ({
  material: 'silk', quantity: { amount: '1.25', unit: 'TNE' }, method: 'weighed', instrument: 'yard scale', ticket: 'W-17',
  owner: commons.community, custodian: commons.community, location: 'east yard', provenance: 'the carnival of last year', model: 'segregated', ...more,
});
const offer = (who: Person, more: object = {}) => who.posts(`/lots/${lot}/offers`, { to: mara.id, passes: 'custody', ...more });
const answer = (who: Person, to: Response, how: 'acceptance' | 'refusal' | 'withdrawal', more: object = {}) =>
  who.posts(`/lots/${lot}/offers/${to.body.id}/${how}`, more);

beforeAll(async () => {
  commons = await Commons.found();
  kim = await commons.member('Kim', ['keeper']);
  mara = await commons.member('Mara');
});
afterAll(() => commons.close());

describe('given an empty catalogue', () => {
  test('when a material is named by who does not keep the catalogue, or with two classes or none, then it is not entered', async () => {
    const silk = { material: 'silk', name: 'Silk scrap' };
    expect(told(await mara.posts('/materials', { ...silk, productClass: 'textile' }))).toBe('403 NotACataloguer');
    expect(told(await kim.posts('/materials', silk))).toBe('400 NotClassified');
    expect(told(await kim.posts('/materials', { ...silk, wasteCode: '200111', productClass: 'textile' }))).toBe('400 NotClassified');
    expect(told(await kim.posts('/materials', { ...silk, wasteCode: '99 01 01' }))).toBe('400 MalformedRequest');
  });

  test('when Kim enters it, then it is there for good, and for everybody to see', async () => {
    const entered = await kim.posts('/materials', { material: 'silk', name: 'Silk scrap', wasteCode: '200111' });
    expect(told(entered)).toBe('200 MaterialRegistered');
    const again = await kim.posts('/materials', { material: 'silk', name: 'Other silk', productClass: 'textile' });
    expect(told(again)).toBe('409 MaterialAlreadyRegistered');
    expect((await commons.place.anybody.reads('/materials/silk', entered)).body).toMatchObject({ name: 'Silk scrap', wasteCode: '200111' });
  });
});

describe('given material on the scale', () => {
  test('when the entry says what cannot be, then each mistake has its name', async () => {
    expect(told(await kim.posts('/lots', intake({ material: 'gold' })))).toBe('422 NotInTheCatalogue');
    expect(told(await kim.posts('/lots', intake({ quantity: { amount: '0', unit: 'KGM' } })))).toBe('422 NothingThere');
    expect(told(await kim.posts('/lots', intake({ quantity: { amount: '3', unit: 'LTR' } })))).toBe('422 MethodDoesNotFit');
    expect(told(await kim.posts('/lots', intake({ quantity: { amount: '1e3', unit: 'KGM' } })))).toBe('400 MalformedRequest');
    expect(told(await kim.posts('/lots', intake({ quantity: { amount: 1250, unit: 'KGM' } })))).toBe('400 MalformedRequest');
    expect(told(await kim.posts('/lots', intake({ model: 'book-and-claim' })))).toBe('400 MalformedRequest');
    expect(told(await kim.posts('/lots', intake({ custodian: '6a497c74-4b20-55e9-8762-740011e3d3b8' })))).toBe('422 CannotHold');
  });

  test('when a member who is no keeper registers a lot in other hands, then it is refused; in her own it is not', async () => {
    expect(told(await mara.posts('/lots', intake()))).toBe('403 MayNotTakeIn');
    const own = intake({ custodian: mara.id, owner: mara.id, quantity: { amount: '40', unit: 'LTR' }, method: 'estimated' });
    expect(told(await mara.posts('/lots', own))).toBe('200 LotRegistered');
  });

  test('when Kim registers it, then owner, custodian and place are on the books, and so is what it adds up to', async () => {
    const registered = await kim.posts('/lots', intake());
    expect(told(registered)).toBe('200 LotRegistered');
    lot = registered.body.id;
    expect((await mara.reads(`/lots/${lot}`, registered)).body).toMatchObject({
      amount: '1.25', unit: 'TNE', owner: commons.community, custodian: commons.community, location: 'east yard',
    });
    const { body } = await mara.reads('/balances', registered);
    expect(body).toEqual({
      balanced: [{ material: 'silk', quantity: { amount: '1250', unit: 'KGM' }, lots: 1 }],
      unbalanced: [{ material: 'silk', quantity: { amount: '40', unit: 'LTR' }, lots: 1 }],
    });
    expect(told(await commons.place.anybody.reads('/lots'))).toBe('401 TokenRequired');
  });
});

describe('given a lot of the community’s', () => {
  test('when it is offered by who does not hold it, to who has it, to nobody known or until yesterday, then it stays', async () => {
    expect(told(await offer(mara))).toBe('403 NotTheCustodian');
    expect(told(await offer(kim, { to: commons.community }))).toBe('422 OfferedToItsHolder');
    expect(told(await offer(kim, { to: '6a497c74-4b20-55e9-8762-740011e3d3b8' }))).toBe('422 CannotHold');
    expect(told(await offer(kim, { expiresAt: commons.place.ago(1) }))).toBe('422 OfferEndsInThePast');
    expect(told(await kim.posts(`/lots/${mara.id}/offers`, { to: mara.id, passes: 'custody' }))).toBe('404 NoSuchLot');
  });

  test('when Kim offers it and Mara accepts, then custody passes, ownership does not, and the lot is where she says', async () => {
    const offered = await offer(kim);
    expect(told(offered)).toBe('200 CustodyOffered');
    expect(told(await offer(kim))).toBe('409 AlreadyOffered');
    expect((await mara.reads('/my-page', offered)).body.waiting.offers).toEqual([expect.objectContaining({ lot, key: offered.body.id })]);
    expect(told(await answer(commons.zara, offered, 'acceptance'))).toBe('403 NotTheRecipient');
    expect(told(await answer(kim, offered, 'refusal'))).toBe('403 NotTheRecipient');
    const accepted = await answer(mara, offered, 'acceptance', { location: 'workshop' });
    expect(told(accepted)).toBe('200 OfferAccepted');
    expect((await kim.reads(`/lots/${lot}`, accepted)).body).toMatchObject({ owner: commons.community, custodian: mara.id, location: 'workshop' });
    expect(told(await answer(mara, offered, 'acceptance'))).toBe('409 NoSuchOffer');
    const before = await kim.reads(`/lots/${lot}?asOf=${offered.body.position}`);
    expect(before.body).toMatchObject({ custodian: commons.community, location: 'east yard', offeredTo: mara.id });
  });

  test('when Mara would give away what is not hers, then only custody is for her to pass on', async () => {
    expect(told(await offer(mara, { to: commons.oren.id, passes: 'ownership-and-custody' }))).toBe('403 NotTheOwner');
    expect(told(await offer(kim, { to: commons.oren.id }))).toBe('403 NotTheCustodian');
  });

  test('when Kim acts in a name that the lot has nothing to do with, then it is not taken for an act of that party', async () => {
    const headers = { 'Biolithic-On-Behalf-Of': commons.community };
    const back = await offer(mara, { to: commons.community });
    const meridian = await commons.town.party('external', 'Meridian');
    const rana = await commons.representative(meridian, 'Rana');
    expect(told(await rana.posts(`/lots/${lot}/offers/${back.body.id}/acceptance`, {}, { headers }))).toBe('403 NotRepresentative');
    const forMeridian = { headers: { 'Biolithic-On-Behalf-Of': meridian } };
    expect(told(await rana.posts(`/lots/${lot}/offers/${back.body.id}/acceptance`, {}, forMeridian))).toBe('403 NotTheRecipient');
    const taken = await kim.posts(`/lots/${lot}/offers/${back.body.id}/acceptance`, {}, { headers });
    expect(told(taken)).toBe('200 OfferAccepted');
    // Mara's own lot is Mara's matter, whoever else a keeper may act for.
    const own = (await mara.reads(`/lots?custodian=${mara.id}`, taken)).body.rows[0].key as string;
    const toKim = await mara.posts(`/lots/${own}/offers`, { to: kim.id, passes: 'custody' });
    expect(told(await kim.posts(`/lots/${own}/offers/${toKim.body.id}/acceptance`, {}, { headers }))).toBe('403 InAnotherName');
    expect(told(await kim.posts(`/lots/${own}/offers/${toKim.body.id}/acceptance`))).toBe('200 OfferAccepted');
  });
});

describe('given offers that come to nothing', () => {
  test('when Mara declines, or Kim takes it back, then the lot is free to be offered again', async () => {
    const first = await offer(kim);
    expect(told(await answer(mara, first, 'withdrawal'))).toBe('403 NotTheCustodian');
    expect(told(await answer(mara, first, 'refusal'))).toBe('200 OfferDeclined');
    const second = await offer(kim);
    expect(told(await answer(kim, second, 'withdrawal'))).toBe('200 OfferWithdrawn');
    expect(told(await answer(mara, second, 'acceptance'))).toBe('409 NoSuchOffer');
  });

  test('when nobody answers, then the offer lapses at its deadline', async () => {
    const offered = await offer(kim, { expiresAt: commons.place.in({ hours: 2 }) });
    await commons.place.passes({ hours: 1, minutes: 59, seconds: 59 });
    expect((await mara.reads(`/transfers/${offered.body.id}`, offered)).body.state).toBe('offered');
    const lapsed = await commons.place.passes({ seconds: 1 });
    expect((await mara.reads(`/transfers/${offered.body.id}`, lapsed)).body).toMatchObject({
      state: 'lapsed', settledBy: 'system', settledAt: commons.place.in({}),
    });
    expect(told(await answer(mara, offered, 'acceptance'))).toBe('409 NoSuchOffer');
  });

  test('then everything that became of the lot is on record, newest first', async () => {
    const { body } = await mara.reads(`/transfers?lot=${lot}`, await commons.place.head());
    expect(body.rows.map(({ state }: { state: string }) => state)).toEqual(['lapsed', 'withdrawn', 'declined', 'accepted', 'accepted']);
  });
});
