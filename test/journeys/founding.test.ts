// A founder's first hour: from an empty log to a community in force, and the fortnight that a late founder costs.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Response } from 'supertest';
import { Person, Place, told } from './people.ts';

const FOUNDING = {
  name: 'Rivermouth', timeZone: 'Europe/Lisbon', language: 'en', charterText: 'What we reclaim is ours to decide on.', founderName: 'Zara', founders: 3,
};

let place: Place;
let zara: Person;
let oren: Person;
let iva: Person;
let founded: Response;
let invitations: readonly { readonly invitation: string; readonly code: string }[];

const codeOf = (n: number): { readonly invitation: string; readonly code: string } => invitations[n] as (typeof invitations)[number];

beforeAll(async () => {
  place = await Place.open();
  zara = await place.founder();
});
afterAll(() => place.close());

describe('given a new log', () => {
  test('there is no community to read, and nobody is known yet', async () => {
    expect(told(await place.anybody.reads('/community'))).toBe('404 NotFound');
    expect(told(await zara.reads('/my-page'))).toBe('403 NotLinked');
    expect(told(await zara.posts('/charter/acceptance'))).toBe('403 NotLinked');
  });

  test('when a passer-by or the operator founds, then it is refused: people found', async () => {
    expect(told(await place.anybody.posts('/community', FOUNDING))).toBe('401 TokenRequired');
    expect(told(await (await place.operator()).posts('/community', FOUNDING))).toBe('403 PersonRequired');
  });

  test('when the request is malformed, then it says of every property what is wrong with it', async () => {
    const { language: _, ...missing } = FOUNDING;
    const malformed = await zara.posts('/community', { ...missing, founders: 2, timeZone: 'Rivermouth/Time', founder: 'Zara' });
    expect(told(malformed)).toBe('400 MalformedRequest');
    const properties = (malformed.body.details.problems as { property: string }[]).map(({ property }) => property);
    expect(new Set(properties)).toEqual(new Set(['founders', 'timeZone', 'founder', 'language']));
    expect(told(await zara.posts('/community', FOUNDING, { key: 'two words' }))).toBe('400 InvalidIdempotencyKey');
  });

  test('when the charter would let a minority decide, then its rules are refused', async () => {
    const ordinary = { quorum: { n: 1, d: 3 }, threshold: { n: 1, d: 3, strict: true }, floor: { n: 0, d: 1 } };
    const refused = await zara.posts('/community', { ...FOUNDING, rules: { decision: { ordinary } } });
    expect(told(refused)).toBe('422 InvalidRules');
    expect(refused.body.details.fault).toContain('a minority');
  });

  test('when Zara founds, then the answer has her token and an invitation for each other founder, and the community is forming', async () => {
    founded = await zara.posts('/community', FOUNDING, { key: 'founding' });
    expect(told(founded)).toBe('200 CommunityFounded');
    zara = new Person(place.service.url, { token: founded.body.token, person: founded.body.person });
    invitations = founded.body.invitations;
    expect(invitations).toHaveLength(2);
    const shown = await place.anybody.reads('/community', founded);
    expect(shown.body).toMatchObject({ name: 'Rivermouth', status: 'forming', founders: [], rules: { reading: { days: 3 }, voting: { days: 7 } } });
  });
});

describe('given a community that forms', () => {
  test('when the founding is sent again, then nothing new happens and the answer is the same', async () => {
    expect((await zara.posts('/community', FOUNDING, { key: 'founding' })).body).toEqual(founded.body);
    expect(told(await zara.posts('/community', { ...FOUNDING, name: 'Delta' }, { key: 'founding' }))).toBe('422 IdempotencyKeyReused');
    expect(told(await zara.posts('/community', FOUNDING))).toBe('409 CommunityAlreadyFounded');
  });

  test('when Zara goes ahead as if it were in force, then she is told that it is not', async () => {
    expect(told(await zara.posts('/invitations'))).toBe('409 CommunityNotInForce');
    expect(told(await zara.posts('/parties', { kind: 'external', name: 'Ferrum' }))).toBe('409 CommunityNotInForce');
    const draft = { title: 'Quiet', prose: 'At night.', measure: { kind: 'adopt-protocol', protocol: 'quiet', clauses: [] } };
    expect(told(await zara.posts('/proposals', draft))).toBe('409 CommunityNotInForce');
  });

  test('when Oren brings the wrong code, then he is not let in; with his own he is, once', async () => {
    const [first, second] = [codeOf(0), codeOf(1)];
    const accept = (code: string) => place.anybody.posts(`/invitations/${first.invitation}/acceptance`, { code, name: 'Oren' });
    expect(told(await accept(second.code))).toBe('403 InvitationNotValid');
    oren = await place.anybody.accepts(first.invitation, first.code, 'Oren');
    expect(told(await accept(first.code))).toBe('409 InvitationSpent');
    const page = await oren.reads('/my-page', await place.head());
    expect(page.body).toMatchObject({ name: 'Oren', status: 'none', waiting: { charter: { name: 'Rivermouth' } } });
  });

  test('when Zara accepts a second seat, then she is told that she has one', async () => {
    const { invitation, code } = codeOf(1);
    expect(told(await zara.posts(`/invitations/${invitation}/acceptance`, { code, name: 'Zara' }))).toBe('409 AlreadyLinked');
  });

  test('when Zara and Oren accept the charter, then Iva is still waited for', async () => {
    expect(told(await zara.posts('/charter/acceptance'))).toBe('200 CharterAccepted');
    const accepted = await oren.posts('/charter/acceptance');
    expect(told(accepted)).toBe('200 CharterAccepted');
    expect(told(await oren.posts('/charter/acceptance'))).toBe('409 CharterAlreadyAccepted');
    expect((await place.anybody.reads('/community', accepted)).body).toMatchObject({ status: 'forming', founders: [zara.id, oren.id] });
  });

  test('when Iva’s invitation expires, then only Zara can offer the seat anew, and not before', async () => {
    const { invitation, code } = codeOf(1);
    const anew = `/community/founder-invitations/${invitation}/replacement`;
    expect(told(await zara.posts(anew))).toBe('409 SeatStillOffered');
    await place.passes({ days: 14 });
    expect(told(await place.anybody.posts(`/invitations/${invitation}/acceptance`, { code, name: 'Iva' }))).toBe('409 InvitationExpired');
    expect(told(await oren.posts(anew))).toBe('403 FirstFounderOnly');
    const replaced = await zara.posts(anew);
    expect(told(replaced)).toBe('200 FounderInvitationReplaced');
    const [seat] = replaced.body.invitations;
    iva = await place.anybody.accepts(seat.invitation, seat.code, 'Iva');
  });

  test('when Iva, the last, accepts, then the community is in force and its founders are members and stewards', async () => {
    const last = await iva.posts('/charter/acceptance');
    expect(told(last)).toBe('200 CharterAccepted, CommunityInForce');
    const head = await place.head();
    expect((await place.anybody.reads('/community', head)).body).toMatchObject({ status: 'in-force', founders: [zara.id, oren.id, iva.id] });
    const { body } = await iva.reads('/members', head);
    const members = body.rows as readonly { readonly name: string; readonly roles: string[]; readonly as: string }[];
    expect(members.map(({ name }) => name).toSorted()).toEqual(['Iva', 'Oren', 'Zara']);
    for (const { roles, as } of members) expect({ roles, as }).toEqual({ roles: ['member', 'steward'], as: 'founder' });
  });
});

describe('given a community in force', () => {
  test('when its founding is reopened, then it is over', async () => {
    expect(told(await zara.posts(`/community/founder-invitations/${codeOf(0).invitation}/replacement`))).toBe('409 CommunityInForceAlready');
  });

  test('then Zara sees on her page all that was done in her name, and the public sees no names of persons', async () => {
    const { body } = await zara.reads('/my-page', await place.head());
    const acts = body.acts.rows.map(({ what }: { what: string }) => what);
    expect(acts).toEqual(['FounderInvitationReplaced', 'CharterAccepted', 'TokenMinted', 'CommunityFounded']);
    expect((await place.anybody.reads('/events')).text).not.toMatch(/Zara|Oren|Iva/);
  });
});
