// Sabotage: who saw it files evidence and reports, who knows of it corroborates, and nobody confirms an own report.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import request, { type Response } from 'supertest';
import { Commons, told, type Person } from './people.ts';

const NOTE = 'The lock was cut at four in the morning.';
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

let commons: Commons;
let mara: Person;
let nils: Person;
let press: string;
let warden: Person;
let report: Response;

const reports = (who: Person, more: object = {}) =>
  who.posts('/sabotage', { facility: press, statement: 'Somebody cut the lock.', evidence: [hashOf(NOTE)], ...more });
const corroborates = (who: Person, body: object = {}) => who.posts(`/sabotage/${report.body.id}/corroborations`, body);

beforeAll(async () => {
  commons = await Commons.found({ argv: ['--evidence-limit', '1KiB'] });
  [mara, nils] = [await commons.member('Mara'), await commons.member('Nils')];
  press = await commons.town.party('facility', 'The press');
  warden = await commons.representative(press, 'Wanda');
});
afterAll(() => commons.close());

describe('given something that was seen', () => {
  test('when the file is empty, too large, or something that would run, then it is not taken', async () => {
    expect(told(await mara.brings('', 'text/plain'))).toBe('422 EvidenceEmpty');
    expect(told(await mara.brings('x'.repeat(1025), 'text/plain'))).toBe('413 TooLarge');
    expect(told(await mara.brings('<script>alert(1)</script>', 'text/html'))).toBe('415 MediaTypeNotTaken');
    expect(told(await mara.brings('{"seen":true}', 'application/json'))).toBe('415 UnsupportedMediaType');
    expect(told(await warden.brings(NOTE, 'text/plain'))).toBe('403 MayNotFileEvidence');
  });

  test('when Mara files her note, then it is named by its content, once, whoever brings it again', async () => {
    const filed = await mara.brings(NOTE, 'text/plain');
    expect(filed.body).toEqual({ hash: hashOf(NOTE), size: NOTE.length, mediaType: 'text/plain', position: expect.any(Number) });
    expect((await nils.brings(NOTE, 'application/pdf')).body).toEqual(filed.body);
  });

  test('then members can fetch it, as a download, and others cannot', async () => {
    const head = await commons.place.head();
    const fetched = await nils.reads(`/evidence/${hashOf(NOTE)}`, head);
    expect([fetched.text, fetched.headers['content-disposition']]).toEqual([NOTE, `attachment; filename="${hashOf(NOTE)}"`]);
    expect(told(await warden.reads(`/evidence/${hashOf(NOTE)}`, head))).toBe('404 NotFound');
  });
});

describe('given evidence on file', () => {
  test('when the report names no facility, evidence that nobody filed or a time to come, then it is not taken', async () => {
    expect(told(await reports(mara, { facility: commons.community }))).toBe('422 NotAFacility');
    expect(told(await reports(mara, { facility: await commons.town.party('external', 'Meridian') }))).toBe('422 NotAFacility');
    expect(told(await reports(mara, { evidence: [hashOf('never filed')] }))).toBe('422 EvidenceNotFiled');
    expect(told(await reports(mara, { occurredAt: commons.place.in({ minutes: 1 }) }))).toBe('422 NotYetHappened');
    expect(told(await reports(mara, { occurredAt: '9999-12-31T23:59:59-23:59' }))).toBe('400 MalformedRequest');
    expect(told(await reports(mara, { statement: '' }))).toBe('400 MalformedRequest');
    expect(told(await reports(warden))).toBe('403 MayNotReport');
  });

  test('when Mara reports, then her words are sealed in the log and open to members and to who runs the facility', async () => {
    report = await reports(mara, { occurredAt: commons.place.ago(3_600_000) });
    expect(told(report)).toBe('200 SabotageReported');
    expect(JSON.stringify(report.body.events)).not.toContain('cut the lock');
    for (const who of [nils, warden]) {
      const { body } = await who.reads(`/sabotage/${report.body.id}`, report);
      expect(body).toMatchObject({ statement: 'Somebody cut the lock.', state: 'reported', corroborations: 0, needed: 2 });
    }
    expect((await nils.reads('/events?types=defence.sabotage-reported.v1', report)).text).toContain('sealed.1.');
    expect(told(await commons.place.anybody.reads(`/sabotage/${report.body.id}`))).toBe('401 TokenRequired');
  });

  test('then it waits for everybody who could corroborate it, and not for Mara', async () => {
    const waiting = async (who: Person): Promise<string[]> =>
      ((await who.reads('/my-page', report)).body.waiting.sabotage as { sabotage: string }[]).map(({ sabotage }) => sabotage);
    expect(await waiting(nils)).toEqual([report.body.id]);
    expect(await waiting(mara)).toEqual([]);
    expect(await waiting(warden)).toEqual([]);
  });
});

describe('given a report', () => {
  test('when Mara corroborates it herself, or Nils does so twice, then it counts for nothing', async () => {
    expect(told(await corroborates(mara))).toBe('403 OwnReport');
    expect(told(await corroborates(warden))).toBe('403 MayNotReport');
    const first = await corroborates(nils, { statement: 'I heard the saw.' });
    expect(told(first)).toBe('200 SabotageCorroborated');
    expect(told(await corroborates(nils))).toBe('409 CorroboratedAlready');
    expect(told(await nils.posts(`/sabotage/${nils.id}/corroborations`))).toBe('404 NoSuchReport');
    expect((await mara.reads(`/sabotage/${report.body.id}`, first)).body).toMatchObject({
      state: 'reported', corroborations: 1, corroborators: { rows: [{ by: nils.id, statement: 'I heard the saw.' }] },
    });
  });

  test('when a second member does, then it is confirmed, and there is nothing left to corroborate', async () => {
    const second = await corroborates(commons.iva);
    expect(told(second)).toBe('200 SabotageCorroborated, SabotageConfirmed');
    const confirmed = (await mara.reads('/sabotage?state=confirmed', second)).body.rows;
    expect(confirmed).toEqual([expect.objectContaining({ key: report.body.id, corroborations: 2 })]);
    expect(told(await corroborates(commons.zara))).toBe('409 SabotageConfirmedAlready');
  });
});

describe('given two members at the same moment', () => {
  test('when both corroborate at once, then both count, and the report is confirmed once', async () => {
    report = await reports(nils);
    const answers = await Promise.all([corroborates(mara), corroborates(commons.oren)]);
    expect(answers.map(told).toSorted()).toEqual(['200 SabotageCorroborated', '200 SabotageCorroborated, SabotageConfirmed']);
    expect((await mara.reads(`/sabotage/${report.body.id}`, ...answers)).body).toMatchObject({ state: 'confirmed', corroborations: 2 });
  });

  test('when the connection breaks in the middle of a file, then nothing is on record of it', async () => {
    const head = { Authorization: `Bearer ${mara.token}`, 'Idempotency-Key': 'cut', 'Content-Type': 'text/plain', 'Content-Length': '500' };
    const sending = request(mara.url).post('/evidence').set(head);
    sending.write('half of a');
    setTimeout(() => void sending.abort(), 50);
    await expect(sending).rejects.toThrow();
    expect((await mara.reads('/events?types=defence.evidence-filed.v1', await commons.place.head())).text.trim().split('\n')).toHaveLength(1);
  });
});
