// What the clauses of protocols do to material on its way: who may carry it, who may take it over, and who has to confirm it.
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Clause } from '../../src/community/index.ts';
import { materialCustody } from '../../src/custody/index.ts';
import { AcceptOffer, ConfirmTransfer, OfferCustody, RegisterLot, WithdrawOffer } from '../../src/custody/lot.commands.ts';
import { RequestMaterial } from '../../src/custody/request.commands.ts';
import { Commons, idOf, refusal, silkStays } from './commons.ts';

let commons: Commons;
let zara: string;
let mo: string;
let lot: string;
beforeEach(async () => {
  commons = await Commons.found();
  zara = await commons.member('zara');
  mo = await commons.member('mo');
  lot = await commons.lot({ owner: zara, custodian: zara }, 'zara');
});

const offer = (to: string, rest: Partial<OfferCustody> = {}): Promise<string> => commons.makes('zara', OfferCustody, { lot, to, passes: 'custody', ...rest });
const taking = (by: string, transfer: string) => commons.does(by, AcceptOffer, { lot, transfer });
const confirming = (by: string, transfer: string) => commons.does(by, ConfirmTransfer, { lot, transfer });
const deniedBy = async (act: Promise<unknown>): Promise<unknown> => {
  const { name, details } = await refusal(act);
  return name === 'DeniedByProtocol' ? (details['clauses'] as { clause: string }[]).map(({ clause }) => clause) : name;
};

describe('an untouchable clause with a listed carrier', () => {
  test('lets it carry what it does not own, and nobody else', async () => {
    const carts = await commons.party('carts', 'carrier');
    const others = await commons.party('others', 'carrier');
    await commons.enact('silk-stays', silkStays({ carriers: [carts] }));
    expect(await deniedBy(offer(others))).toEqual(['silk']);
    expect(await deniedBy(offer(carts, { passes: 'ownership-and-custody' }))).toEqual(['silk']);
    await commons.does('carts-agent', RequestMaterial, { party: carts, lot, purpose: 'To the looms' });
    await taking('carts-agent', await offer(carts));
    expect(commons.tables(materialCustody).lot.get(lot)).toMatchObject({ owner: zara, custodian: carts });
  });

  test('does not let it write itself into the books as owner', async () => {
    const carts = await commons.party('carts', 'carrier');
    await commons.enact('silk-stays', silkStays({ carriers: [carts] }));
    expect(await deniedBy(commons.lot({ owner: carts, custodian: carts }))).toEqual(['silk']);
    expect(await deniedBy(commons.lot({ owner: carts }))).toEqual(['silk']);
    await commons.lot({ custodian: carts });
  });
});

test('a party with a mandate acquires while the mandating protocol is in force', async () => {
  const museum = await commons.party('museum', 'external');
  await commons.enact('silk-stays', silkStays({ mandates: [{ party: museum, protocol: 'exhibition' }] }));
  expect(await deniedBy(offer(museum))).toEqual(['silk']);
  await commons.enact('exhibition');
  await taking('museum-agent', await offer(museum));
  expect(commons.events('OfferDenied')).toHaveLength(1);
});

describe('a clause of certified keepers', () => {
  const byKeepers: Clause = { kind: 'certified-keeper', id: 'hands', materials: ['biosilk'], roles: ['keeper'] };

  test('lets nobody else take the material over', async () => {
    await commons.member('kira', 'keeper');
    await commons.enact('trained-hands', byKeepers);
    const transfer = await offer(mo);
    expect(await deniedBy(taking('mo', transfer))).toEqual(['hands']);
    await commons.does('zara', WithdrawOffer, { lot, transfer });
    await taking('kira', await offer(idOf('kira')));
    expect(await deniedBy(commons.lot({ owner: mo, custodian: mo }, 'mo'))).toEqual(['hands']);
    await commons.lot({ owner: mo, custodian: mo, material: 'pet-flakes' }, 'mo');
    await commons.lot({ owner: mo, custodian: mo });
  });

  test('is no matter of keeping a party out: nothing is on record as an attempt', async () => {
    await commons.party('carts', 'carrier');
    await commons.enact('trained-hands', byKeepers);
    const transfer = await offer(idOf('carts'));
    expect(await deniedBy(taking('carts-agent', transfer))).toEqual(['hands']);
    expect(commons.events('SiphonAttempted')).toHaveLength(0);
    await commons.enact('silk-stays', silkStays());
    expect(await deniedBy(taking('carts-agent', transfer))).toEqual(['hands', 'silk']);
    expect(commons.events('SiphonAttempted')).toMatchObject([{ data: { clauses: [{ clause: 'hands' }, { clause: 'silk' }] } }]);
  });

  test('leaves excepted parties their own hands', async () => {
    const works = await commons.party('works', 'facility');
    await commons.enact('trained-hands', { ...byKeepers, exceptions: [works] });
    await taking('works-agent', await offer(works));
    await commons.does('works-agent', RegisterLot, {
      material: 'biosilk', quantity: { amount: '1', unit: 'KGM' }, method: 'weighed', owner: zara, custodian: works, location: 'Works', provenance: 'Spun', model: 'segregated',
    });
  });
});

describe('a clause of two persons', () => {
  beforeEach(() => commons.enact('never-alone', { kind: 'two-person', id: 'two', materials: ['biosilk'], second: 'keeper' }));

  test('lets nobody take the material over alone, whoever offered it', async () => {
    const transfer = await offer(mo);
    expect(await deniedBy(taking('mo', transfer))).toEqual(['two']);
    await confirming('kaito', transfer);
    await taking('mo', transfer);
    expect(commons.tables(materialCustody).transfer.get(transfer)).toMatchObject({ state: 'accepted', confirmedBy: [idOf('kaito')] });
  });

  test('wants another person than who takes it over and who offered it, and one of its role', async () => {
    const transfer = await offer(mo);
    expect(await deniedBy(confirming('zara', transfer))).toBe('OwnOffer');
    await confirming('mo', transfer);
    expect(await deniedBy(confirming('mo', transfer))).toBe('ConfirmedAlready');
    await commons.member('iris');
    await confirming('iris', transfer);
    expect(await deniedBy(taking('mo', transfer))).toEqual(['two']);
    await commons.party('carts', 'carrier');
    expect(await deniedBy(confirming('carts-agent', transfer))).toBe('MayNotConfirm');
    expect(await deniedBy(commons.does('kaito', ConfirmTransfer, { lot, transfer }, { onBehalfOf: mo }))).toBe('InAnotherName');
  });

  test('a keeper who takes over needs another keeper', async () => {
    const kira = await commons.member('kira', 'keeper');
    const transfer = await offer(kira);
    await confirming('kira', transfer);
    expect(await deniedBy(taking('kira', transfer))).toEqual(['two']);
    await confirming('kaito', transfer);
    await taking('kira', transfer);
  });

  test('a confirmation is of its offer: the next one needs its own', async () => {
    const first = await offer(mo);
    await confirming('kaito', first);
    await commons.does('zara', WithdrawOffer, { lot, transfer: first });
    expect(await deniedBy(confirming('kaito', first))).toBe('NoSuchOffer');
    expect(await deniedBy(taking('mo', await offer(mo)))).toEqual(['two']);
  });

  test('other materials pass as before', async () => {
    lot = await commons.lot({ owner: zara, custodian: zara, material: 'pet-flakes' }, 'zara');
    await taking('mo', await offer(mo));
  });
});
