// The command executor, one command at a time: what is acknowledged, refused, remembered and sealed.
import { describe, expect, test } from '@jest/globals';
import { LogUnavailable, type EventLog, type StoredEvent } from '../../src/event-log/index.ts';
import { commandIdOfRequest, keyedHash, Rejection } from '../../src/kernel/index.ts';
import { recordedOf, type Acknowledgement } from '../../src/runtime/index.ts';
import { replaced } from '../support/faulty-log.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { as, executorOver, secrets, settle, SteeredClock } from './service.ts';
import { CastVote, catalogue, ClosePoll, ForbidHandover, HandOver, make, OpenPoll, PermitHandover, PinNote, WriteLetter } from './village.ts';

const soon = '2026-06-21T12:00:00.000Z';

function village(parts: Parameters<typeof executorOver>[1] = {}) {
  const log = new MemoryLog();
  const executor = executorOver(log, parts);
  return { log, executor, zara: as(executor, 'zara'), ines: as(executor, 'ines') };
}

const eventsOf = (log: MemoryLog) => log.readAll(1).flatMap((stored) => recordedOf(catalogue, stored) ?? []);

/** A replica that shows what was there when it last caught up. */
function replicaOf(log: MemoryLog) {
  let upTo = log.head().position;
  const seen = (event: StoredEvent): boolean => event.position <= upTo;
  const readStream: EventLog['readStream'] = (stream, options) => log.readStream(stream, options).filter(seen);
  const replica = replaced(log, {
    readStream,
    streamHead(stream) {
      const last = readStream(stream).at(-1);
      return last && { revision: last.revision, position: last.position, inEffect: last.revision };
    },
    findCommand(commandId) {
      const events = log.findCommand(commandId)?.events.filter(seen) ?? [];
      return events.length === 0 ? undefined : { events };
    },
    catchUp: async () => void (upTo = log.head().position),
  });
  return replica;
}

describe('on a replica that is behind', () => {
  test('a command that rests on what another replica acknowledged is accepted', async () => {
    const { log, zara } = village();
    const behind = as(executorOver(replicaOf(log)), 'ines');
    await zara(OpenPoll, { poll: 'p', closesAt: soon });
    expect(await behind(CastVote, { poll: 'p', choice: 'yes' })).toMatchObject({ events: [{ type: 'VoteCast' }] });
  });

  test('a resend is answered as the other replica answered, and a refusal stands on what the other acknowledged', async () => {
    const { log, zara } = village();
    const behind = as(executorOver(replicaOf(log)), 'zara');
    await zara(OpenPoll, { poll: 'p', closesAt: soon });
    const vote = await zara(CastVote, { poll: 'p', choice: 'yes' }, 'vote');
    await zara(ClosePoll, { poll: 'p' });
    expect(await behind(CastVote, { poll: 'p', choice: 'yes' }, 'vote')).toEqual(vote);
    await expect(behind(CastVote, { poll: 'p', choice: 'no' })).rejects.toMatchObject({ name: 'VillagePollNotOpen' });
  });

  test('nothing is refused while it cannot be known what the others acknowledged', async () => {
    const log = new MemoryLog();
    const cutOff = replaced(log, { catchUp: () => Promise.reject(new LogUnavailable('out of reach', 'none')) });
    await expect(as(executorOver(cutOff), 'zara')(CastVote, { poll: 'p', choice: 'yes' })).rejects.toMatchObject({ name: 'LogUnavailable', status: 503 });
    expect(log.head().position).toBe(1);
  });
});

describe('an accepted command', () => {
  test('is acknowledged with its events, their positions, stream, revision and time', async () => {
    const { log, zara } = village();
    const ack = await zara(PinNote, { board: 'b', text: 'hello' }, 'k');
    expect(ack).toEqual({
      commandId: commandIdOfRequest('zara', 'k'),
      stream: 'board-b',
      revision: 0,
      position: 2,
      time: new Date(log.head().time).toISOString(),
      events: [{ type: 'NotePinned', data: { board: 'b', text: 'hello', number: 1 }, position: 2 }],
    } satisfies Acknowledgement);
    expect(eventsOf(log)).toMatchObject([{ type: 'NotePinned', actor: 'zara', stream: 'board-b' }]);
  });

  test('says in whose name it was done', async () => {
    const { log, executor } = village();
    const command = make(PinNote, { board: 'b', text: 'for the mill' });
    await executor.execute({ command, actor: 'zara', onBehalfOf: 'mill', commandId: commandIdOfRequest('zara', 'k') });
    expect(eventsOf(log)).toMatchObject([{ actor: 'zara', onBehalfOf: 'mill' }]);
  });

  test('is answered equal when it is sent again, whatever has happened since, also by another process', async () => {
    const { log, zara } = village();
    const first = await zara(OpenPoll, { poll: 'p', closesAt: soon }, 'open');
    const vote = await zara(CastVote, { poll: 'p', choice: 'yes' }, 'vote');
    await zara(ClosePoll, { poll: 'p' });
    expect(await zara(CastVote, { poll: 'p', choice: 'yes' }, 'vote')).toEqual(vote);
    const elsewhere = as(executorOver(log), 'zara');
    expect(await elsewhere(CastVote, { poll: 'p', choice: 'yes' }, 'vote')).toEqual(vote);
    expect(await elsewhere(OpenPoll, { poll: 'p', closesAt: soon }, 'open')).toEqual(first);
    expect(log.head().position).toBe(4);
  });

  test('keeps its key from being used for another body, command or name', async () => {
    const { executor, zara, ines } = village();
    await zara(PinNote, { board: 'b', text: 'hello' }, 'k');
    await expect(zara(PinNote, { board: 'b', text: 'hullo' }, 'k')).rejects.toMatchObject({ name: 'IdempotencyKeyReused', status: 422 });
    await expect(zara(PinNote, { board: 'c', text: 'hello' }, 'k')).rejects.toMatchObject({ name: 'IdempotencyKeyReused' });
    await expect(zara(WriteLetter, { text: 'hello' }, 'k')).rejects.toMatchObject({ name: 'IdempotencyKeyReused' });
    const again = { command: make(PinNote, { board: 'b', text: 'hello' }), actor: 'zara', commandId: commandIdOfRequest('zara', 'k') };
    await expect(executor.execute({ ...again, onBehalfOf: 'mill' })).rejects.toMatchObject({ name: 'IdempotencyKeyReused' });
    await expect(ines(PinNote, { board: 'b', text: 'hullo' }, 'k')).resolves.toMatchObject({ revision: 1 });
  });

  test('leaves no more than its place in memory: streams are forgotten when they take too many bytes', async () => {
    const { executor, zara } = village({ cacheBytes: 20_000 });
    for (let n = 0; n < 200; n += 1) await zara(PinNote, { board: `b${n}`, text: 'x'.repeat(100) });
    expect(executor.cachedBytes).toBeLessThanOrEqual(20_000);
    expect(await zara(PinNote, { board: 'b0', text: 'second' })).toMatchObject({ revision: 1, events: [{ data: { number: 2 } }] });
  });
});

describe('a refused command', () => {
  test('leaves nothing, and is not remembered: "not yet" can become "now"', async () => {
    const { log, zara } = village();
    await expect(zara(CastVote, { poll: 'p', choice: 'yes' }, 'k')).rejects.toMatchObject({ name: 'VillagePollNotOpen', status: 409 });
    expect(log.head().position).toBe(1);
    await zara(OpenPoll, { poll: 'p', closesAt: soon });
    await expect(zara(CastVote, { poll: 'p', choice: 'yes' }, 'k')).resolves.toMatchObject({ revision: 0 });
  });

  test('that leaves a record has it on a stream of its own, and is remembered', async () => {
    const { log, zara } = village();
    await zara(ForbidHandover, {});
    const refused = await settle(zara(HandOver, { parcel: 'x', to: 'mill' }, 'k'));
    expect(refused).toMatch(/^VillageForbidden/);
    const recorded = log.head().position;
    await zara(PermitHandover, {});
    expect(await settle(zara(HandOver, { parcel: 'x', to: 'mill' }, 'k'))).toBe(refused);
    const again = await zara(HandOver, { parcel: 'x', to: 'mill' }, 'k').catch((error: Rejection) => error);
    expect(again).toMatchObject({ status: 422, details: { under: 1 }, rule: expect.stringContaining('recorded'), recordedAt: recorded });
    await expect(zara(HandOver, { parcel: 'x', to: 'well' }, 'k')).rejects.toMatchObject({ name: 'IdempotencyKeyReused' });
    expect(eventsOf(log).filter(({ type }) => type === 'HandoverRefused')).toMatchObject([
      { stream: `attempt-${commandIdOfRequest('zara', 'k')}`, data: { parcel: 'x', to: 'mill', under: 1 } },
    ]);
    await expect(zara(HandOver, { parcel: 'x', to: 'mill' }, 'k2')).resolves.toMatchObject({ stream: 'parcel-x' });
  });

  test('that would change nothing is refused by name', async () => {
    const { zara } = village();
    await expect(zara(PermitHandover, {})).rejects.toMatchObject({ name: 'NothingToDo', status: 409 });
  });

  test('that is too large for one append says so', async () => {
    const { zara } = village();
    await expect(zara(PinNote, { board: 'b', text: 'x'.repeat(950_000) })).rejects.toMatchObject({ name: 'CommandTooLarge', status: 413 });
  });
});

describe('If-Match', () => {
  test('holds while nothing has happened to the stream since the position, whatever happened elsewhere', async () => {
    const { log, executor, zara, ines } = village();
    const { position } = await zara(PinNote, { board: 'b', text: 'one' });
    await ines(PinNote, { board: 'c', text: 'elsewhere' });
    const pin = (text: string, ifPosition: number) =>
      executor.execute({ command: make(PinNote, { board: 'b', text }), actor: 'zara', commandId: commandIdOfRequest('zara', text), ifPosition });
    await expect(pin('two', position)).resolves.toMatchObject({ revision: 1 });
    await expect(pin('three', position)).rejects.toMatchObject({ name: 'StreamChanged', status: 412, details: { changedAt: 4 } });
    await expect(pin('three', log.head().position)).resolves.toMatchObject({ revision: 2 });
    // A resend is answered, although its own event has come since.
    await expect(pin('two', position)).resolves.toMatchObject({ revision: 1 });
  });
});

describe('personal fields', () => {
  test('reach the log sealed under the actor\'s key, and a resend of the plain text is still known', async () => {
    const { log, zara } = village();
    const ack = await zara(WriteLetter, { text: 'Dear Ines, the mill is poisoned.' }, 'k');
    const [letter] = eventsOf(log);
    const { text } = (letter as { data: { text: string } }).data;
    expect(text).toMatch(/^sealed\.1\.zara\./);
    expect(secrets.open(text)).toBe('Dear Ines, the mill is poisoned.');
    expect(JSON.stringify(log.readAll(0))).not.toContain('poisoned');
    expect(await zara(WriteLetter, { text: 'Dear Ines, the mill is poisoned.' }, 'k')).toEqual(ack);
    await expect(zara(WriteLetter, { text: 'Dear Ines, all is well.' }, 'k')).rejects.toMatchObject({ name: 'IdempotencyKeyReused' });
  });

  test('leave nothing in the log that the service\'s own keys could test a guess against', async () => {
    const { log, zara } = village();
    const text = 'Dear Ines, the mill is poisoned.';
    await zara(WriteLetter, { text });
    const body = keyedHash(secrets.key('body-hash'), ['WriteLetter', { text }]);
    expect(log.readAll(1)[0]?.metadata.body).toMatch(/^[\w-]{43}$/);
    expect(log.readAll(1)[0]?.metadata.body).not.toBe(body);
  });
});

describe('the clock', () => {
  test.each([3_600_000, -3_600_000])('that jumps by %d ms stops commands until it comes back', async (jump) => {
    const clock = new SteeredClock('2026-06-21T10:00:00.000Z');
    const { log, zara } = village({ clock });
    await zara(PinNote, { board: 'b', text: 'before' });
    clock.jump(jump);
    await expect(zara(PinNote, { board: 'b', text: 'after' })).rejects.toMatchObject({ name: 'ClockUntrusted', status: 503 });
    clock.pass(600_000);
    await expect(zara(PinNote, { board: 'b', text: 'after' })).rejects.toMatchObject({ name: 'ClockUntrusted' });
    expect(log.head().position).toBe(2);
    clock.jump(-jump);
    await expect(zara(PinNote, { board: 'b', text: 'after' })).resolves.toMatchObject({ revision: 1 });
  });

  test('may be corrected in small steps for ever', async () => {
    const clock = new SteeredClock('2026-06-21T10:00:00.000Z');
    const { zara } = village({ clock });
    for (let n = 0; n < 20; n += 1) {
      clock.pass(61_000);
      clock.jump(1_500);
      await expect(zara(PinNote, { board: 'b', text: `${n}` })).resolves.toMatchObject({ revision: n });
    }
  });
});

describe('stopping', () => {
  test('finishes what was taken and takes nothing new', async () => {
    const { executor, zara } = village();
    const taken = [1, 2, 3].map((n) => zara(PinNote, { board: 'b', text: `${n}` }));
    const closed = executor.close();
    await expect(zara(PinNote, { board: 'b', text: 'late' })).rejects.toMatchObject({ name: 'ShuttingDown', status: 503 });
    await closed;
    expect((await Promise.all(taken)).map(({ revision }) => revision)).toEqual([0, 1, 2]);
  });
});

describe('wiring', () => {
  test('a command that nothing is bound to is a bug, told at once', async () => {
    const { executor } = village();
    expect(() => executor.commandNamed('Unknown', {})).toThrow(/no command/);
    await expect(executor.execute({ command: new Date(), actor: 'zara', commandId: 'x' })).rejects.toThrow(/no decider/);
  });
});
