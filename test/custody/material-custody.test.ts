// Material custody: who owns, who holds what, where, and how much that is; now and as of any past moment; as far as who asks may see it.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { PUBLIC } from '../../src/community/index.ts';
import {
  balances, lotById, lots, materialCustody, materials, requestById, requests, transferById, transfers,
  type Balances, type CustodyTables, type LotFilter,
} from '../../src/custody/index.ts';
import { AcceptOffer, DeclineOffer, OfferCustody, WithdrawOffer } from '../../src/custody/lot.commands.ts';
import { DeclineRequest, RequestMaterial } from '../../src/custody/request.commands.ts';
import { type Quantity, type Unit } from '../../src/kernel/index.ts';
import type { Page } from '../../src/runtime/index.ts';
import { onDisk, type ViewOnDisk } from '../defence/view-files.ts';
import { catalogue, COMMUNITY, Commons, idOf, MIDSUMMER } from './commons.ts';
import { agentOf, History, HOLDERS, totalsOf } from './histories.ts';

const views: ViewOnDisk<typeof materialCustody.tables>[] = [];
afterEach(() => views.splice(0).forEach((view) => view.remove()));

/** The view as it stands on disk after all that has happened so far. */
function built(commons: Commons): ViewOnDisk<typeof materialCustody.tables> {
  const view = onDisk(materialCustody, commons.log, catalogue);
  views.push(view);
  return view;
}

function all<R extends { readonly key: string }>(read: (after?: string) => Page<R>): string[] {
  const keys: string[] = [];
  for (let page = read(); ; page = read(page.next)) {
    keys.push(...page.rows.map(({ key }) => key));
    if (page.next === undefined) return keys;
  }
}

async function people(): Promise<Commons> {
  const commons = await Commons.found();
  for (const name of ['zara', 'mo']) await commons.member(name);
  await commons.member('anke', 'auditor');
  for (const [name, kind] of [['works', 'facility'], ['carts', 'carrier'], ['meridian', 'external'], ['aurelia', 'external']] as const) await commons.party(name, kind);
  return commons;
}

describe('a lot', () => {
  let commons: Commons;
  let lot: string;
  beforeEach(async () => {
    commons = await people();
    lot = await commons.lot({ owner: idOf('zara'), custodian: COMMUNITY, instrument: 'Scale 3', ticket: 'T-17' });
  });

  test('is shown with what it is, how that was found, whose it is, who answers for it, and where it is', () => {
    expect(built(commons).tables().lot.get(lot)).toEqual({
      key: lot, since: commons.log.head().position, material: 'biosilk', amount: '12.5', unit: 'KGM', method: 'weighed', instrument: 'Scale 3',
      ticket: 'T-17', owner: idOf('zara'), custodian: COMMUNITY,
      location: 'Common store', provenance: 'Quay 4', model: 'segregated', transfer: null, offeredTo: null, requests: [],
    });
  });

  test('was where it was, in whose hands it was, as of any past moment', async () => {
    const heads = [commons.log.head().position];
    const mark = (): number => heads.push(commons.log.head().position);
    const transfer = await commons.makes('kaito', OfferCustody, { lot, to: idOf('carts'), passes: 'custody' });
    mark();
    await commons.does('carts-agent', AcceptOffer, { lot, transfer, location: 'On the road' });
    mark();
    const on = await commons.makes('carts-agent', OfferCustody, { lot, to: idOf('zara'), passes: 'custody' });
    await commons.does('zara', AcceptOffer, { lot, transfer: on, location: 'Zara’s shed' });
    mark();
    const given = await commons.makes('zara', OfferCustody, { lot, to: idOf('mo'), passes: 'ownership-and-custody' });
    await commons.does('mo', AcceptOffer, { lot, transfer: given });
    mark();
    const view = built(commons);
    const then = heads.map((head) => {
      const { owner, custodian, location, offeredTo } = view.tables(head).lot.get(lot) ?? {};
      return [owner, custodian, location, offeredTo];
    });
    const [zara, mo, carts] = ['zara', 'mo', 'carts'].map(idOf);
    expect(then).toEqual([
      [zara, COMMUNITY, 'Common store', null],
      [zara, COMMUNITY, 'Common store', carts],
      [zara, carts, 'On the road', null],
      [zara, zara, 'Zara’s shed', null],
      [mo, mo, 'Zara’s shed', null],
    ]);
    expect(view.tables((heads[0] as number) - 1).lot.get(lot)).toBeUndefined();
    const held = (who: string, head: number | undefined) => lots(view.tables(head), commons.viewer('zara'), { custodian: idOf(who) }).rows.map(
      ({ key }) => key,
    );
    expect([held('carts', heads[1]), held('carts', heads[2]), held('carts', heads[3]), held('mo', heads[4])]).toEqual([[], [lot], [], [lot]]);
  });

  test('is shown to members and auditors; to others while they own it, hold it or are offered it', async () => {
    const sees = (name: string): boolean => lotById(commons.tables(materialCustody), commons.viewer(name), lot) !== undefined;
    const who = (): string[] => ['zara', 'mo', 'anke', 'works-agent', 'carts-agent', 'meridian-agent', 'nobody'].filter(sees);
    const members = ['zara', 'mo', 'anke'];
    expect(who()).toEqual(members);
    const declined = await commons.makes('kaito', OfferCustody, { lot, to: idOf('works'), passes: 'custody' });
    expect(who()).toEqual([...members, 'works-agent']);
    await commons.does('works-agent', DeclineOffer, { lot, transfer: declined });
    expect(who()).toEqual(members);
    const accepted = await commons.makes('kaito', OfferCustody, { lot, to: idOf('carts'), passes: 'custody' });
    await commons.does('carts-agent', AcceptOffer, { lot, transfer: accepted });
    expect(who()).toEqual([...members, 'carts-agent']);
    await commons.remove('carts-agent', 'carts');
    expect(who()).toEqual(members);
    expect(lotById(commons.tables(materialCustody), PUBLIC, lot)).toBeUndefined();
    expect(lotById(commons.tables(materialCustody), commons.viewer('zara'), idOf('no lot'))).toBeUndefined();
  });

  test('leaves its transfers and requests to be seen by members and by their ends, and by nobody else', async () => {
    const request = await commons.makes('meridian-agent', RequestMaterial, { party: idOf('meridian'), lot, purpose: 'Samples' });
    const transfer = await commons.makes('kaito', OfferCustody, { lot, to: idOf('carts'), passes: 'custody' });
    await commons.does('kaito', WithdrawOffer, { lot, transfer });
    await commons.does('kaito', DeclineRequest, { request });
    const tables = commons.tables(materialCustody);
    const seen = (name: string) => {
      const viewer = commons.viewer(name);
      const found = [transfers(tables, viewer, { lot }), requests(tables, viewer, { lot })].map(({ rows }) => rows.length);
      expect([transferById(tables, viewer, transfer), requestById(tables, viewer, request)].map((row) => (row ? 1 : 0))).toEqual(found);
      return found;
    };
    expect(Object.fromEntries(['mo', 'anke', 'carts-agent', 'meridian-agent', 'aurelia-agent', 'works-agent', 'nobody'].map((name) => [name, seen(name)]))).toEqual({
      mo: [1, 1], anke: [1, 1], 'carts-agent': [1, 0], 'meridian-agent': [0, 1], 'aurelia-agent': [0, 0], 'works-agent': [0, 0], nobody: [0, 0],
    });
    expect(transfers(tables, commons.viewer('mo'), { lot }).rows).toMatchObject([
      { key: transfer, from: COMMUNITY, owner: idOf('zara'), to: idOf('carts'), state: 'withdrawn', offeredBy: idOf('kaito'), offeredAt: MIDSUMMER, settledBy: idOf('kaito') },
    ]);
    expect(requests(tables, commons.viewer('mo'), { lot }).rows).toMatchObject(
      [{ key: request, party: idOf('meridian'), holder: COMMUNITY, state: 'declined', requestedBy: idOf('meridian-agent') }],
    );
  });
});

describe('lists of a full store', () => {
  let commons: Commons;
  let view: ViewOnDisk<typeof materialCustody.tables>;
  let tables: CustodyTables;
  const stored: { readonly key: string; readonly owner: string; readonly custodian: string; readonly material: string }[] = [];
  beforeAll(async () => {
    commons = await people();
    for (let n = 0; n < 60; n += 1) {
      const [owner, custodian] = [[idOf('zara'), COMMUNITY][n % 2] as string, [COMMUNITY, idOf('works'), idOf('mo')][n % 3] as string];
      const material = ['biosilk', 'pet-flakes'][Math.trunc(n / 6) % 2] as string;
      stored.push({ key: await commons.lot({ owner, custodian, material }), owner, custodian, material });
    }
    view = onDisk(materialCustody, commons.log, catalogue);
    tables = view.tables();
  });
  afterAll(() => view.remove());
  const wanted = (filter: LotFilter, upTo = stored.length): string[] =>
    stored.slice(0, upTo).filter((one) => Object.entries(filter).every(([column, value]) => one[column as keyof typeof one] === value)).map(
      ({ key }) => key,
    );

  const filters: LotFilter[] = [
    {}, { custodian: idOf('works') }, { owner: COMMUNITY }, { material: 'pet-flakes' },
    { custodian: idOf('mo'), owner: idOf('zara') }, { custodian: COMMUNITY, material: 'biosilk' }, { owner: idOf('zara'), material: 'pet-flakes' },
    { custodian: idOf('works'), owner: COMMUNITY, material: 'biosilk' }, { custodian: idOf('nobody') }, { owner: idOf('zara'), material: 'no-such' },
  ];

  test.each([1, 4, 7, 500])('by holder, owner and material in any combination: each lot once, in the order of intake, %i at a time', (limit) => {
    for (const filter of filters) {
      expect(all((after) => lots(tables, commons.viewer('zara'), { ...filter, after, limit }))).toEqual(wanted(filter));
    }
  });

  test('by one of them are in full pages', () => {
    for (const filter of filters.slice(0, 4)) {
      const page = lots(tables, commons.viewer('zara'), { ...filter, limit: 9 });
      expect([page.rows.length, page.next === undefined]).toEqual([9, false]);
    }
  });

  test('are those of the past as of any past moment, and so are the totals', () => {
    const intake = commons.events('LotRegistered').map(({ position }) => position);
    for (const upTo of [0, 1, 13, 59]) {
      const then = view.tables((intake[upTo] as number) - 1);
      for (const filter of filters) {
        expect(all((after) => lots(then, commons.viewer('zara'), { ...filter, after, limit: 7 }))).toEqual(wanted(filter, upTo));
        expect(balances(then, commons.viewer('zara'), filter).balanced.reduce((sum, { lots: n }) => sum + n, 0)).toBe(wanted(filter, upTo).length);
      }
    }
  });

  test('show who is no member what it holds or owns, whatever it asks for', () => {
    const agent = commons.viewer('works-agent');
    expect(all((after) => lots(tables, agent, { after, limit: 5 }))).toEqual(wanted({ custodian: idOf('works') }));
    expect(all((after) => lots(tables, agent, { owner: COMMUNITY, after, limit: 5 }))).toEqual(wanted({ custodian: idOf('works'), owner: COMMUNITY }));
    expect(all((after) => lots(tables, agent, { custodian: idOf('mo'), after, limit: 5 }))).toEqual([]);
    expect(balances(tables, agent).balanced.map(({ material, lots: n }) => [material, n])).toEqual([['biosilk', 10], ['pet-flakes', 10]]);
    for (const viewer of [PUBLIC, commons.viewer('nobody'), commons.viewer('meridian-agent')]) {
      expect(all((after) => lots(tables, viewer, { after, limit: 500 }))).toEqual([]);
      expect(balances(tables, viewer)).toEqual({ balanced: [], unbalanced: [] });
    }
  });

  test('of the catalogue are public', () => {
    expect(materials(tables).rows).toMatchObject([
      { key: 'biosilk', name: 'Biosilk', wasteCode: null, productClass: 'grown textile' },
      { key: 'pet-flakes', name: 'PET flakes', wasteCode: '150102', productClass: null },
    ]);
  });
});

describe('totals', () => {
  const total = (sums: Balances['balanced']) => sums.map(({ material, quantity, lots: n }) => [material, quantity.amount, quantity.unit, n]);
  const method = (unit: string) => (unit === 'H87' ? 'counted' : ['LTR', 'MTQ'].includes(unit) ? 'estimated' : 'weighed') as 'weighed';
  async function stock(...quantities: readonly (readonly [string, Unit, material?: string])[]): Promise<Balances> {
    const commons = await people();
    for (const [amount, unit, material = 'biosilk'] of quantities) await commons.lot({ quantity: { amount, unit }, method: method(unit), material });
    return balances(built(commons).tables(), commons.viewer('zara'));
  }

  test('are exact, in kilograms, whatever unit of mass was weighed in', async () => {
    const { balanced, unbalanced } = await stock(
      ['0.1', 'KGM'], ['0.2', 'KGM'], ['1.5', 'TNE'], ['0.000000001', 'GRM'], ['999999999999999.999999999', 'TNE'], ['3', 'GRM', 'pet-flakes'],
    );
    expect(total(balanced)).toEqual([['biosilk', '1000000000000001500.299999000001', 'KGM', 5], ['pet-flakes', '0.003', 'KGM', 1]]);
    expect(unbalanced).toEqual([]);
  });

  test('list what has no mass apart, by dimension, in litres and pieces: nothing is converted by assumption', async () => {
    const { balanced, unbalanced } = await stock(['5', 'LTR'], ['0.25', 'MTQ'], ['7', 'H87'], ['1', 'KGM'], ['2', 'H87', 'pet-flakes']);
    expect(total(balanced)).toEqual([['biosilk', '1', 'KGM', 1]]);
    expect(total(unbalanced)).toEqual([['biosilk', '7', 'H87', 1], ['biosilk', '255', 'LTR', 2], ['pet-flakes', '2', 'H87', 1]]);
  });

  test('of an empty store are none', async () => {
    expect(await stock()).toEqual({ balanced: [], unbalanced: [] });
  });
});

describe('whatever happens', () => {
  const quantities = (sums: Balances) => [...sums.balanced, ...sums.unbalanced].map(
    ({ material, quantity, lots: n }) => ({ material, quantity, lots: n }),
  );

  test('the view says what a simple model says, at every moment; nothing appears or disappears but by intake', async () => {
    await fc.assert(
      fc.asyncProperty(History.acts, async (acts) => {
        const history = await History.play(acts);
        const { commons, moments } = history;
        const view = onDisk(materialCustody, commons.log, catalogue);
        try {
          const member = commons.viewer('zara');
          for (const { position, world } of moments) {
            const tables = view.tables(position);
            const { rows } = lots(tables, member, { limit: 500 });
            expect(rows.map((row) => [row.key, row.material, row.owner, row.custodian, row.location, row.transfer, row.offeredTo, row.requests])).toEqual(
              world.lots.map(({ id, material, owner, custodian, location, offer, asked }) => [
                id, material, owner, custodian, location, offer?.transfer ?? null, offer?.to ?? null, asked,
              ]),
            );
            expect([...tables.transfer.scan()].map(({ key, from, owner, to, state }) => [key, [from, owner, to], state])).toEqual(
              world.transfers.map(({ id, ends, state }) => [id, ends, state]),
            );
            expect([...tables.request.scan()].map(({ key, party, holder, state }) => [key, party, holder, state])).toEqual(
              world.requests.map(({ id, party, holder, state }) => [id, party, holder, state]),
            );
            expect(quantities(balances(tables, member))).toEqual(totalsOf(world.lots));
            for (const holder of position % 3 === 0 ? HOLDERS : []) {
              for (const filter of [{ custodian: holder.id }, { owner: holder.id }, { custodian: holder.id, material: 'biosilk' }]) {
                expect(quantities(balances(tables, member, filter))).toEqual(
                  totalsOf(world.lots.filter((lot) => Object.entries(filter).every(([column, value]) => lot[column as 'owner'] === value))),
                );
              }
            }
          }
          conserved(view.tables(), history.taken, commons);
          seenByHolders(view.tables(), history);
        } finally {
          view.remove();
        }
      }),
      { numRuns: 25 },
    );
  });

  /** What all holders have together is what was taken in, and so is what all owners own. */
  function conserved(tables: CustodyTables, taken: readonly { readonly material: string; readonly quantity: Quantity }[], commons: Commons): void {
    const member = commons.viewer('zara');
    for (const side of ['custodian', 'owner'] as const) {
      const parts = HOLDERS.flatMap(({ id }) => quantities(balances(tables, member, { [side]: id })));
      const again = totalsOf(parts.map(({ material, quantity }) => ({ material, ...quantity })));
      const intake = totalsOf(taken.map(({ material, quantity }) => ({ material, ...quantity })));
      expect(again.map(({ material, quantity }) => [material, quantity])).toEqual(intake.map(({ material, quantity }) => [material, quantity]));
    }
  }

  /** Who is no member sees exactly the lots that it owns, holds or is offered, the transfers it is an end of, the requests it made or has to answer. */
  function seenByHolders(tables: CustodyTables, { commons, moments }: History): void {
    const world = moments.at(-1)?.world ?? { lots: [], transfers: [], requests: [] };
    const keys = ({ rows }: Page<{ readonly key: string }>): string[] => rows.map(({ key }) => key);
    const ids = (of: readonly { readonly id: string }[]): string[] => of.map((one) => one.id);
    for (const { id, kind, name } of HOLDERS) {
      if (kind === 'community' || kind === 'member') continue;
      const viewer = commons.viewer(agentOf(name));
      expect(keys(lots(tables, viewer, { limit: 500 }))).toEqual(
        ids(world.lots.filter(({ owner, custodian, offer }) => [owner, custodian, offer?.to].includes(id))),
      );
      expect(keys(transfers(tables, viewer, { limit: 500 }))).toEqual(ids(world.transfers.filter(({ ends }) => ends.includes(id))).toReversed());
      expect(keys(requests(tables, viewer, { limit: 500 }))).toEqual(
        ids(world.requests.filter(({ party, holder }) => [party, holder].includes(id))).toReversed(),
      );
    }
  }
});
