// The command line and a running service: tokens, playing files, and the log beside it all.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { begin, biolithic, STACK, STORY, temporaryDirectory } from './biolithic.ts';
import { spawnTestService, type ServiceThere } from '../support/service.ts';

const FIRST_DAY = join(STORY, 'first-day.jsonl');

interface Line {
  readonly position: number;
  readonly stream: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

let service: ServiceThere;
let files: ReturnType<typeof temporaryDirectory>;
let there: readonly string[];

const eventsOf = (stdout: string): Line[] => stdout.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line) as Line);
const logged = async (...args: readonly string[]): Promise<Line[]> => eventsOf((await biolithic('log', '--data', service.data, ...args)).stdout);
const head = async (): Promise<number> => (await logged('--last', '1'))[0]?.position ?? 0;

function file(name: string, ...lines: readonly object[]): string {
  const path = join(files.path, name);
  writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'));
  return path;
}

beforeAll(async () => {
  files = temporaryDirectory();
  service = await spawnTestService();
  there = ['--data', service.data, '--url', service.url];
  const { code, stdout, stderr } = await biolithic('play', FIRST_DAY, ...there);
  if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
}, 60_000);

afterAll(async () => {
  await service.close();
  files.remove();
});

describe('play', () => {
  test('says what happened, and how much was sent and refused', async () => {
    const { code, stdout } = await biolithic('play', FIRST_DAY, ...there);
    expect(code).toBe(0);
    expect(stdout).toContain('Eight to two: Waste Sovereignty is in force.');
    expect(stdout).toMatch(/Played 63 lines in .*: 59 requests, 1 of them refused as expected\.\n$/);
  });

  test('of a file that was played before repeats nothing', async () => {
    const before = await head();
    expect((await biolithic('play', FIRST_DAY, ...there)).code).toBe(0);
    expect(await head()).toBe(before);
  });

  test('goes on where an interrupted one stopped', async () => {
    const [all] = [readFileSync(FIRST_DAY, 'utf8').split('\n')];
    const more = { as: 'zara', send: 'POST /parties', body: { kind: 'carrier', name: 'Tidal Carriers' } };
    const path = join(files.path, 'first-day.jsonl');
    writeFileSync(path, [...(all ?? []).slice(0, 40), JSON.stringify(more)].join('\n'));
    const before = await head();
    expect((await biolithic('play', path, ...there)).code).toBe(0);
    expect((await logged('--from', String(before + 1))).map(({ type }) => type)).toEqual(['community.party-registered.v1']);
  });

  test('stops at the first unexpected answer, with its place, its name and its rule', async () => {
    const path = file('early.jsonl', { founder: 'zara' }, { tell: 'so far so good' }, { as: 'zara', send: 'POST /community', body: { name: 'Again', timeZone: 'UTC', language: 'en', charterText: 'a', founderName: 'Z', founders: 3 } }, { tell: 'never said' });
    const { code, stdout, stderr } = await biolithic('play', path, ...there);
    expect([code, stdout]).toEqual([1, 'so far so good\n']);
    expect(stderr).toContain('CommunityAlreadyFounded: early.jsonl:3: POST /community was answered 409 CommunityAlreadyFounded');
    expect(stderr).toContain('A log is one community.');
    expect(stderr).not.toMatch(STACK);
  });

  test('stops when something is not refused as expected, or answers otherwise', async () => {
    const granted = await biolithic('play', file('granted.jsonl', { send: 'GET /community', expect: 'DeniedByProtocol' }), ...there);
    expect([granted.code, granted.stderr]).toEqual([1, expect.stringContaining('NotRefused: granted.jsonl:1: GET /community was answered 200, not DeniedByProtocol')]);
    const other = await biolithic('play', file('other.jsonl', { send: 'GET /community', answer: { status: 'forming' } }), ...there);
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('UnexpectedAnswer: other.jsonl:1: GET /community: status is "in-force", not "forming"')]);
  });

  test('refuses timed lines where the clock is not simulated', async () => {
    const before = await head();
    const path = file('timed.jsonl', { founder: 'zara' }, { at: '2147-01-05T08:00:00Z', as: 'zara', send: 'POST /parties', body: { kind: 'carrier', name: 'Late' } });
    const { code, stderr } = await biolithic('play', path, ...there);
    expect([code, stderr]).toEqual([2, expect.stringContaining('ClockNotSimulated: timed.jsonl:2: the line has a time')]);
    expect(await head()).toBe(before);
  });

  test('needs every name to be known, and every person to have a token', async () => {
    const unknown = await biolithic('play', file('unknown.jsonl', { founder: 'zara' }, { as: 'zara', send: 'POST /members/{oren}/admission' }), ...there);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('UnknownName: unknown.jsonl:2: nothing was saved as {oren}')]);
    const without = await biolithic('play', file('without.jsonl', { founder: 'zara' }), '--url', service.url, '--data', files.path);
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('TokenRequired: without.jsonl:1: there is no token for zara; give one with --token zara=')]);
  });

  test('takes tokens where it cannot read the secrets', async () => {
    const { stdout: token } = await biolithic('token', '--first-founder', ...there);
    const path = file('given.jsonl', { founder: 'zara' }, { as: 'zara', send: 'GET /my-page' });
    expect((await biolithic('play', path, '--url', service.url, '--data', files.path, '--token', `zara=${token.trim()}`)).code).toBe(0);
  });

  test('reads standard input', async () => {
    const { code, stdout } = await begin(['play', '-', ...there], { input: '{"send":"GET /community","save":{"name":"name"}}\n{"tell":"We are {name}."}' }).ended;
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'We are Biolithic Estuary.']);
  });
});

describe('token', () => {
  test('is given to a linked person, and the person sees it', async () => {
    const [founded] = await logged('--type', 'community.founded');
    const person = founded?.data['firstFounder'] as string;
    const { code, stdout, stderr } = await biolithic('token', person, ...there);
    expect(code).toBe(0);
    expect(stderr).toContain('Valid until');
    const answer = await fetch(`${service.url}/my-page`, { headers: { authorization: `Bearer ${stdout.trim()}` } });
    expect(answer.status).toBe(200);
    expect((await logged('--last', '1'))[0]).toMatchObject({ type: 'community.token-minted.v1', data: { person, by: 'operator' } });
  });

  test('is refused to strangers', async () => {
    const { code, stdout, stderr } = await biolithic('token', '6a497c74-4b20-55e9-8762-740011e3d3b8', ...there);
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining('PersonNotLinked')]);
  });
});

describe('log', () => {
  test('prints events by position, type and stream', async () => {
    const all = await logged();
    expect(all.map(({ position }) => position)).toEqual(all.map((_, i) => i + 1));
    expect((await logged('--from', '3', '--to', '5')).map(({ position }) => position)).toEqual([3, 4, 5]);
    const lots = await logged('--type', 'custody.lot-registered', 'defence');
    expect(lots).toEqual(all.filter(({ type }) => type === 'custody.lot-registered.v1' || type.startsWith('defence.')));
    expect(lots.length).toBeGreaterThan(1);
    const stream = lots[0]?.stream as string;
    expect(await logged('--stream', stream, '--from', '2')).toEqual(all.filter((one) => one.stream === stream));
    expect(await logged('--stream', 'lot-of-nobody')).toEqual([]);
  });

  test('shows no personal text', async () => {
    const { stdout } = await biolithic('log', '--data', service.data);
    expect(stdout).not.toContain('Okonkwo');
    expect(stdout).toContain('sealed.1.');
  });

  test('is followed until Ctrl-C', async () => {
    const following = begin(['log', '--follow', '--last', '1', '--data', service.data]);
    await following.seen(/\n/);
    await biolithic('play', file('follow.jsonl', { founder: 'zara' }, { as: 'zara', send: 'POST /parties', body: { kind: 'external', name: 'Ferrum' } }), ...there);
    await following.seen(/Ferrum/);
    following.interrupt();
    const { code, stderr } = await following.ended;
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('verify, backup and restore', () => {
  test('check the log, copy it beside the running service, and put the copy in place', async () => {
    const verified = await biolithic('verify', 'log', '--data', service.data);
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringMatching(/^The log is whole: .* Head \d+, chain [0-9a-f]{64}\n$/)]);
    const copy = join(files.path, 'copy.sqlite');
    const made = await biolithic('backup', copy, '--data', service.data);
    expect([made.code, made.stderr]).toEqual([0, expect.stringContaining('Not in it, on purpose: the keys')]);
    const again = await biolithic('backup', copy, '--data', service.data);
    expect([again.code, again.stderr]).toEqual([3, expect.stringContaining('TargetExists')]);
    const data = join(files.path, 'restored');
    expect((await biolithic('restore', copy, '--data', data)).code).toBe(0);
    expect((await biolithic('log', '--data', data)).stdout).toBe((await biolithic('log', '--data', service.data)).stdout);
    expect(await biolithic('restore', copy, '--data', data)).toMatchObject({ code: 3, stderr: expect.stringContaining('TargetExists') });
    expect(existsSync(join(data, 'secrets'))).toBe(false);
  });
});

describe('recount', () => {
  test('says what the ballots on record add up to, by the rule that decided and by another', async () => {
    const [certified] = await logged('--type', 'governance.proposal-certified');
    const proposal = certified?.data['proposal'] as string;
    const { code, stdout } = await biolithic('recount', proposal, '--data', service.data);
    expect(code).toBe(0);
    expect(stdout).toMatch(/certificate +8 +2 +0 +10 +passed\nrecounted +8 +2 +0 +10 +passed/);
    expect(stdout).toMatch(/Ballots +[0-9a-f]{64}/);
    expect((await biolithic('recount', proposal, '--data', service.data, '--threshold', '9/10')).stdout).toContain('By quorum 1/3, threshold 9/10, floor 0/1: NotApproved');
    expect(stdout).toContain('The certificate agrees.');
    const early = await biolithic('recount', proposal, '--data', service.data, '--as-of', String((certified?.position ?? 1) - 1));
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining('NotCertified: the vote has not been certified yet: phase voting-closed')]);
    expect((await biolithic('recount', proposal, '--data', service.data, '--threshold', '1/2')).stderr).toContain('it needs a tie rule');
  });

  test('says by name why there is nothing to recount', async () => {
    const nothing = async (...args: readonly string[]) => {
      const { code, stderr } = await biolithic('recount', ...args, '--data', service.data);
      expect(stderr).not.toMatch(STACK);
      return [code, stderr.split('\n')[0]];
    };
    expect(await nothing('00000000-0000-5000-8000-000000000000')).toEqual([1, expect.stringContaining('NoSuchProposal')]);
    expect(await nothing('the-last-one')).toEqual([2, expect.stringContaining('ProposalId')]);
    expect(await nothing('00000000-0000-5000-8000-000000000000', '--quorum', 'half')).toEqual([2, expect.stringContaining('fraction')]);
  });
});
