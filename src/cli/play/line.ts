// One line of a play file: who does what, what is expected of it, and what is kept of the answer.
import { hash } from 'node:crypto';
import { EXIT, Failure } from '../failure.ts';

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** A line as it is written; `{name}` in texts stands for what was saved under that name, `{name+90d}` for that much later, `{{` for a brace. */
export interface PlayLine {
  /** Who sends: a name bound earlier. Absent: nobody, without a token. */
  readonly as?: string;
  /** PartyId in whose name, as a rule `{party}`. */
  readonly for?: string;
  /** Method and path: `POST /lots/{silk}/offers`. */
  readonly send?: string;
  readonly body?: unknown;
  /** A file's content in place of a body. */
  readonly file?: { readonly type: string; readonly text: string };
  /** Instant that the simulated clock is moved to before anything is sent. */
  readonly at?: string;
  /** Status or name of the rejection; absent: any success. */
  readonly expect?: number | string;
  /** What the answer must contain: objects may have more properties, arrays match element by element. */
  readonly answer?: unknown;
  /** Send again until it is as expected, for at most so many seconds. */
  readonly within?: number;
  /** Names to keep parts of the answer under: `{ "silk": "id" }`, `{ "first": "rows.0.key" }`. */
  readonly save?: Readonly<Record<string, string>>;
  /** The answer's `person` and `token` are this name's from now on. */
  readonly binds?: string;
  /** This name is who founds the community. */
  readonly founder?: string;
  /** Said when the line has been played. */
  readonly tell?: string;
}

export interface PlacedLine extends PlayLine {
  /** `year.jsonl:17`. */
  readonly place: string;
  /** Idempotency-Key: the same whenever this line of this file is played, wherever it has moved within the file. */
  readonly key: string;
}

const KEYS: Readonly<Record<keyof PlayLine, (value: unknown) => boolean>> = {
  as: isText,
  for: isText,
  send: (value) => isText(value) && /^(GET|POST|PUT|PATCH|DELETE) \/\S*$/.test(value),
  body: () => true,
  file: (value) => isObject(value) && isText(value['type']) && typeof value['text'] === 'string',
  at: (value) => isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value) && !Number.isNaN(Date.parse(value)),
  expect: (value) => isText(value) || (Number.isInteger(value) && (value as number) >= 200 && (value as number) <= 599),
  answer: () => true,
  within: (value) => typeof value === 'number' && value > 0 && value <= 3600,
  save: (value) => isObject(value) && Object.entries(value).every(([name, path]) => NAME.test(name) && isText(path)),
  binds: (value) => isText(value) && NAME.test(value),
  founder: (value) => isText(value) && NAME.test(value),
  tell: isText,
};

const SHAPES: Partial<Record<keyof PlayLine, string>> = {
  send: 'a method and a path, as in "POST /lots"',
  file: 'an object with type and text',
  at: 'an instant in UTC, as in "2147-03-01T09:00:00Z"',
  expect: 'an HTTP status or the name of a rejection',
  within: 'a number of seconds up to 3600',
  save: 'an object of names and places in the answer, as in {"silk": "id"}',
};

const NAME = /^[a-z0-9][a-z0-9-]*$/;

/** Idempotency keys of all lines of play files begin so. */
const KEY_PREFIX = 'play-';

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads a play file; empty lines and lines that begin with `#` say nothing.
 * @throws Failure PlayFileInvalid that names file and line
 */
export function parsePlay(text: string, file: string): PlacedLine[] {
  const seen = new Map<string, number>();
  return text.split('\n').flatMap((raw, index) => {
    const source = raw.trim();
    if (source === '' || source.startsWith('#')) return [];
    const place = `${file}:${index + 1}`;
    const line = checked(source, place);
    const times = (seen.get(source) ?? 0) + 1;
    seen.set(source, times);
    return [{ ...line, place, key: keyOf(file, `${times}\n${source}`) }];
  });
}

/** Key of something that playing this file makes the service do. */
export const keyOf = (file: string, what: string): string => KEY_PREFIX + hash('sha256', `${file}\n${what}`, 'hex').slice(0, 40);

function checked(source: string, place: string): PlayLine {
  const invalid = (reason: string): Failure => new Failure('PlayFileInvalid', `${place}: ${reason}`, EXIT.usage);
  let line: unknown;
  try {
    line = JSON.parse(source);
  } catch (error) {
    throw invalid(`not JSON (${(error as Error).message})`);
  }
  if (!isObject(line)) throw invalid('a line is a JSON object');
  for (const [key, value] of Object.entries(line)) {
    if (!Object.hasOwn(KEYS, key)) throw invalid(`unknown property "${key}"; there are ${Object.keys(KEYS).join(', ')}`);
    if (!KEYS[key as keyof PlayLine](value)) throw invalid(`"${key}" must be ${SHAPES[key as keyof PlayLine] ?? 'a text'}`);
  }
  const played = line as PlayLine;
  if (played.send === undefined) {
    const needless = (['as', 'for', 'body', 'file', 'expect', 'answer', 'within', 'save', 'binds'] as const).find((key) => key in played);
    if (needless) throw invalid(`"${needless}" goes with "send"`);
    if (!('at' in played || 'founder' in played || 'tell' in played)) throw invalid('the line does nothing: it needs "send", "at", "founder" or "tell"');
  }
  if (played.body !== undefined && played.file !== undefined) throw invalid('a line sends either "body" or "file"');
  if (played.send?.startsWith('GET ') && (played.body !== undefined || played.file !== undefined)) throw invalid('a GET has no body');
  return played;
}

/** Whether any line needs the simulated clock. */
export const firstTimed = (lines: readonly PlacedLine[]): PlacedLine | undefined => lines.find(({ at }) => at !== undefined);
