// The to-do list gives what is owed in due order, whatever is opened, discharged and put aside in between.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instantOf } from '../../src/kernel/index.ts';
import { ToDoList, type ToDo } from '../../src/runtime/to-do-list.ts';

test('the next one is always the earliest due of those that are open and not put aside', () => {
  const step = fc.record({ do: fc.constantFrom('open', 'open', 'discharge', 'aside', 'take up'), key: fc.nat(12), due: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const list = new ToDoList();
      const model = new Map<string, ToDo>();
      for (const [n, one] of steps.entries()) {
        const key = `${one.key}`;
        const known = model.get(key);
        if (one.do === 'open') model.set(key, list.open({ process: 'p', key, openedAt: n, due: instantOf(one.due), data: null }, ''));
        else if (one.do === 'discharge') {
          expect(list.discharge('p', key)).toBe(known);
          model.delete(key);
        } else if (known && one.do === 'aside') list.putAside(known, 'refused');
        else if (known) list.takeUp(known);
        const expected = [...model.values()].filter(({ aside }) => !aside).toSorted((a, b) => a.dueMs - b.dueMs || a.openedAt - b.openedAt);
        expect(list.next()).toBe(expected[0]);
        expect(new Set(list.runnable(3))).toEqual(new Set(expected.filter(({ dueMs }) => dueMs <= 3)));
        expect(list.size).toBe(model.size);
      }
    }),
  );
});
