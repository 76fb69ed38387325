// What a proposal's clauses would have refused of what has moved, told from the log.
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Clause } from '../../src/community/index.ts';
import { preview } from '../../src/custody/index.ts';
import { AcceptOffer, ConfirmTransfer, DeclineOffer, OfferCustody } from '../../src/custody/lot.commands.ts';
import { RequestMaterial } from '../../src/custody/request.commands.ts';
import { proposalStream, type ProposalEvent } from '../../src/governance/index.ts';
import { after, Rejection } from '../../src/kernel/index.ts';
import { wholeLog } from '../../src/runtime/index.ts';
import { catalogue, Commons, idOf, MIDSUMMER, silkStays } from './commons.ts';

let commons: Commons;
let zara: string;
let museum: string;
beforeEach(async () => {
  commons = await Commons.found();
  zara = await commons.member('zara');
  await commons.member('mo');
  museum = await commons.party('museum', 'external');
});

async function proposed(measure: object, name = 'draft'): Promise<string> {
  const proposal = idOf(name);
  await commons.tell<ProposalEvent>(proposalStream(proposal), {
    type: 'ProposalDrafted', data: { proposal, proposer: zara, writtenAgainst: 1, title: 'Silk stays', prose: '', measure: measure as never },
  });
  return proposal;
}

const adopting = (...clauses: readonly Clause[]) => ({ kind: 'adopt-protocol', protocol: 'silk-stays', clauses });
const asks = (proposal: string, since = MIDSUMMER, more: object = {}) =>
  preview.answer(wholeLog(commons.log, catalogue, commons.log.head().position), { proposal, since, ...more });

async function passes(lot: string, to: string, by: string, ...confirmed: readonly string[]): Promise<void> {
  const transfer = await commons.makes('zara', OfferCustody, { lot, to, passes: 'custody' });
  for (const second of confirmed) await commons.does(second, ConfirmTransfer, { lot, transfer });
  await commons.does(by, AcceptOffer, { lot, transfer });
}
const zarasLot = (material = 'biosilk') => commons.lot({ owner: zara, custodian: zara, material }, 'zara');

describe('a preview', () => {
  test('counts by act what happened and what would not have, and shows the first cases by position', async () => {
    const lot = await zarasLot();
    await commons.does('museum-agent', RequestMaterial, { party: museum, lot, purpose: 'A show' });
    await passes(lot, museum, 'museum-agent');
    await passes(await zarasLot(), idOf('mo'), 'mo');
    await passes(await zarasLot('pet-flakes'), museum, 'museum-agent');
    const found = asks(await proposed(adopting(silkStays())));
    expect(found).toMatchObject({
      protocol: 'silk-stays',
      judged: { intake: 3, request: 1, offer: 3, acceptance: 3 },
      refused: { intake: 0, request: 1, offer: 1, acceptance: 1 },
      clauses: [{ clause: 'silk', refused: 3, words: 'No external party may acquire biosilk, as owner or as custodian (“Silk stays”, clause silk).' }],
    });
    expect(found.cases.map(({ act, lot: of, parties, clauses }) => [act, of, parties, clauses])).toEqual(
      ['request', 'offer', 'acceptance'].map((act) => [act, lot, [museum], ['silk']]),
    );
    expect(found.cases.map(({ position }) => position)).toEqual(['MaterialRequested', 'CustodyOffered', 'OfferAccepted'].map((type) => commons.events(type)[0]?.position));
  });

  test('judges each movement as things stood then: who was a keeper, who had confirmed, which mandate was in force', async () => {
    const lot = await zarasLot();
    await commons.member('kira');
    await passes(lot, idOf('kira'), 'kira');
    await commons.tell(`member-${idOf('kira')}`, { type: 'MemberAdmitted', data: { person: idOf('kira'), roles: ['member', 'keeper'], as: 'admitted' } });
    await passes(await zarasLot(), idOf('kira'), 'kira', 'kaito');
    await passes(await zarasLot(), museum, 'museum-agent', 'kaito');
    await commons.enact('exhibition');
    await passes(await zarasLot(), museum, 'museum-agent', 'kaito');
    const found = asks(await proposed(adopting(
      silkStays({ mandates: [{ party: museum, protocol: 'exhibition' }] }),
      { kind: 'certified-keeper', id: 'hands', materials: 'all', roles: ['keeper'], exceptions: [museum, zara] },
      { kind: 'two-person', id: 'two', materials: 'all', second: 'keeper' },
    )));
    expect(found.cases.map(({ act, clauses }) => [act, clauses])).toEqual([['acceptance', ['hands', 'two']], ['offer', ['silk']], ['acceptance', ['silk']]]);
  });

  test('leaves out what is longer ago, and what did not come about', async () => {
    const lot = await zarasLot();
    await passes(lot, museum, 'museum-agent');
    commons.clock.advanceTo(after(MIDSUMMER, { days: 2 }));
    const other = await zarasLot();
    const transfer = await commons.makes('zara', OfferCustody, { lot: other, to: museum, passes: 'custody' });
    await commons.does('museum-agent', DeclineOffer, { lot: other, transfer });
    const found = asks(await proposed(adopting(silkStays())), after(MIDSUMMER, { days: 1 }));
    expect(found).toMatchObject({ judged: { intake: 1, offer: 1, acceptance: 0 }, refused: { intake: 0, offer: 1, acceptance: 0 } });
  });

  test('does not ask what else is in force, and shows at most 50 cases', async () => {
    for (let n = 0; n < 51; n += 1) await commons.lot({ custodian: museum });
    await commons.enact('other-silk', silkStays({ id: 'other' }));
    const found = asks(await proposed(adopting(silkStays())));
    expect(found).toMatchObject({ refused: { intake: 51 }, clauses: [{ clause: 'silk', refused: 51 }] });
    expect(found.cases).toHaveLength(50);
  });

  test('is of a proposal that adopts clauses, or of an option that does', async () => {
    await commons.lot({ custodian: museum });
    const refusedFor = (proposal: string, more = {}) => {
      try {
        return asks(proposal, MIDSUMMER, more).refused;
      } catch (error) {
        return (error as Rejection).name;
      }
    };
    expect(refusedFor(await proposed({ kind: 'resolution' }))).toBe('NothingToPreview');
    expect(refusedFor(idOf('nothing'))).toBe('NoSuchProposal');
    const option = (name: string, measure: object) => ({ option: name, title: name, prose: '', measure });
    const either = await proposed({
      kind: 'choose-one', method: 'ranked', tie: 'lot', options: [option('strict', adopting(silkStays())), option('words', { kind: 'resolution' })],
    }, 'either');
    expect(refusedFor(either)).toBe('NothingToPreview');
    expect(refusedFor(either, { option: 'words' })).toBe('NothingToPreview');
    expect(refusedFor(either, { option: 'strict' })).toMatchObject({ intake: 1 });
  });
});
