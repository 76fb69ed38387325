// Reading events of some types only: what views are built from.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { logFileIn, openLogReader, openSqliteLog, type EventLog, type LogReader, type StoredEvent } from '../../src/event-log/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { everything, request } from '../contract/requests.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

let place: TemporaryDirectory;
let log: EventLog;
let reader: LogReader;
beforeEach(async () => {
  place = temporaryDirectory();
  log = await openSqliteLog({ directory: place.path, namespace: 'grove', clock: systemClock });
  reader = openLogReader(logFileIn(place.path));
});
afterEach(async () => {
  reader.close();
  await log.shutdown();
  place.remove();
});

const happens = (...types: string[]) => log.append(request({ events: types.map((type, n) => ({ type, data: { n } })) }));
const expected = (types: readonly string[], after: number, upTo: number): StoredEvent[] =>
  everything(log).filter(({ type, position }) => types.includes(type) && position > after && position <= upTo);

test('gives what reading all gives of those types in that range, in order', async () => {
  for (let n = 0; n < 40; n++) await happens('test.sown.v1', 'test.grown.v1', 'test.sown.v1', 'test.reaped.v1');
  const head = log.head().position;
  for (const types of [['test.sown.v1'], ['test.reaped.v1', 'test.grown.v1'], ['test.lost.v1'], []]) {
    for (const [after, upTo] of [[0, head], [17, 91], [head - 3, head + 100], [50, 50]] as const) {
      expect(reader.readOf(types, after, upTo)).toEqual(expected(types, after, upTo));
    }
  }
  expect(reader.readOf(['test.sown.v1'], 0, head)).toHaveLength(80);
});

test('sees events of a type that the log had none of before', async () => {
  await happens('test.sown.v1');
  const types = ['test.sown.v1', 'test.pressed.v1'];
  expect(reader.readOf(types, 0, log.head().position).map(({ type }) => type)).toEqual(['test.sown.v1']);
  await happens('test.pressed.v1');
  expect(reader.readOf(types, 0, log.head().position).map(({ type }) => type)).toEqual(types);
});
