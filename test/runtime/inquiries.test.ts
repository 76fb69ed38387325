// Inquiries: answered from the log's file in threads of their own, a few at a time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { LogUnavailable, openSqliteLog, type SqliteEventLog } from '../../src/event-log/index.ts';
import { derivedId, systemClock } from '../../src/kernel/index.ts';
import { Inquiries } from '../../src/runtime/index.ts';
import { breaking, counting, noted, refusing, waiting } from './inquiries-registry.ts';

let directory: string;
let log: SqliteEventLog;
let inquiries: Inquiries;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'biolithic-inquiries-'));
  log = await openSqliteLog({ directory, namespace: 'village', clock: systemClock });
  inquiries = new Inquiries({ logFile: log.location.file, registryUrl: new URL('./inquiries-registry.ts', import.meta.url).href });
});
afterEach(async () => {
  await inquiries.close();
  await log.shutdown();
  rmSync(directory, { recursive: true, force: true });
});

let asker = 0;
/** Somebody else each time, as of now. */
const here = () => ({ by: `asker ${(asker += 1)}`, asOf: log.head().position });

const ROOT = '00000000-0000-5000-8000-000000000000';

async function notes(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await log.append({ stream: `note-${n % 3}`, expected: n < 3 ? 'none' : Math.floor(n / 3) - 1, events: [noted(n)], guards: [], commandId: derivedId(ROOT, String(n)), attempt: 0, metadata: { actor: 'ada' } });
  }
}

test('what is asked is answered from the log as it is in the file, events of the asked types and streams alone', async () => {
  await notes(10);
  expect(await inquiries.answer(counting, { after: 0, upTo: log.head().position, stream: 'note-0' }, here())).toEqual({ notes: 10, ofStream: 4, sum: 45 });
  expect(await inquiries.answer(counting, { after: 3, upTo: 6, stream: 'note-7' }, here())).toEqual({ notes: 3, ofStream: 0, sum: 2 + 3 + 4 });
});

test('a refusal comes back by name, and a bug as an error that leaves the others alone', async () => {
  await expect(inquiries.answer(refusing, {}, here())).rejects.toMatchObject({ name: 'NothingToTell', status: 409, details: { why: 'silence' } });
  await expect(inquiries.answer(breaking, {}, here())).rejects.toThrow('a bug');
  expect(await inquiries.answer(counting, { after: 0, upTo: 0, stream: 'x' }, here())).toEqual({ notes: 0, ofStream: 0, sum: 0 });
});

test('two are at work at a time, some wait, and more are turned away', async () => {
  const asked = Array.from({ length: 40 }, (_, n) => inquiries.answer(waiting, { ms: 1, n }, here()).then(() => 'answered', (error: Error) => error.name));
  const outcomes = await Promise.all(asked);
  expect(outcomes.filter((outcome) => outcome === 'answered')).toHaveLength(34);
  expect(outcomes.filter((outcome) => outcome === 'TooMuchContention')).toHaveLength(6);
}, 60_000);

test('the same question is answered once for all who ask it meanwhile, and nobody asks more than four at a time', async () => {
  const same = await Promise.all(Array.from({ length: 200 }, () => inquiries.answer(waiting, { ms: 1 }, here())));
  expect(new Set(same)).toEqual(new Set(['waited']));
  const asOf = log.head().position;
  const own = await Promise.all(Array.from({ length: 6 }, (_, n) => inquiries.answer(waiting, { ms: 1, n }, { by: 'ada', asOf }).catch((error: Error) => error.name)));
  expect(own).toEqual(['waited', 'waited', 'waited', 'waited', 'TooMuchContention', 'TooMuchContention']);
  expect(await inquiries.answer(waiting, { ms: 1 }, { by: 'ada', asOf })).toBe('waited');
}, 60_000);

test('what the service asks itself is its own: no person’s share, before those who wait, and not asked twice', async () => {
  const order: string[] = [];
  const tells = (what: string) => (): void => void order.push(what);
  const asOf = log.head().position;
  const people = Array.from({ length: 6 }, (_, n) => inquiries.answer(waiting, { ms: 60, n }, here()).then(tells('people’s')));
  const own = Array.from({ length: 3 }, (_, n) => inquiries.own(waiting, { ms: 1, n: 100 + n }, asOf).then(tells('own')));
  await Promise.all([...people, ...own]);
  expect(order.slice(2, 5)).toEqual(['own', 'own', 'own']);
  expect(inquiries.own(waiting, { ms: 1, n: 100 }, asOf)).toEqual(inquiries.own(waiting, { ms: 1, n: 100 }, asOf));
  await expect(inquiries.own(refusing, {}, asOf)).rejects.toMatchObject({ name: 'NothingToTell' });
}, 60_000);

test('what is asked as of a position knows nothing of what came later', async () => {
  await notes(10);
  expect(await inquiries.answer(counting, { after: 0, upTo: 99, stream: 'note-0' }, { by: 'ada', asOf: 5 })).toEqual({ notes: 4, ofStream: 2, sum: 6 });
});

test('a log that cannot be read is told as such, and not as a bug', async () => {
  const elsewhere = new Inquiries({ logFile: join(directory, 'nothing.sqlite'), registryUrl: new URL('./inquiries-registry.ts', import.meta.url).href });
  await expect(elsewhere.answer(counting, { after: 0, upTo: 1, stream: 'x' }, here())).rejects.toBeInstanceOf(LogUnavailable);
  await elsewhere.close();
});

test('what is still being answered when the service stops is broken off by name', async () => {
  const asked = [10_001, 10_002, 10_003].map((ms) => inquiries.answer(waiting, { ms }, here()).catch((error: Error) => error.name));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await inquiries.close();
  expect(await Promise.all(asked)).toEqual(['ShuttingDown', 'ShuttingDown', 'ShuttingDown']);
});
