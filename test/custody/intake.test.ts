// Materials and lots come onto the books.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { lotStream, materialCustody } from '../../src/custody/index.ts';
import { RegisterLot } from '../../src/custody/lot.commands.ts';
import { RegisterMaterial } from '../../src/custody/material.commands.ts';
import { COMMUNITY, Commons, idOf, refusal, silkStays } from './commons.ts';

let commons: Commons;
beforeEach(async () => {
  commons = await Commons.found();
});

describe('the catalogue', () => {
  test('names a material once', async () => {
    const again = commons.does('kaito', RegisterMaterial, { material: 'biosilk', name: 'Another', productClass: 'x' });
    expect((await refusal(again)).name).toBe('MaterialAlreadyRegistered');
  });

  test('takes either a waste code or a product class', async () => {
    expect((await refusal(commons.does('kaito', RegisterMaterial, { material: 'glass', name: 'Glass' }))).name).toBe('NotClassified');
    const both = { material: 'glass', name: 'Glass', wasteCode: '150107', productClass: 'cullet' };
    expect((await refusal(commons.does('kaito', RegisterMaterial, both))).name).toBe('NotClassified');
  });

  test('is kept by keepers and stewards', async () => {
    await commons.member('zara');
    await commons.member('iva', 'steward');
    const oil = { material: 'waste-oil', name: 'Waste oil', wasteCode: '130205*' };
    expect((await refusal(commons.does('zara', RegisterMaterial, oil))).name).toBe('NotACataloguer');
    await commons.does('iva', RegisterMaterial, oil);
    expect(commons.tables(materialCustody).material.get('waste-oil')).toMatchObject({ name: 'Waste oil', wasteCode: '130205*', productClass: null });
  });
});

describe('intake', () => {
  test('records what, how much, whose, in whose hands, where and where from', async () => {
    const lot = await commons.lot({ quantity: { amount: '12.50', unit: 'KGM' }, ticket: 'W-17', location: 'Quay 4' });
    const [registered] = commons.events('LotRegistered');
    expect(registered).toMatchObject({ stream: lotStream(lot), actor: idOf('kaito') });
    expect(registered?.data).toEqual({
      lot, material: 'biosilk', quantity: { amount: '12.5', unit: 'KGM' }, method: 'weighed', ticket: 'W-17', owner: COMMUNITY, custodian: COMMUNITY,
      location: 'Quay 4', provenance: 'Quay 4', model: 'segregated',
    });
  });

  test('is by a keeper for anybody of the community', async () => {
    const zara = await commons.member('zara');
    const works = await commons.party('works', 'facility');
    await commons.lot({ custodian: zara, owner: zara });
    await commons.lot({ custodian: works });
  });

  test('is by the custodian’s own people for themselves, and for nobody else', async () => {
    const zara = await commons.member('zara');
    const mo = await commons.member('mo');
    const works = await commons.party('works', 'facility');
    await commons.lot({ custodian: zara, owner: zara }, 'zara');
    await commons.lot({ custodian: works }, 'works-agent');
    expect((await refusal(commons.lot({ custodian: mo, owner: mo }, 'zara'))).name).toBe('MayNotTakeIn');
    expect((await refusal(commons.lot({}, 'zara'))).name).toBe('MayNotTakeIn');
    expect((await refusal(commons.lot({ custodian: works }, 'zara'))).name).toBe('MayNotTakeIn');
  });

  test('is not by outsiders, not even into their own hands', async () => {
    const meridian = await commons.party('meridian', 'external');
    const carts = await commons.party('carts', 'carrier');
    expect((await refusal(commons.lot({ custodian: meridian, owner: meridian }, 'meridian-agent'))).name).toBe('MayNotTakeIn');
    expect((await refusal(commons.lot({ custodian: carts }, 'carts-agent'))).name).toBe('MayNotTakeIn');
  });

  test('cannot write into the books what a protocol lets nobody acquire', async () => {
    const meridian = await commons.party('meridian', 'external');
    await commons.enact('silk-protocol', silkStays());
    for (const hands of [{ owner: meridian }, { custodian: meridian }]) {
      const refused = await refusal(commons.lot(hands));
      expect(refused.name).toBe('DeniedByProtocol');
      expect(refused.details).toMatchObject({ clauses: [{ protocol: 'silk-protocol', clause: 'silk' }], charterRevision: 2 });
    }
    await commons.lot({ material: 'pet-flakes', custodian: meridian });
  });

  test('is of a material of the catalogue, in hands that can hold it', async () => {
    expect((await refusal(commons.lot({ material: 'unobtainium' }))).name).toBe('NotInTheCatalogue');
    expect((await refusal(commons.lot({ owner: idOf('nobody') }))).name).toBe('CannotHold');
    expect((await refusal(commons.lot({ custodian: idOf('nobody') }))).name).toBe('CannotHold');
  });

  test('is of something', async () => {
    expect((await refusal(commons.lot({ quantity: { amount: '0.000', unit: 'KGM' } }))).name).toBe('NothingThere');
  });

  test('weighs mass, counts pieces, and says so where it estimates', async () => {
    expect((await refusal(commons.lot({ quantity: { amount: '3', unit: 'H87' } }))).name).toBe('MethodDoesNotFit');
    expect((await refusal(commons.lot({ method: 'counted' }))).name).toBe('MethodDoesNotFit');
    await commons.lot({ quantity: { amount: '3', unit: 'H87' }, method: 'counted' });
    await commons.lot({ quantity: { amount: '3.25', unit: 'MTQ' }, method: 'estimated' });
  });

  test('in a party’s name is about that party', async () => {
    const works = await commons.party('works', 'facility');
    await commons.party('mill', 'facility');
    const whole = {
      material: 'biosilk', custodian: works, owner: COMMUNITY, quantity: { amount: '1', unit: 'KGM' as const }, method: 'weighed' as const, location: 'Mill', provenance: 'Quay', model: 'segregated' as const,
    };
    const refused = commons.does('works-agent', RegisterLot, whole, { onBehalfOf: idOf('mill') });
    expect((await refusal(refused)).name).toBe('InAnotherName');
    await commons.does('works-agent', RegisterLot, whole, { onBehalfOf: works });
    expect(commons.events('LotRegistered')).toMatchObject([{ onBehalfOf: works }]);
  });
});
