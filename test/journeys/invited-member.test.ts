// An invited member: from a code in an envelope to a member who may vote, and the envelopes that open nothing.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Commons, told, type Person } from './people.ts';

interface Envelope {
  readonly invitation: string;
  readonly code: string;
}

let commons: Commons;
let envelope: Envelope;
let mara: Person;

const invite = async (): Promise<Envelope> => (await commons.zara.posts('/invitations')).body as Envelope;
const accept = ({ invitation, code }: Envelope, name: string) => commons.place.anybody.posts(`/invitations/${invitation}/acceptance`, { code, name });

beforeAll(async () => {
  commons = await Commons.found();
});
afterAll(() => commons.close());

describe('given a community in force', () => {
  test('when a steward invites, then the code is in her answer and nowhere else', async () => {
    envelope = await invite();
    const open = await commons.oren.reads('/invitations', await commons.place.head());
    expect(open.body.rows).toEqual([expect.objectContaining({ invitation: envelope.invitation, purpose: 'member', issuedBy: commons.zara.id })]);
    const { text } = await commons.oren.reads('/events?types=community.invitation-issued.v1');
    expect(text).toContain(envelope.invitation);
    expect(`${JSON.stringify(open.body)}${text}`).not.toContain(envelope.code);
  });

  test('when the code is guessed, or the invitation is made up, then both are refused alike', async () => {
    expect(told(await accept({ ...envelope, code: 'open-sesame' }, 'Mara'))).toBe('403 InvitationNotValid');
    expect(told(await accept({ ...envelope, invitation: commons.zara.id }, 'Mara'))).toBe('403 InvitationNotValid');
    const nameless = await commons.place.anybody.posts(`/invitations/${envelope.invitation}/acceptance`, { code: envelope.code });
    expect(told(nameless)).toBe('400 MalformedRequest');
  });

  test('when a member who is there already accepts, then one identity stays one member', async () => {
    const second = await commons.iva.posts(`/invitations/${envelope.invitation}/acceptance`, { code: envelope.code, name: 'Iva' });
    expect(told(second)).toBe('409 AlreadyLinked');
  });

  test('when the operator tries it for her, then it is told that this is for persons', async () => {
    const operator = await commons.place.operator();
    expect(told(await operator.posts(`/invitations/${envelope.invitation}/acceptance`, { code: envelope.code, name: 'Mara' }))).toBe('403 PersonRequired');
  });

  test('when an invitation was revoked or has expired, then it opens nothing', async () => {
    const revoked = await invite();
    expect(told(await commons.iva.deletes(`/invitations/${revoked.invitation}`))).toBe('200 InvitationRevoked');
    expect(told(await commons.iva.deletes(`/invitations/${revoked.invitation}`))).toBe('409 InvitationNotOpen');
    expect(told(await accept(revoked, 'Nobody'))).toBe('409 InvitationRevoked');
    const late = await invite();
    await commons.place.passes({ days: 13, hours: 23, minutes: 59, seconds: 59 });
    expect(told(await accept(envelope, 'Lena'))).toBe('200 InvitationAccepted');
    await commons.place.passes({ seconds: 1 });
    expect(told(await accept(late, 'Late'))).toBe('409 InvitationExpired');
  });

  test('when Mara accepts with her own envelope, then she has a token, and has applied', async () => {
    envelope = await invite();
    mara = await commons.place.anybody.accepts(envelope.invitation, envelope.code, 'Mara');
    expect(told(await accept(envelope, 'Somebody else'))).toBe('409 InvitationSpent');
    const page = await mara.reads('/my-page', await commons.place.head());
    expect(page.body).toMatchObject({ person: mara.id, name: 'Mara', status: 'applied', roles: [] });
  });
});

describe('given an application', () => {
  test('then the applicant sees herself and no other member, no draft and no lot of others', async () => {
    const head = await commons.place.head();
    expect((await mara.reads('/members', head)).body.rows).toEqual([expect.objectContaining({ person: mara.id, status: 'applied' })]);
    expect(told(await mara.reads(`/members/${commons.zara.id}`, head))).toBe('404 NotFound');
    expect((await mara.reads('/lots', head)).body.rows).toEqual([]);
  });

  test('when she acts as a member, then each door says why it is closed', async () => {
    expect(told(await mara.posts('/proposals', { title: 'Early', prose: 'Too soon.', measure: { kind: 'adopt-protocol', protocol: 'early', clauses: [] } }))).toBe('403 MembersOnly');
    expect(told(await mara.posts('/invitations'))).toBe('403 StewardRequired');
    expect(told(await mara.posts(`/members/${mara.id}/admission`))).toBe('403 StewardRequired');
    expect(told(await mara.brings('a note', 'text/plain'))).toBe('403 MayNotFileEvidence');
  });

  test('then she waits on the page of every steward', async () => {
    const page = await commons.oren.reads('/my-page', await commons.place.head());
    expect(page.body.waiting.applications).toContain(mara.id);
  });

  test('when Oren would make her a steward, then that is for all to decide; as a keeper he admits her', async () => {
    expect(told(await commons.oren.posts(`/members/${mara.id}/admission`, { roles: ['steward'] }))).toBe('422 RoleNeedsDecision');
    expect(told(await commons.oren.posts(`/members/${mara.id}/admission`, { roles: ['king'] }))).toBe('400 MalformedRequest');
    expect(told(await commons.oren.posts(`/members/${commons.community}/admission`))).toBe('409 NotAnApplicant');
    const admitted = await commons.oren.posts(`/members/${mara.id}/admission`, { roles: ['keeper'] });
    expect(told(admitted)).toBe('200 MemberAdmitted');
    expect((await mara.reads('/my-page', admitted)).body).toMatchObject({ status: 'member', roles: ['member', 'keeper'] });
    expect(told(await commons.iva.posts(`/members/${mara.id}/admission`))).toBe('409 NotAnApplicant');
  });
});

describe('given her membership', () => {
  test('then she sees the others by name, and they see her', async () => {
    const { body } = await mara.reads('/members?status=member', await commons.place.head());
    expect(body.rows.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(['Zara', 'Oren', 'Iva', 'Mara']));
  });

  test('when she needs a new token, then she mints her own, no one else’s, and every minting is among her acts', async () => {
    expect(told(await mara.posts('/tokens', { person: commons.zara.id }))).toBe('403 NotOwnToken');
    const minted = await mara.posts('/tokens', { person: mara.id });
    expect(told(minted)).toBe('200 TokenMinted');
    const operator = await commons.place.operator();
    const byOperator = await operator.posts('/tokens', { person: mara.id });
    expect(told(await operator.posts('/tokens', { person: commons.community }))).toBe('404 PersonNotLinked');
    const acts = await mara.reads('/my-page/acts?limit=2', byOperator);
    expect(acts.body.rows).toEqual([
      expect.objectContaining({ what: 'TokenMinted', by: 'operator' }),
      expect.objectContaining({ what: 'TokenMinted', by: mara.id, position: minted.body.position }),
    ]);
  });

  test('when her token has run out, then she is told that it has', async () => {
    await commons.place.passes({ days: 91 });
    const late = await mara.reads('/my-page');
    expect([told(late), late.body.details.why]).toEqual(['401 InvalidToken', 'expired']);
  });
});
