// The operator: looks, backs up, rebuilds and verifies beside a running service, and puts everything back after a disaster.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { begin, biolithic, type Outcome } from '../cli/biolithic.ts';
import { spawnTestService, type ServiceThere } from '../support/service.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { QUICK_RULES, Town } from '../support/town.ts';
import { Person, told } from './people.ts';

let files: TemporaryDirectory;
let data: string;
let service: ServiceThere;
let town: Town;
let zara: Person;
/** The log's last position when the backup was made. */
let saved: number;

const at = (name: string): string => join(files.path, name);
const onData = (...args: readonly string[]): Promise<Outcome> => biolithic(...args, '--data', data);
const there = (...args: readonly string[]): Promise<Outcome> => onData(...args, '--url', service.url);
const said = ({ code, stdout, stderr }: Outcome): string => `${code}\n${stdout}${stderr}`;
/** Last column of each row of a table that was printed. */
const verdicts = ({ stdout }: Outcome): Set<string> => new Set(stdout.trim().split('\n').slice(1).map((row) => row.split(/ +/).at(-1) ?? ''));
const EQUAL = new Set(['equal']);
const person = (): Person => new Person(service.url, town.zara);
const head = async (): Promise<number> => (await person().reads('/health/ready')).body.checks.log.position as number;
const partyNames = async (): Promise<string[]> => (await person().reads('/parties', await head())).body.rows.map(({ name }: { name: string }) => name);

beforeAll(async () => {
  files = temporaryDirectory();
  data = at('data');
  service = await spawnTestService({ data });
  town = await Town.found(service, QUICK_RULES);
  zara = person();
  await town.party('external', 'Meridian');
  await zara.brings('The lock was cut.', 'text/plain');
}, 60_000);

afterAll(async () => {
  await service?.close();
  files.remove();
});

describe('given a running service', () => {
  test('when the operator looks, then log and views say where they stand', async () => {
    const { code, stdout } = await there('status');
    expect(code).toBe(0);
    expect(stdout).toContain(`Service  runs at ${service.url}`);
    for (const view of ['community', 'acts', 'protocol-status', 'material-custody', 'defence-log', 'obligations']) {
      expect(stdout).toMatch(new RegExp(`^${view} .* live$`, 'm'));
    }
  });

  test('when a member looks behind the counter, then that is the operator’s', async () => {
    expect(told(await zara.reads('/views'))).toBe('403 OperatorOnly');
    expect(told(await zara.posts('/views/rebuild'))).toBe('403 OperatorOnly');
  });

  test('when the log is backed up, then the copy is checked, nothing is overwritten, and the keys are named as not in it', async () => {
    saved = await head();
    const made = await onData('backup', at('monday.sqlite'));
    expect(said(made)).toMatch(/^0\n/);
    expect(made.stdout).toContain(`${saved} events`);
    expect(made.stderr).toContain(`the keys in ${join(data, 'secrets')} and the evidence in ${join(data, 'evidence')}`);
    expect(said(await onData('backup', at('monday.sqlite')))).toMatch(/^3\n.*TargetExists/s);
    mkdirSync(at('backups'));
    expect((await onData('backup', at('backups'))).stdout).toContain(join(at('backups'), `log-${saved}.sqlite`));
    // Keys and evidence are copied as files.
    for (const kept of ['secrets', 'evidence']) cpSync(join(data, kept), at(`kept/${kept}`), { recursive: true });
  });

  test('when log and views are verified beside it, then both are whole', async () => {
    expect((await onData('verify', 'log')).stdout).toContain('The log is whole');
    const views = await onData('verify', 'views');
    expect([views.code, verdicts(views)]).toEqual([0, EQUAL]);
  });

  test('when views are rebuilt while nothing else happens, then the new ones are swapped in', async () => {
    expect((await there('rebuild')).stdout).toContain('swapped in by the running service');
    expect(said(await there('rebuild', 'acts'))).toContain('Built acts');
    expect(said(await there('rebuild', 'act'))).toMatch(/^2\n.*NoSuchView: there is no view act; there are community, acts/s);
    expect((await onData('verify', 'views')).code).toBe(0);
  });

  test('when a second service is started on the same data, or a restore is tried, then neither touches it', async () => {
    expect(said(await onData('start', '--port', '0'))).toMatch(/^1\n.*LogLocked/s);
    expect(said(await onData('restore', at('monday.sqlite')))).toMatch(/^3\n.*LogLocked/s);
  });

  test('when the operator is asked for a token, then a linked person gets one, and no stranger', async () => {
    const { code, stdout } = await there('token', zara.id);
    expect(code).toBe(0);
    expect((await new Person(service.url, { token: stdout.trim() }).reads('/my-page')).body.name).toBe('Zara');
    expect(said(await there('token', town.community))).toMatch(/^1\n.*PersonNotLinked/s);
  });
});

describe('given a disaster after the backup', () => {
  beforeAll(async () => {
    // Known to the views, and not to the backup.
    await town.party('external', 'Ferrum');
    expect(await partyNames()).toEqual(['Meridian', 'Ferrum']);
    expect(await service.stop('SIGTERM')).toBe(0);
  });

  test('when the log is still there, then a restore does not overwrite it', async () => {
    expect(said(await onData('restore', at('monday.sqlite')))).toMatch(/^3\n.*TargetExists/s);
  });

  test('when the backup itself is damaged or is none, then it is not put in place', async () => {
    const bytes = readFileSync(at('monday.sqlite'));
    const found = bytes.indexOf('Meridian');
    bytes.write('Obsidian', found);
    writeFileSync(at('altered.sqlite'), bytes);
    rmSync(join(data, 'log.sqlite'));
    expect(said(await onData('restore', at('altered.sqlite')))).toMatch(/^1\n.*LogFileRejected.*does not fit its chain hash/s);
    writeFileSync(at('letter.txt'), 'Dear operator,');
    expect(said(await onData('restore', at('letter.txt')))).toMatch(/^3\n.*LogFileRejected/s);
    expect(said(await biolithic('verify', 'log', '--data', at('nowhere')))).toMatch(/^3\n.*NoLog/s);
  });

  test('when the backup is restored under the newer views, then they notice and are built again: the community is as it was', async () => {
    expect((await onData('restore', at('monday.sqlite'))).stdout).toContain(`${saved} events`);
    service = await spawnTestService({ data });
    expect(await partyNames()).toEqual(['Meridian']);
    expect((await onData('verify', 'views')).code).toBe(0);
    expect((await person().reads('/my-page')).body.name).toBe('Zara');
    await service.stop('SIGTERM');
  });

  test('when it is restored on another machine with the kept keys and evidence, then tokens, names and files are good there', async () => {
    data = at('elsewhere');
    expect((await onData('restore', at('monday.sqlite'))).code).toBe(0);
    // Without its keys nobody could read a name, and every token would be void: it does not pretend otherwise.
    expect(said(await onData('start', '--port', '0'))).toMatch(/^1\n.*SecretsMissing/s);
    cpSync(at('kept'), data, { recursive: true });
    service = await spawnTestService({ data });
    expect((await person().reads('/members', await head())).body.rows.map(({ name }: { name: string }) => name)).toContain('Oren');
    const evidence = JSON.parse((await person().reads('/events?types=defence.evidence-filed.v1')).text) as { data: { hash: string } };
    expect((await person().reads(`/evidence/${evidence.data.hash}`, await head())).text).toBe('The lock was cut.');
    await service.stop('SIGTERM');
  });

  test('when the views are thrown away while nothing runs, then they are built from the log and equal', async () => {
    rmSync(join(data, 'views'), { recursive: true });
    expect((await onData('status')).stdout).toMatch(/^community .* missing$/m);
    expect((await onData('rebuild')).stdout).toMatch(/^Built community, acts, .*: \d+ events/);
    expect(verdicts(await onData('verify', 'views'))).toEqual(EQUAL);
  });

  test('when a view was altered by hand, then verifying it says so, and rebuilding it mends it', async () => {
    const name = readdirSync(join(data, 'views')).find((one) => one.startsWith('community-v') && one.endsWith('.sqlite')) ?? '';
    const file = new DatabaseSync(join(data, 'views', name));
    file.exec(`UPDATE party SET name = 'Obsidian' WHERE name = 'Meridian'`);
    file.close();
    expect(said(await onData('verify', 'views', 'community'))).toMatch(/^1\n.*DIFFERS.*ViewsDiffer.*Obsidian/s);
    expect((await onData('rebuild', 'community')).code).toBe(0);
    expect((await onData('verify', 'views', 'community')).code).toBe(0);
  });

  test('when the configuration has mistakes, then all of them are told, and nothing starts', async () => {
    const { code, stderr } = await begin(['start', '--prot', '1', '--host', '0.0.0.0'], { env: { BIOLITHIC_CLOCK: 'sundial' } }).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('unknown option --prot');
    expect(stderr).toContain('BIOLITHIC_CLOCK: must be one of system, simulated');
  });
});
