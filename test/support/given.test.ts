// The words in which rules are told mean what they say.
import { describe, expect, test } from '@jest/globals';
import { accept, decider, defineRejections, refuse, type Act, type Event } from '../../src/kernel/index.ts';
import { facts, process, temporal, view } from '../../src/runtime/index.ts';
import { at, folded, given } from './given.ts';

type DoorEvent = Event<'DoorOpened', { by: string }> | Event<'DoorClosed', { by: string }>;
type Knock = Event<'Knocked', { by: string }>;
const doors = defineRejections({ TestDoorLocked: [409, 'the door is locked', 'A locked door stays shut.'] });
const house = { name: 'test-house', initial: { locked: false }, evolve: (_: { locked: boolean }, event: Event) => ({ locked: event.type === 'HouseLocked' }) };

const door = decider<DoorEvent, { open: boolean; last: number }>()({
  name: 'test-door',
  initial: { open: false, last: 0 },
  decide: {
    OpenDoor(command: { by: string }, state: { open: boolean }, context: { house: { locked: boolean } } & Act) {
      if (context.house.locked) return refuse(doors.TestDoorLocked({ by: command.by }), { type: 'Knocked', data: { by: context.actor } } satisfies Knock);
      return state.open ? accept<DoorEvent>() : accept<DoorEvent>({ type: 'DoorOpened', data: { by: command.by } });
    },
  },
  evolve: (_, event) => ({ open: event.type === 'DoorOpened', last: event.position }),
});

const opened = (by: string): DoorEvent => ({ type: 'DoorOpened', data: { by } });
const closed = (by: string): DoorEvent => ({ type: 'DoorClosed', data: { by } });
const opening = (by: string) => ['OpenDoor', { by }, { actor: by }] as const;

describe('given', () => {
  test('a decider accepts events, and its state follows', () => {
    const outcome = given(door, opened('zara'), closed('ines'), { house: folded(house) }).when(...opening('zara')).then(opened('zara'));
    expect(outcome.state).toEqual({ open: true, last: 3 });
  });

  test('a decider refuses by name, with details and a record', () => {
    given(door, { house: folded(house, { type: 'HouseLocked', data: {} }) })
      .when(...opening('zara'))
      .thenRefused('TestDoorLocked', { by: 'zara' })
      .leaving({ type: 'Knocked', data: { by: 'zara' } });
  });

  test('what is told wrongly fails', () => {
    const locked = given(door, { house: { locked: true } });
    expect(() => locked.when(...opening('zara')).then(opened('zara'))).toThrow(/refused: TestDoorLocked/);
    expect(() => given(door, { house: { locked: false } }).when(...opening('zara')).thenRefused('TestDoorLocked')).toThrow(/DoorOpened/);
    expect(() => given(door, [opened('a')], { house: { locked: false } }).when(...opening('zara')).then(opened('zara'))).toThrow();
  });

  test('events count on from the position told', () => {
    expect(folded(door, at(opened('a'), { position: 7 }), closed('b')).last).toBe(8);
  });

  test('a view has rows, and a process owes', () => {
    const entrance = view<DoorEvent>()({
      name: 'entrance',
      version: 1,
      tables: { door: temporal({ open: 'boolean', by: 'text' }), uses: facts({ by: 'text' }) },
      project: {
        '*': (event, rows) => rows.uses.add({ by: event.actor }),
        DoorOpened: (event, rows) => rows.door.open('front', { open: true, by: event.data.by }),
        DoorClosed: (event, rows) => rows.door.change('front', { open: false, by: event.data.by }),
      },
    });
    given(entrance, opened('a'), at(closed('b'), { actor: 'b' }))
      .then('door', { front: { open: false, by: 'b' } })
      .thenRow('door', 'front', { by: 'b' })
      .then('uses', [{ by: 'someone' }, { by: 'b' }]);

    const shutting = process<DoorEvent>()({
      name: 'shutting',
      version: 1,
      opens: { DoorOpened: (event) => ({ key: event.data.by, due: '2026-06-21T13:00:00.000Z' }) },
      discharges: { DoorClosed: (event) => event.data.by },
      run: (owed) => ({ command: 'CloseDoor', body: { by: owed.key } }),
    });
    given(shutting, opened('a'), opened('b'), closed('a'))
      .thenOwed('b')
      .thenRuns('b', { command: 'CloseDoor', body: { by: 'b' } }, '2026-06-21T13:00:00.000Z');
  });
});
