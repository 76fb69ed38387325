// Shares: every view is built by exactly one thread, and the threads have about as much to do.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { facts, view, viewsOf, type View } from '../../../src/runtime/index.ts';
import { sharesOf } from '../../../src/runtime/views/shares.ts';
import * as registry from '../../support/registry-views.ts';
import type { YardEvent } from '../../support/registry-views.ts';
import { stored, weighed, Yard } from './yard-log.ts';

let place: Yard;
beforeEach(async () => {
  place = await Yard.open();
});
afterEach(() => place.close());

const dealt = (views: readonly View[], threads: number): string[][] => sharesOf(views, threads, place.log, registry.catalogue).map((share) => share.map(({ name }) => name));
const nothing = (): void => {};
const counting = (name: string, lists: readonly 'a'[][], project: Partial<Record<YardEvent['type'] | '*', () => void>>): View =>
  view<YardEvent>()({ name, version: 1, tables: { counted: facts({ a: 'text', b: 'text' }, lists) }, project }) as View;

describe('shares', () => {
  test('have every view once, however many threads there are, also of an empty log', async () => {
    const views = viewsOf(registry);
    for (let events = 0; events < 2; events++) {
      for (const threads of [1, 2, views.length, 9]) {
        const shares = dealt(views, threads);
        expect(shares).toHaveLength(Math.min(threads, views.length));
        expect(shares.flat().toSorted()).toEqual(views.map(({ name }) => name).toSorted());
        expect(shares.every((share) => share.length > 0)).toBe(true);
      }
      await place.fills(100);
    }
  });

  test('weigh what views have to write of this log: a view of rare events is no work, a list is', async () => {
    for (let n = 0; n < 200; n++) await place.happens(stored(`lot ${n}`, 'ada'), stored(`other ${n}`, 'ada'), weighed(`lot ${n}`, n));
    const often = counting('often', [['a']], { LotStored: nothing });
    const always = counting('always', [], { '*': nothing });
    const rare = counting('rare', [['a']], { BeamBroken: nothing });
    const seldom = counting('seldom', [['a']], { LotWeighed: nothing });
    // 4 per three events, 3, 0 and 2.
    expect(dealt([rare, seldom, always, often], 2)).toEqual([['often', 'rare'], ['always', 'seldom']]);
  });
});
