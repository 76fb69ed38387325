// Play files: what a line may say, what names stand for, and under which keys lines are sent.
import { describe, expect, test } from '@jest/globals';
import { parsePlay } from '../../src/cli/play/line.ts';
import { difference, Names, partOf } from '../../src/cli/play/names.ts';

const mistake = (text: string): string => {
  try {
    parsePlay(text, 'market.jsonl');
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the file was taken');
};

describe('a play file', () => {
  test('says nothing in empty lines and comments, and keeps its line numbers', () => {
    const lines = parsePlay('# a day\n\n{"tell":"morning"}\r\n  {"tell":"evening"}\n', 'market.jsonl');
    expect(lines.map(({ place, tell }) => [place, tell])).toEqual([['market.jsonl:3', 'morning'], ['market.jsonl:4', 'evening']]);
  });

  test.each([
    ['{"send":"POST /lots"', 'market.jsonl:1: not JSON'],
    ['["POST /lots"]', 'a line is a JSON object'],
    ['{"tell":"a"}\n{"sned":"POST /lots"}', 'market.jsonl:2: unknown property "sned"'],
    ['{"send":"lots"}', '"send" must be a method and a path'],
    ['{"at":"tomorrow","tell":"a"}', '"at" must be an instant in UTC'],
    ['{"at":"2147-13-01T00:00:00Z","tell":"a"}', '"at" must be an instant in UTC'],
    ['{"as":"zara","body":{}}', '"as" goes with "send"'],
    ['{}', 'the line does nothing'],
    ['{"send":"GET /lots","body":{}}', 'a GET has no body'],
    ['{"send":"POST /evidence","body":{},"file":{"type":"text/plain","text":"a"}}', 'either "body" or "file"'],
    ['{"send":"POST /lots","save":{"Silk":"id"}}', '"save" must be an object of names'],
    ['{"send":"POST /lots","within":-1}', '"within" must be a number of seconds'],
  ])('with %s is refused', (text, reason) => {
    expect(mistake(text)).toContain(reason);
  });

  test('gives a line its key by what it says and which of its likes it is, wherever it stands', () => {
    const keys = (text: string) => parsePlay(text, 'market.jsonl').map(({ key }) => key);
    const [a, b, again] = keys('{"send":"POST /a"}\n{"send":"POST /b"}\n{"send":"POST /a"}');
    expect(new Set([a, b, again]).size).toBe(3);
    expect(keys('# moved\n\n{"send":"POST /a"}\n{"send":"POST /a"}')).toEqual([a, again]);
    expect(parsePlay('{"send":"POST /a"}', 'other.jsonl')[0]?.key).not.toBe(a);
  });
});

describe('names', () => {
  const names = new Names();
  names.set('silk', 'b0a1');
  names.set('rows', [1, 2]);
  names.set('founded', '2147-01-05T08:00:00.000Z');

  test('stand for what was saved, as it was where a text is nothing else', () => {
    expect(names.resolve({ lot: '{silk}', note: 'lot {silk}, {{silk}', all: '{rows}', n: 1 })).toEqual({ lot: 'b0a1', note: 'lot b0a1, {silk}', all: [1, 2], n: 1 });
  });

  test('stand for a later instant with a duration', () => {
    expect(names.resolve('{founded+90d}')).toBe('2147-04-05T08:00:00.000Z');
    expect(() => names.resolve('{silk+90d}')).toThrow('not an instant');
  });

  test('must be known; a slip of the pen is guessed at', () => {
    expect(() => names.resolve('{skil}')).toThrow('did you mean {silk}?');
    expect(() => names.resolve('{somebody-else}')).toThrow(/^nothing was saved as \{somebody-else\} before this line$/);
  });

  test('are never taken from an object\'s prototype', () => {
    expect(() => names.resolve('{constructor}')).toThrow('nothing was saved');
    expect(partOf({ id: 'a' }, 'constructor')).toBeUndefined();
    expect(partOf({ events: [{ type: 'LotRegistered' }] }, 'events.0.type')).toBe('LotRegistered');
  });
});

describe('an expected answer', () => {
  test('may have more properties than expected, but not other elements', () => {
    expect(difference({ rows: [{ a: 1 }] }, { rows: [{ a: 1, b: 2 }], next: 'x' })).toBeUndefined();
    expect(difference({ rows: [] }, { rows: [1] })).toBe('rows has 1 elements, not 0');
    expect(difference({ counts: { yes: 3 } }, { counts: { yes: 2 } })).toBe('counts.yes is 2, not 3');
    expect(difference({ outcome: 'passed' }, {})).toBe('outcome is absent, not "passed"');
    expect(difference({ a: null }, { a: null })).toBeUndefined();
  });
});
