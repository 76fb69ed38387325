// An outside party's representative: what may be asked for and taken over before a protocol is in force, and what not after it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Response } from 'supertest';
import { Commons, told, type Person } from './people.ts';

let commons: Commons;
let kim: Person;
let rana: Person;
let captain: Person;
let ferry: string;
let meridian: string;
let before: string;
let after: string;
let refusedRequest: Response;
let refusedAcceptance: Response;
let deniedOffer: Response;

const ask = (lot: string, who = rana) => who.posts('/requests', { party: meridian, lot, purpose: 'To bale and ship.' });
const offer = (lot: string, more: object = {}) => kim.posts(`/lots/${lot}/offers`, { to: meridian, passes: 'custody', ...more });
const untouchable = { kind: 'untouchable', id: 'silk', materials: ['silk'], parties: 'all-external' };

beforeAll(async () => {
  commons = await Commons.found();
  kim = await commons.member('Kim', ['keeper']);
  await commons.town.material('silk');
  const lots = [await commons.town.lot('silk', commons.town.oren, '80'), await commons.town.lot('silk', commons.town.oren, '120')];
  // Oren hands both to the community's keeping.
  for (const lot of lots) {
    const offered = await commons.oren.posts(`/lots/${lot}/offers`, { to: commons.community, passes: 'ownership-and-custody' });
    await kim.posts(`/lots/${lot}/offers/${offered.body.id}/acceptance`);
  }
  [before, after] = lots as [string, string];
});
afterAll(() => commons.close());

describe('given a party that nobody has registered', () => {
  test('when a steward registers it and invites its representative for too long, or a stranger invites, then nothing comes of it', async () => {
    expect(told(await kim.posts('/parties', { kind: 'external', name: 'Meridian' }))).toBe('403 StewardRequired');
    const registered = await commons.zara.posts('/parties', { kind: 'external', name: 'Meridian' });
    expect(told(registered)).toBe('200 PartyRegistered');
    meridian = registered.body.id;
    const invite = (who: Person, party: string, until: string) => who.posts(`/parties/${party}/invitations`, { scope: ['requests', 'transfers'], until });
    expect(told(await invite(kim, meridian, commons.place.in({ days: 90 })))).toBe('403 StewardRequired');
    expect(told(await invite(commons.zara, kim.id, commons.place.in({ days: 90 })))).toBe('404 PartyNotRegistered');
    expect(told(await invite(commons.zara, meridian, commons.place.in({ days: 4 * 365 })))).toBe('422 InvalidTerm');
    const invited = await invite(commons.zara, meridian, commons.place.in({ days: 90 }));
    rana = await commons.place.anybody.accepts(invited.body.invitation, invited.body.code, 'Rana');
  });

  test('then Rana sees whom she acts for and until when, and of the community what is public', async () => {
    const head = await commons.place.head();
    const page = await rana.reads('/my-page', head);
    const parties = [{ party: meridian, name: 'Meridian', scope: ['requests', 'transfers'], until: commons.place.in({ days: 90 }) }];
    expect(page.body).toMatchObject({ name: 'Rana', status: 'none', parties });
    expect((await rana.reads('/lots', head)).body.rows).toEqual([]);
    expect((await rana.reads('/members', head)).body.rows).toEqual([]);
    const draft = { title: 'Free trade', prose: 'For all.', measure: { kind: 'adopt-protocol', protocol: 'free-trade', clauses: [] } };
    expect(told(await rana.posts('/proposals', draft))).toBe('403 MembersOnly');
  });
});

describe('given no protocol in force', () => {
  test('when she asks for a lot, then the keepers have her request, and she may take it back', async () => {
    const asked = await ask(before);
    expect(told(asked)).toBe('200 MaterialRequested');
    const { waiting } = (await kim.reads('/my-page', asked)).body;
    expect(waiting.requests).toEqual([expect.objectContaining({ key: asked.body.id, party: meridian, lot: before })]);
    expect(told(await rana.posts(`/requests/${asked.body.id}/withdrawal`))).toBe('200 RequestWithdrawn');
    expect(told(await offer(before, { request: asked.body.id }))).toBe('409 RequestSettled');
  });

  test('when the keepers decline, then she reads that they did', async () => {
    const asked = await ask(before);
    expect(told(await rana.posts(`/requests/${asked.body.id}/refusal`))).toBe('403 NotTheCustodian');
    const declined = await kim.posts(`/requests/${asked.body.id}/refusal`);
    expect(told(declined)).toBe('200 RequestDeclined');
    expect((await rana.reads(`/requests/${asked.body.id}`, declined)).body.state).toBe('declined');
  });

  test('when she asks for what is not there, or somebody asks in Meridian’s name who may not, then it is refused', async () => {
    expect(told(await ask(meridian))).toBe('404 NoSuchLot');
    expect(told(await ask(before, kim))).toBe('403 MayNotRequest');
  });

  test('when Kim answers with an offer and she accepts, then Meridian has the lot, and the request is met', async () => {
    const asked = await ask(before);
    expect(told(await offer(after, { request: asked.body.id }))).toBe('422 RequestIsForAnother');
    const offered = await offer(before, { request: asked.body.id });
    expect(told(await kim.posts(`/requests/${asked.body.id}/refusal`))).toBe('409 RequestBeingAnswered');
    const accepted = await rana.posts(`/lots/${before}/offers/${offered.body.id}/acceptance`, { location: 'Meridian’s barge' });
    expect(told(accepted)).toBe('200 OfferAccepted');
    expect((await rana.reads(`/requests/${asked.body.id}`, accepted)).body.state).toBe('met');
    const held = (await rana.reads('/lots', accepted)).body.rows;
    expect(held).toEqual([expect.objectContaining({ key: before, custodian: meridian, location: 'Meridian’s barge' })]);
    expect(told(await ask(before))).toBe('409 HeldAlready');
  });
});

describe('given a protocol that makes silk untouchable', () => {
  let standing: Response;

  beforeAll(async () => {
    // Offered while it was allowed, and still open when the protocol comes into force.
    standing = await offer(after);
    await commons.enacts('sovereignty', [untouchable]);
  });

  test('when she accepts the old offer, then it is judged by what is in force now: refused, and on record', async () => {
    refusedAcceptance = await rana.posts(`/lots/${after}/offers/${standing.body.id}/acceptance`);
    expect(told(refusedAcceptance)).toBe('422 DeniedByProtocol');
    expect(refusedAcceptance.body.details).toMatchObject({ charterRevision: 2, clauses: [{ protocol: 'sovereignty', clause: 'silk' }] });
    await kim.posts(`/lots/${after}/offers/${standing.body.id}/withdrawal`);
  });

  test('when she asks for it, then she may not even ask: refused, with clause and revision, and on record', async () => {
    refusedRequest = await ask(after);
    expect(told(refusedRequest)).toBe('422 DeniedByProtocol');
    expect(refusedRequest.body.details.clauses[0].words).toContain('No external party may acquire silk');
    // Sent again under another key it is another attempt; under the same key it is the same one.
    const again = await rana.posts('/requests', { party: meridian, lot: after, purpose: 'Please.' }, { key: 'please' });
    const resent = await rana.posts('/requests', { party: meridian, lot: after, purpose: 'Please.' }, { key: 'please' });
    expect(resent.body.details.attempt).toBe(again.body.details.attempt);
  });

  test('when Kim offers it to Meridian, then his own offer is denied by the protocol, and that is no attempt of Meridian’s', async () => {
    deniedOffer = await offer(after);
    expect(told(deniedOffer)).toBe('422 DeniedByProtocol');
    const denied = await commons.oren.reads('/denied-offers', deniedOffer);
    expect(denied.body.rows).toEqual([expect.objectContaining({ key: deniedOffer.body.details.attempt, actor: kim.id, intendedReceiver: meridian })]);
  });

  test('then the defence log has three refused requests of Meridian’s and, apart from them, one denied offer', async () => {
    const log = (await commons.oren.reads('/defence-log', deniedOffer)).body;
    const rows = log.refusedRequests.rows as readonly Record<string, unknown>[];
    expect(rows.map(({ act, party, called, charterRevision }) => ({ act, party, called, charterRevision }))).toEqual(
      ['request', 'request', 'acceptance'].map((act) => ({ act, party: meridian, called: 'refused request', charterRevision: 2 })),
    );
    expect(log.deniedOffers.rows).toHaveLength(1);
  });

  test('then Rana sees what was refused to her party, and not what Kim tried', async () => {
    const own = await rana.reads('/refused-requests', deniedOffer);
    expect(own.body.rows).toHaveLength(3);
    const one = await rana.reads(`/refused-requests/${refusedRequest.body.details.attempt}`, refusedRequest);
    expect(one.body).toMatchObject({ lot: after, act: 'request' });
    expect((await rana.reads('/denied-offers', deniedOffer)).body.rows).toEqual([]);
    expect(told(await commons.place.anybody.reads('/refused-requests'))).toBe('401 TokenRequired');
  });

  test('when the lot is written into the books as hers, then that is denied too, and the books stay as they are', async () => {
    const denied = await kim.posts('/lots', {
      material: 'silk', quantity: { amount: '5', unit: 'KGM' }, method: 'weighed', owner: meridian, custodian: meridian,
      location: 'barge', provenance: 'found', model: 'segregated',
    });
    expect([told(denied), denied.body.position]).toEqual(['422 DeniedByProtocol', undefined]);
    const kept = await commons.oren.reads(`/lots/${after}`, await commons.place.head());
    expect(kept.body).toMatchObject({ custodian: commons.community, owner: commons.community });
  });

  test('when the protocol names a carrier as its exception, then that carrier, and only it, may have silk', async () => {
    ferry = await commons.town.party('carrier', 'Ferry');
    captain = await commons.representative(ferry, 'Cato');
    await commons.enacts('sovereignty', [{ ...untouchable, exceptions: [ferry] }]);
    const offered = await offer(after, { to: ferry });
    expect(told(await captain.posts(`/lots/${after}/offers/${offered.body.id}/acceptance`))).toBe('200 OfferAccepted');
    expect(told(await ask(after))).toBe('422 DeniedByProtocol');
  });
});

describe('given a party that people vote on', () => {
  const ferryman = async (...known: number[]) => (await commons.place.anybody.reads(`/parties/${ferry}`, ...known)).body;

  test('when it is made an ally, then everybody can read that, and it is one once', async () => {
    const { closed, page } = await commons.decides({ kind: 'ally-party', party: ferry });
    expect(page.state).toBe('enacted');
    expect(await ferryman(closed)).toMatchObject({ name: 'Ferry', standing: 'allied' });
    const again = await commons.oren.posts('/proposals', { title: 'Again', prose: 'Twice as much.', measure: { kind: 'ally-party', party: ferry } });
    expect(told(again)).toBe('422 AlliedAlready');
  });

  test('when it is expelled, then it gets nothing more, and hands over what it has', async () => {
    const { closed } = await commons.decides({ kind: 'expel-party', party: ferry });
    expect(await ferryman(closed)).toMatchObject({ standing: 'expelled' });
    expect(told(await offer(before, { to: ferry }))).toBe('403 NotTheCustodian');
    expect(told(await captain.posts('/requests', { party: ferry, lot: before, purpose: 'To ship.' }))).toBe('403 MayNotRequest');
    const back = await captain.posts(`/lots/${after}/offers`, { to: commons.community, passes: 'custody' });
    expect(told(back)).toBe('200 CustodyOffered');
    expect(told(await kim.posts(`/lots/${after}/offers/${back.body.id}/acceptance`))).toBe('200 OfferAccepted');
    expect(told(await offer(after, { to: ferry }))).toBe('422 CannotHold');
    const invited = await commons.zara.posts(`/parties/${ferry}/invitations`, { scope: ['transfers'], until: commons.place.in({ days: 30 }) });
    expect(told(invited)).toBe('404 PartyNotRegistered');
  });

  test('when a party is registered by vote, then it is on the books like any other', async () => {
    const { closed, page } = await commons.decides({ kind: 'register-party', partyKind: 'carrier', name: 'Barges' });
    expect(page.state).toBe('enacted');
    const { rows } = (await commons.place.anybody.reads('/parties?kind=carrier&standing=registered', closed)).body;
    expect(rows).toMatchObject([{ name: 'Barges' }]);
  });
});

describe('given an appointment that ends', () => {
  test('when it is taken back, then she acts for nobody, and what she held her party still holds', async () => {
    const removed = await commons.zara.deletes(`/parties/${meridian}/representatives/${rana.id}`);
    expect(told(removed)).toBe('200 RepresentativeRemoved');
    expect(told(await commons.zara.deletes(`/parties/${meridian}/representatives/${rana.id}`))).toBe('409 NotRepresented');
    expect(told(await ask(after))).toBe('403 MayNotRequest');
    expect((await rana.reads('/refused-requests', removed)).body.rows).toEqual([]);
    expect((await commons.oren.reads(`/lots/${before}`, removed)).body.custodian).toBe(meridian);
  });
});
