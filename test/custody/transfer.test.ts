// Lots pass from hand to hand by offer and acceptance, and by nothing else.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { answering, lapsingOffers, lotStream, materialCustody, type LotEvent } from '../../src/custody/index.ts';
import { AcceptOffer, DeclineOffer, LapseOffer, OfferCustody, WithdrawOffer } from '../../src/custody/lot.commands.ts';
import { attemptStream } from '../../src/defence/index.ts';
import { after } from '../../src/kernel/index.ts';
import { given } from '../support/given.ts';
import { COMMUNITY, Commons, idOf, MIDSUMMER, refusal, silkStays } from './commons.ts';

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

const offer = (to: string, rest: Partial<OfferCustody> = {}, by = 'zara'): Promise<string> =>
  commons.makes(by, OfferCustody, { lot, to, passes: 'custody', ...rest });
const held = () => commons.tables(materialCustody).lot.get(lot);
const whole = 'ownership-and-custody' as const;

describe('an accepted offer', () => {
  test('of custody makes the recipient responsible; the owner stays', async () => {
    const transfer = await offer(mo);
    await commons.does('mo', AcceptOffer, { lot, transfer, location: 'Mo’s shed' });
    expect(held()).toMatchObject({ owner: zara, custodian: mo, location: 'Mo’s shed', amount: '12.5', unit: 'KGM', transfer: null, offeredTo: null });
  });

  test('of ownership and custody passes both; the place stays unless said', async () => {
    const transfer = await offer(mo, { passes: whole });
    await commons.does('mo', AcceptOffer, { lot, transfer });
    expect(held()).toMatchObject({ owner: mo, custodian: mo, location: 'Common store' });
  });

  test('by a facility, a carrier, an external party or the community is by who acts for it', async () => {
    for (const [name, kind] of [['works', 'facility'], ['carts', 'carrier'], ['meridian', 'external']] as const) {
      lot = await commons.lot({ owner: zara, custodian: zara }, 'zara');
      const party = await commons.party(name, kind);
      const transfer = await offer(party);
      expect((await refusal(commons.does('zara', AcceptOffer, { lot, transfer }))).name).toBe('NotTheRecipient');
      await commons.does(`${name}-agent`, AcceptOffer, { lot, transfer });
      expect(held()).toMatchObject({ owner: zara, custodian: party });
    }
    lot = await commons.lot({ owner: zara, custodian: zara }, 'zara');
    const transfer = await offer(COMMUNITY, { passes: whole });
    expect((await refusal(commons.does('mo', AcceptOffer, { lot, transfer }))).name).toBe('NotTheRecipient');
    await commons.does('kaito', AcceptOffer, { lot, transfer });
    expect(held()).toMatchObject({ owner: COMMUNITY, custodian: COMMUNITY });
  });

  test('is settled: it is neither accepted again, nor declined, nor withdrawn', async () => {
    const transfer = await offer(mo);
    await commons.does('mo', AcceptOffer, { lot, transfer });
    for (const command of [AcceptOffer, DeclineOffer, WithdrawOffer]) expect((await refusal(commons.does('mo', command, { lot, transfer }))).name).toBe('NoSuchOffer');
  });

  test('sent again is answered equal and done once', async () => {
    const transfer = await offer(mo);
    const answers = await Promise.all([1, 2, 3].map(() => commons.does('mo', AcceptOffer, { lot, transfer }, { key: 'mine' })));
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(commons.events('OfferAccepted')).toHaveLength(1);
  });
});

describe('who may offer', () => {
  test('is the custodian for custody', async () => {
    expect((await refusal(offer(mo, {}, 'mo'))).name).toBe('NotTheCustodian');
    expect((await refusal(offer(mo, {}, 'kaito'))).name).toBe('NotTheCustodian');
    lot = await commons.lot();
    await offer(mo, {}, 'kaito');
  });

  test('is who acts for both where ownership passes: else custody goes back to the owner first', async () => {
    const works = await commons.party('works', 'facility');
    const lent = await offer(works);
    await commons.does('works-agent', AcceptOffer, { lot, transfer: lent });
    expect((await refusal(offer(mo, { passes: whole }, 'works-agent'))).name).toBe('NotTheOwner');
    expect((await refusal(offer(mo, { passes: whole }, 'zara'))).name).toBe('NotTheCustodian');
    const back = await offer(zara, {}, 'works-agent');
    await commons.does('zara', AcceptOffer, { lot, transfer: back });
    const passed = await offer(mo, { passes: whole });
    await commons.does('mo', AcceptOffer, { lot, transfer: passed });
    expect(held()).toMatchObject({ owner: mo, custodian: mo });
  });

  test('is one person for both where it acts for both', async () => {
    const works = await commons.party('works', 'facility');
    await commons.appoint('kaito', 'works');
    lot = await commons.lot({ owner: COMMUNITY, custodian: works });
    const transfer = await offer(mo, { passes: whole }, 'kaito');
    await commons.does('mo', AcceptOffer, { lot, transfer });
    expect(held()).toMatchObject({ owner: mo, custodian: mo });
  });

  test('is a representative in scope and term only', async () => {
    const works = await commons.party('works', 'facility', ['requests']);
    lot = await commons.lot({ custodian: works });
    expect((await refusal(offer(mo, {}, 'works-agent'))).name).toBe('NotTheCustodian');
    await commons.appoint('works-agent', 'works', ['transfers'], after(MIDSUMMER, { days: 1 }));
    const transfer = await offer(mo, {}, 'works-agent');
    await commons.does('works-agent', WithdrawOffer, { lot, transfer });
    commons.clock.advanceTo(after(MIDSUMMER, { days: 1 }));
    expect((await refusal(offer(mo, {}, 'works-agent'))).name).toBe('NotTheCustodian');
  });

  test('acts in the name of a party in that party’s matters only', async () => {
    await commons.party('works', 'facility');
    const sent = commons.does('zara', OfferCustody, { lot, to: mo, passes: 'custody' }, { onBehalfOf: idOf('works') });
    expect((await refusal(sent)).name).toBe('InAnotherName');
  });
});

describe('an offer', () => {
  test('is of a lot on the books, to somebody else who can hold it, one at a time', async () => {
    const gone = lot;
    lot = idOf('no lot');
    expect((await refusal(offer(mo))).name).toBe('NoSuchLot');
    lot = gone;
    expect((await refusal(offer(zara))).name).toBe('OfferedToItsHolder');
    expect((await refusal(offer(idOf('a stranger')))).name).toBe('CannotHold');
    const transfer = await offer(mo);
    expect((await refusal(offer(COMMUNITY))).details).toEqual({ transfer });
  });

  test('is declined by its recipient, taken back by who holds the lot, and both leave the lot where it was', async () => {
    const declined = await offer(mo);
    expect((await refusal(commons.does('zara', DeclineOffer, { lot, transfer: declined }))).name).toBe('NotTheRecipient');
    await commons.does('mo', DeclineOffer, { lot, transfer: declined });
    const withdrawn = await offer(mo);
    expect((await refusal(commons.does('mo', WithdrawOffer, { lot, transfer: withdrawn }))).name).toBe('NotTheCustodian');
    await commons.does('zara', WithdrawOffer, { lot, transfer: withdrawn });
    expect((await refusal(commons.does('mo', AcceptOffer, { lot, transfer: withdrawn }))).name).toBe('NoSuchOffer');
    expect(held()).toMatchObject({ owner: zara, custodian: zara, transfer: null });
    expect([...commons.tables(materialCustody).transfer.scan()].map(({ state }) => state)).toEqual(['declined', 'withdrawn']);
  });

  test('ends before its deadline, which lies ahead and is kept in UTC', async () => {
    expect((await refusal(offer(mo, { expiresAt: MIDSUMMER }))).name).toBe('OfferEndsInThePast');
    const transfer = await offer(mo, { expiresAt: '2147-06-21T15:00:00+02:00' });
    expect(commons.tables(materialCustody).transfer.get(transfer)?.expiresAt).toBe('2147-06-21T13:00:00.000Z');
    commons.clock.advanceTo('2147-06-21T13:00:00.000Z');
    expect((await refusal(commons.does('mo', AcceptOffer, { lot, transfer }))).name).toBe('OfferExpired');
  });

  test('lapses at its deadline, by the service alone, and the lot can be offered again', async () => {
    const expiresAt = after(MIDSUMMER, { hours: 1 });
    const transfer = await offer(mo, { expiresAt });
    const made = commons.events('CustodyOffered');
    given(lapsingOffers, ...made).thenOwed(transfer).thenRuns(transfer, { command: 'LapseOffer', body: { lot, transfer } }, expiresAt);
    expect((await refusal(commons.does('system', LapseOffer, { lot, transfer }))).name).toBe('OnlyTheServiceLapses');
    commons.clock.advanceTo(expiresAt);
    expect((await refusal(commons.does('zara', LapseOffer, { lot, transfer }))).name).toBe('OnlyTheServiceLapses');
    await commons.does('system', LapseOffer, { lot, transfer });
    given(lapsingOffers, ...made, ...commons.events('OfferLapsed')).thenOwed();
    await offer(mo);
  });

  test('without a deadline owes nothing; a settled one no more', async () => {
    const open = await offer(mo);
    given(lapsingOffers, ...commons.events('CustodyOffered')).thenOwed();
    await commons.does('mo', DeclineOffer, { lot, transfer: open });
    const dated = await offer(mo, { expiresAt: after(MIDSUMMER, { hours: 1 }) });
    await commons.does('mo', AcceptOffer, { lot, transfer: dated });
    given(lapsingOffers, ...commons.events()).thenOwed();
  });

  test('is accepted only while its recipient is still appointed', async () => {
    const works = await commons.party('works', 'facility');
    const transfer = await offer(works);
    await commons.remove('works-agent', 'works');
    expect((await refusal(commons.does('works-agent', AcceptOffer, { lot, transfer }))).name).toBe('NotTheRecipient');
  });

  test('passes nothing that has moved since', () => {
    const ends = { lot, material: 'biosilk', transfer: 't', from: zara, owner: zara, to: mo, passes: 'custody' as const };
    const past: LotEvent[] = [
      {
        type: 'LotRegistered',
        data: {
          lot, material: 'biosilk', quantity: { amount: '1', unit: 'KGM' }, method: 'weighed', owner: COMMUNITY, custodian: COMMUNITY, location: 'x', provenance: 'x',
          model: 'segregated',
        },
      },
      { type: 'CustodyOffered', data: ends },
    ];
    const context = {
      charter: { status: 'absent' as const },
      membership: { status: 'member' as const, roles: ['member' as const] },
      custodian: { kind: 'community' as const, id: COMMUNITY },
      owner: { kind: 'community' as const, id: COMMUNITY },
      recipient: { kind: 'member' as const, id: mo },
    };
    given(answering, past, context).when('AcceptOffer', { lot, transfer: 't' }, { actor: mo }).thenRefused('CustodyHasMoved');
  });
});

describe('under a protocol', () => {
  test('a member’s offer to an outsider is denied, and on record apart, with the outsider as intended receiver', async () => {
    const meridian = await commons.party('meridian', 'external');
    await commons.enact('silk-protocol', silkStays());
    const refused = await refusal(offer(meridian, { passes: whole }));
    expect(refused).toMatchObject({ name: 'DeniedByProtocol', status: 422 });
    expect(refused.details).toMatchObject({ charterRevision: 2, clauses: [{ protocol: 'silk-protocol', clause: 'silk', words: expect.stringContaining('biosilk') }] });
    const [record] = commons.events('OfferDenied');
    expect(record?.stream).toBe(attemptStream(refused.details['attempt'] as string));
    expect(record?.data).toEqual({
      attempt: refused.details['attempt'], lot, material: 'biosilk', quantity: { amount: '12.5', unit: 'KGM' }, actor: zara, from: zara, intendedReceiver: meridian,
      passes: whole, clauses: refused.details['clauses'], charterRevision: 2,
    });
    expect(commons.events('SiphonAttempted')).toEqual([]);
    expect(held()).toMatchObject({ custodian: zara, transfer: null });
  });

  test('within the community lots pass as before, facilities included', async () => {
    await commons.enact('silk-protocol', silkStays({ materials: 'all' }));
    const works = await commons.party('works', 'facility');
    const there = await offer(works);
    await commons.does('works-agent', AcceptOffer, { lot, transfer: there });
    const on = await offer(mo, {}, 'works-agent');
    await commons.does('mo', AcceptOffer, { lot, transfer: on });
    expect(held()).toMatchObject({ owner: zara, custodian: mo });
  });

  test('an open offer that has become forbidden is refused at acceptance, and the attempt recorded', async () => {
    const meridian = await commons.party('meridian', 'external');
    const transfer = await offer(meridian);
    await commons.enact('silk-protocol', silkStays());
    const refused = await refusal(commons.does('meridian-agent', AcceptOffer, { lot, transfer }, { onBehalfOf: meridian }));
    expect(refused.name).toBe('DeniedByProtocol');
    expect(commons.events('SiphonAttempted')).toMatchObject([
      {
        stream: attemptStream(refused.details['attempt'] as string),
        onBehalfOf: meridian,
        data: { kind: 'automatic', act: 'acceptance', party: meridian, actor: idOf('meridian-agent'), transfer, passes: 'custody', lot, charterRevision: 2 },
      },
    ]);
    expect(held()).toMatchObject({ custodian: zara, transfer });
    await commons.does('zara', WithdrawOffer, { lot, transfer });
  });

  test('a refused acceptance sent again is refused alike and recorded once', async () => {
    const meridian = await commons.party('meridian', 'external');
    const transfer = await offer(meridian);
    await commons.enact('silk-protocol', silkStays());
    const send = () => refusal(commons.does('meridian-agent', AcceptOffer, { lot, transfer }, { key: 'again' }));
    const refusals = [await send(), await send(), ...(await Promise.all([send(), send()]))];
    expect(new Set(refusals.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(commons.events('SiphonAttempted')).toHaveLength(1);
  });

  test('who may not act is told so, and leaves no record of an attempt', async () => {
    const meridian = await commons.party('meridian', 'external');
    const transfer = await offer(meridian);
    await commons.enact('silk-protocol', silkStays());
    expect((await refusal(commons.does('mo', AcceptOffer, { lot, transfer }))).name).toBe('NotTheRecipient');
    expect((await refusal(offer(meridian, {}, 'mo'))).name).toBe('NotTheCustodian');
    expect(commons.events().filter(({ stream }) => stream.startsWith('attempt-'))).toEqual([]);
  });

  test('an exception by name lets a carrier carry', async () => {
    const carts = await commons.party('carts', 'carrier');
    const barges = await commons.party('barges', 'carrier');
    await commons.enact('silk-protocol', silkStays({ exceptions: [carts] }));
    expect((await refusal(offer(barges))).name).toBe('DeniedByProtocol');
    const transfer = await offer(carts);
    await commons.does('carts-agent', AcceptOffer, { lot, transfer });
    expect(held()).toMatchObject({ owner: zara, custodian: carts });
  });

  test('an outsider’s holding from before may go back, and not on to another outsider', async () => {
    const meridian = await commons.party('meridian', 'external');
    const aurelia = await commons.party('aurelia', 'external');
    const lent = await offer(meridian);
    await commons.does('meridian-agent', AcceptOffer, { lot, transfer: lent });
    await commons.enact('silk-protocol', silkStays());
    expect((await refusal(offer(aurelia, {}, 'meridian-agent'))).name).toBe('DeniedByProtocol');
    const back = await offer(zara, {}, 'meridian-agent');
    await commons.does('zara', AcceptOffer, { lot, transfer: back });
    expect(held()).toMatchObject({ owner: zara, custodian: zara });
  });

  test('enacted between decision and append, no acceptance under the old charter takes effect', async () => {
    const meridian = await commons.party('meridian', 'external');
    const transfer = await offer(meridian);
    const accepting = refusal(commons.does('meridian-agent', AcceptOffer, { lot, transfer }));
    await commons.enact('silk-protocol', silkStays());
    const refused = await accepting.catch(() => undefined);
    const enacted = commons.events('ProtocolEnacted')[0]?.position ?? 0;
    for (const { position } of commons.events('OfferAccepted')) expect(position).toBeLessThan(enacted);
    if (refused) expect(refused.name).toBe('DeniedByProtocol');
  });
});

test('every event of a lot is in the lot’s own stream', async () => {
  const transfer = await offer(mo);
  await commons.does('mo', AcceptOffer, { lot, transfer });
  const types = commons.events().filter(({ stream }) => stream === lotStream(lot)).map(({ type }) => type);
  expect(types).toEqual(['LotRegistered', 'CustodyOffered', 'OfferAccepted']);
});
