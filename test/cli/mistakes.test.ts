// What the command line says to mistakes: a name, a sentence, an exit code, and never a stack trace.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { begin, biolithic, STACK, temporaryDirectory } from './biolithic.ts';

const COMMANDS = ['start', 'token', 'play', 'rebuild', 'status', 'log', 'verify', 'verify log', 'verify views', 'backup', 'restore', 'recount', 'story'];

/** A port on which nothing listens. */
const NOBODY = ['--url', 'http://127.0.0.1:9'];

let directory: ReturnType<typeof temporaryDirectory>;
beforeAll(() => {
  directory = temporaryDirectory();
});
afterAll(() => directory.remove());

describe('help', () => {
  test('names every command', async () => {
    const { code, stdout } = await biolithic('--help');
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ +${command.split(' ')[0]}\\b`, 'm'));
  });

  test.each(COMMANDS)('of %s says how it is used', async (command) => {
    const { code, stdout } = await biolithic(...command.split(' '), '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: biolithic ${command}`);
  });
});

describe('a mistake', () => {
  const cases: readonly [what: string, args: readonly string[], code: number, says: string][] = [
    ['an unknown command', ['plya'], 2, 'Did you mean play?'],
    ['an unknown option', ['log', '--dta', 'x'], 2, 'Did you mean --data?'],
    ['a missing argument', ['play'], 2, "missing required argument 'file'"],
    ['a bad value', ['log', '--namespace', 'Not A Name'], 2, '--namespace: must be 1 to 63 lower-case letters'],
    ['a position that is none', ['log', '--from', 'yesterday'], 2, 'It must be a whole number.'],
    ['an option that start does not have', ['start', '--prot', '1'], 2, 'unknown option --prot'],
    ['no data', ['log', '--data', '/nonexistent/data'], 3, 'NoLog'],
    ['no data to verify', ['verify', 'log', '--data', '/nonexistent/data'], 3, 'NoLog'],
    ['no data to back up', ['backup', '/tmp/never', '--data', '/nonexistent/data'], 3, 'NoLog'],
    ['no file', ['play', '/nonexistent.jsonl', ...NOBODY], 2, 'FileNotRead'],
    ['no person', ['token', ...NOBODY], 2, 'say for whom'],
    ['a person and the first founder', ['token', 'p', '--first-founder', ...NOBODY], 2, 'say for whom'],
    ['no secrets', ['token', '--first-founder', '--data', '/nonexistent/data', ...NOBODY], 3, 'SecretsMissing'],
    ['no URL', ['play', '-', '--url', 'localhost:2147'], 2, '--url: must be an http or https URL'],
    ['a token without a name', ['play', '-', '--token', 'abc', ...NOBODY], 2, 'It must be NAME=TOKEN.'],
  ];
  test.each(cases)('like %s is named', async (_, args, code, says) => {
    const outcome = await biolithic(...args);
    expect({ code: outcome.code, stderr: outcome.stderr }).toEqual({ code, stderr: expect.stringContaining(says) });
    expect(outcome.stderr).not.toMatch(STACK);
    expect(outcome.stdout).toBe('');
  });

  test('in a play file is named with file and line, before anything is sent', async () => {
    const file = join(directory.path, 'typo.jsonl');
    writeFileSync(file, '{"tell":"hello"}\n{"as":"zara","sned":"POST /lots"}\n');
    const { code, stdout, stderr } = await biolithic('play', file, ...NOBODY);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('PlayFileInvalid: typo.jsonl:2: unknown property "sned"');
  });

  test('like a service that is not there is named, with what to do', async () => {
    const { code, stderr } = await begin(['play', '-', ...NOBODY], { input: '{"send":"GET /community"}' }).ended;
    expect(code).toBe(3);
    expect(stderr).toContain('ServiceNotReached: stdin:1: no service answers at http://127.0.0.1:9');
    expect(stderr).toContain('biolithic start');
    expect(stderr).not.toMatch(STACK);
  });

  test('like a file that is no log is named', async () => {
    writeFileSync(join(directory.path, 'log.sqlite'), 'Once upon a time');
    for (const args of [['log'], ['verify', 'log'], ['status']]) {
      const { code, stderr } = await biolithic(...args, '--data', directory.path);
      expect(code).toBe(3);
      expect(stderr).toContain('LogFileRejected');
      expect(stderr).not.toMatch(STACK);
    }
  });
});

test('options of other commands in the environment do no harm, and unknown ones are named', async () => {
  const env = { BIOLITHIC_HOST: '0.0.0.0', BIOLITHIC_EVENT_LOG: 'esdb://somewhere:2113', BIOLITHIC_PORT: '1' };
  const { stderr } = await begin(['log', '--data', '/nonexistent/data'], { env }).ended;
  expect(stderr).toContain('NoLog');
  const misspelt = await begin(['log'], { env: { BIOLITHIC_DATTA: 'x' } }).ended;
  expect(misspelt.code).toBe(2);
  expect(misspelt.stderr).toContain('unknown variable BIOLITHIC_DATTA');
});
