// Names: what a play file kept of earlier answers, put in place of `{name}`; for an instant also `{name+90d}`, that much later.
import { after, type Duration } from '../../kernel/index.ts';
import { isObject } from './line.ts';

const REFERENCE = /\{\{|\{([a-z0-9][a-z0-9-]*)(?:\+(\d{1,6})([dhms]))?\}/g;

const UNITS: Readonly<Record<string, keyof Duration>> = { d: 'days', h: 'hours', m: 'minutes', s: 'seconds' };

export class UnknownName extends Error {
  constructor(name: string, known: Iterable<string>) {
    const near = nearest(name, known);
    super(`nothing was saved as {${name}} before this line${near ? `; did you mean {${near}}?` : ''}`);
    this.name = 'UnknownName';
  }
}

export class Names {
  private readonly values = new Map<string, unknown>();

  set(name: string, value: unknown): void {
    this.values.set(name, value);
  }

  get(name: string): unknown {
    if (!this.values.has(name)) throw new UnknownName(name, this.values.keys());
    return this.values.get(name);
  }

  /** Puts values in place of names, at any depth. A text that is nothing but `{name}` becomes the value itself. @throws UnknownName */
  resolve(value: unknown): unknown {
    if (typeof value === 'string') return this.resolveText(value);
    if (Array.isArray(value)) return value.map((one) => this.resolve(one));
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.resolve(one)]));
    return value;
  }

  /** For texts that stay texts, such as paths. */
  text(template: string, encode: (value: string) => string = (value) => value): string {
    return template.replace(REFERENCE, (_, name?: string, amount?: string, unit?: string) => {
      if (name === undefined) return '{';
      const value = String(this.get(name));
      return encode(unit === undefined ? value : after(value, { [UNITS[unit] as string]: Number(amount) }));
    });
  }

  private resolveText(text: string): unknown {
    const whole = /^\{([a-z0-9][a-z0-9-]*)\}$/.exec(text)?.[1];
    return whole === undefined ? this.text(text) : this.get(whole);
  }
}

/** A part of an answer by its path: `id`, `events.0.type`. undefined where there is none. */
export function partOf(answer: unknown, path: string): unknown {
  let at: unknown = answer;
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}

/** Where an answer is not as expected, as a sentence; undefined when it contains all that is expected. */
export function difference(expected: unknown, found: unknown, path = ''): string | undefined {
  if (Array.isArray(expected) && Array.isArray(found)) {
    if (expected.length !== found.length) return `${path || 'the answer'} has ${found.length} elements, not ${expected.length}`;
    return firstOf(expected.map((one, i) => difference(one, found[i], `${path}${path && '.'}${i}`)));
  }
  if (isObject(expected) && isObject(found)) {
    return firstOf(Object.entries(expected).map(([key, one]) => difference(one, found[key], `${path}${path && '.'}${key}`)));
  }
  if (Object.is(expected, found)) return undefined;
  return `${path || 'the answer'} is ${short(found)}, not ${short(expected)}`;
}

const firstOf = (differences: readonly (string | undefined)[]): string | undefined => differences.find((one) => one !== undefined);

const short = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const one of known) {
    const distance = editDistance(name, one);
    if (distance <= 2 && (!best || distance < best.distance)) best = { name: one, distance };
  }
  return best?.name;
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
