// A wall clock that jumps an hour either way: commands are refused by name and no deadline fires until it can be trusted again.
import { afterEach, describe, expect, test } from '@jest/globals';
import { SimulatedClock } from '../../src/kernel/index.ts';
import { ClockWatch } from '../../src/runtime/index.ts';

const HOUR = 3_600_000;

describe('a wall clock that jumps', () => {
  let wall = Date.parse('2026-06-21T12:00:00.000Z');
  let steady = 0;
  const clock = { kind: 'system' as const, now: () => wall, monotonic: () => steady };
  const pass = (ms: number, jump = 0): void => {
    wall += ms + jump;
    steady += ms;
  };
  afterEach(() => {
    wall = Date.parse('2026-06-21T12:00:00.000Z');
    steady = 0;
  });

  test.each([['forward', HOUR], ['back', -HOUR]])('an hour %s is not trusted', (_, jump) => {
    const watch = new ClockWatch(clock);
    watch.assertTrusted();
    pass(1_000, jump);
    expect(() => watch.assertTrusted()).toThrow(expect.objectContaining({ name: 'ClockUntrusted', status: 503 }));
  });

  test('is trusted again when it has come back to what the monotonic clock says', () => {
    const watch = new ClockWatch(clock);
    pass(1_000, HOUR);
    expect(() => watch.assertTrusted()).toThrow(expect.objectContaining({ name: 'ClockUntrusted' }));
    pass(1_000, -HOUR);
    watch.assertTrusted();
  });

  test('a simulated clock that is moved is no jump', () => {
    const simulated = new SimulatedClock('2147-01-01T00:00:00.000Z');
    const watch = new ClockWatch(simulated);
    simulated.advanceTo('2147-12-31T00:00:00.000Z');
    watch.assertTrusted();
  });
});
