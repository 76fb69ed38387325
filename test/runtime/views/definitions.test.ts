// What a view may declare and do: mistakes are told when it is loaded, or stop it at the event that shows them.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Event, Recorded } from '../../../src/kernel/index.ts';
import { facts, temporal, view, viewsOf, type Tables, type View } from '../../../src/runtime/index.ts';
import { layoutOf } from '../../../src/runtime/views/layout.ts';
import { createViewFile, LiveViewFile } from '../../../src/runtime/views/view-file.ts';
import { tablesAt, ViewReader } from '../../../src/runtime/views/view-reader.ts';
import { diary, yard } from '../../support/registry-views.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary.ts';

const declared = (over: Partial<View>) => () => layoutOf({ ...yard, ...over });
const withTable = (table: Tables[string]) => declared({ tables: { lots: table } });

describe('a view is refused', () => {
  test.each<[string, () => unknown, string]>([
    ['with a name that is no file name', declared({ name: '../yard' }), 'is not of the form words-with-hyphens'],
    ['with the version nought', declared({ version: 0 }), 'versions are 1, 2, 3'],
    ['with a table that SQL could not name', declared({ tables: { 'lots"': temporal({ a: 'text' }) } }), 'cannot have the name'],
    ['with a column that every row has', withTable(temporal({ since: 'integer' })), 'cannot have the name since'],
    ['with a column of no type', withTable(temporal({ mass: 'float' as 'text' })), 'no column type float'],
    ['with a list by no column', withTable(temporal({ a: 'text' }, [['b' as 'a']])), 'has no column b'],
    ['with a list declared twice', withTable(facts({ a: 'text', b: 'text' }, [['a', 'b'], ['b', 'a']])), 'declares a list twice'],
    ['ordered by what is no instant', withTable(temporal({ a: 'text' }, [], { ordered: ['a'] })), 'is no instant'],
    ['under a name that another one has', () => viewsOf({ views: [yard, { ...diary, name: 'yard' }], processes: [] }), 'two views have one name'],
  ])('%s', (_, load, reason) => {
    expect(load).toThrow(reason);
  });
});

type Told = Event<'Told', { readonly act: 'open' | 'change' | 'close' | 'add'; readonly key?: string; readonly row?: object }>;

const columns = { text: 'text', integer: 'integer', boolean: 'boolean', instant: 'instant', json: 'json', maybe: 'text?' } as const;
/** Does what it is told: so a test says what a `project` does. */
const obedient = view<Told>()({
  name: 'obedient',
  version: 1,
  tables: { rows: temporal(columns), facts: facts(columns) },
  project: {
    Told: ({ data: { act, key = 'k', row = {} } }, { rows, facts: of }) => {
      if (act === 'open') rows.open(key, row as never);
      else if (act === 'change') rows.change(key, row);
      else if (act === 'close') rows.close(key);
      else of.add(row as never);
    },
  },
});
const row = { text: '', integer: 0, boolean: false, instant: '2026-03-01T00:00:00Z', json: [], maybe: null };

describe('a projection', () => {
  const history = { chainAt: () => 'same' };
  let place: TemporaryDirectory;
  let file: LiveViewFile;
  let position: number;
  beforeEach(() => {
    place = temporaryDirectory();
    position = 0;
    const path = `${place.path}/obedient.sqlite`;
    createViewFile(path, obedient, layoutOf(obedient), { position, chain: 'same' });
    ({ file } = LiveViewFile.open(path, obedient, layoutOf(obedient), history));
  });
  afterEach(() => {
    file.close();
    place.remove();
  });

  const project = (...told: Told['data'][]): void => {
    file.begin();
    for (const data of told) {
      position++;
      const event = { type: 'Told', data, position, stream: 's', revision: 0, time: 0, commandId: '', actor: 'ada' } as Recorded<Told>;
      file.writer.apply(event as Recorded<Event>);
    }
  };
  const rowsNow = () => {
    file.commit({ position, chain: 'same' });
    const reader = new ViewReader(file.path, obedient, history);
    const all = [...tablesAt(obedient, position, () => reader).rows.scan()];
    reader.close();
    return all;
  };

  test.each<[string, Told['data'][], string]>([
    ['that opens an open key', [{ act: 'open', row }, { act: 'open', row }], 'rows k is open already'],
    ['that changes a key that never was', [{ act: 'change', row: {} }], 'rows k is not open'],
    ['that changes a closed key', [{ act: 'open', row }, { act: 'close' }, { act: 'change', row: {} }], 'rows k is not open'],
    ['that closes a closed key', [{ act: 'open', row }, { act: 'close' }, { act: 'close' }], 'rows k is not open'],
    ['that names no column', [{ act: 'open', row }, { act: 'change', row: { mass: 1 } }], 'rows has no column mass'],
    ['with a column too many', [{ act: 'open', row: { ...row, mass: 1 } }], 'rows has no column mass'],
    ['with a column too few', [{ act: 'open', row: { ...row, json: undefined } }], 'rows.json takes json, not undefined'],
    ['with null where none may be', [{ act: 'add', row: { ...row, text: null } }], 'facts.text takes text, not null'],
    ['with a key that is no text', [{ act: 'open', key: 7 as never, row }], 'a key is text, not number'],
  ])('%s is a mistake', (_, told, reason) => {
    expect(() => project(...told)).toThrow(expect.objectContaining({ name: 'ProjectionFailed', message: `view obedient cannot project Told at ${told.length}: ${reason.includes('key is') ? 'rows: ' : ''}${reason}` }));
  });

  test('with a value of another type than the column is a mistake', () => {
    const isOf: Record<string, (value: unknown) => boolean> = {
      text: (value) => typeof value === 'string',
      maybe: (value) => typeof value === 'string' || value === null,
      integer: (value) => Number.isSafeInteger(value),
      boolean: (value) => typeof value === 'boolean',
      instant: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
      json: (value) => value !== undefined && typeof value !== 'function',
    };
    const value = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constantFrom(null, undefined, 2 ** 53, '2026-03-01T00:00:00Z', '2026-13-01', '+275760-09-13T00:00:00.001Z'));
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(columns)), value, (column, of) => {
        const told: Told['data'] = { act: 'add', row: { ...row, [column]: of } };
        if (isOf[column]?.(of)) project(told);
        else expect(() => project(told)).toThrow(`facts.${column} takes ${columns[column as keyof typeof columns]}, not`);
      }),
      { numRuns: 300 },
    );
  });

  test('that changes nothing makes no version', () => {
    project({ act: 'open', row }, { act: 'change', row: { ...row, instant: '2026-03-01T01:00:00.000+01:00', integer: -0 } });
    expect(rowsNow()).toEqual([{ ...row, instant: '2026-03-01T00:00:00.000Z', key: 'k', since: 1 }]);
  });

  test('that fails leaves nothing behind in the file', () => {
    project({ act: 'open', key: 'kept', row });
    const kept = rowsNow();
    expect(() => project({ act: 'open', key: 'lost', row }, { act: 'change', key: 'kept', row: { text: 'lost' } }, { act: 'close' })).toThrow('not open');
    file.rollback();
    position = 1;
    expect(rowsNow()).toEqual(kept);
    // And what comes next is as if it had never been tried.
    project({ act: 'open', key: 'lost', row: { ...row, text: 'found' } });
    expect(rowsNow().map(({ key, text, since }) => [key, text, since])).toEqual([['kept', '', 1], ['lost', 'found', 2]]);
  });
});
