// What the writer thread and the thread it writes for tell each other. Flat arrays: cloning objects costs twice as much.
import type { EncodedAppend } from '../append-encoding.ts';

/** -1 stands for 'none'. */
export type RevisionOrNone = number;

export interface AppendOperation {
  readonly kind: 'append';
  readonly stream: string;
  readonly expected: RevisionOrNone;
  readonly commandId: string;
  readonly attempt: number;
  readonly recordedAt: number;
  readonly metadata: string;
  readonly guards: readonly FlatGuard[];
  readonly types: readonly string[];
  readonly datas: readonly string[];
}

export interface FlatGuard {
  readonly stream: string;
  readonly revision: RevisionOrNone;
}

export interface FollowedRow {
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly commandId: string;
  readonly attempt: number;
  readonly index: number;
  readonly eventId: string;
  readonly recordedAt: number;
  readonly data: string;
  readonly metadata: string;
  readonly sourcePosition: string;
  readonly guards: readonly FlatGuard[];
}

export interface FollowOperation {
  readonly kind: 'follow';
  /** Source position of what was handed over before, '' at the beginning: what comes after it must not be numbered without it. */
  readonly after: string;
  readonly rows: readonly FollowedRow[];
}

export type Operation = AppendOperation | FollowOperation;

export type Reply =
  | { readonly kind: 'appended'; readonly first: number; readonly last: number; readonly revision: number; readonly time: number }
  | { readonly kind: 'followed'; readonly last: number; readonly source: string }
  | { readonly kind: 'conflict'; readonly of: 'stream' | 'guard'; readonly stream: string; readonly expected: RevisionOrNone; readonly actual: RevisionOrNone }
  | { readonly kind: 'already' }
  | { readonly kind: 'diverged'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly outcome: 'none' | 'unknown'; readonly reason: string };

/** From the writer: replies in the order of the operations, its state where that changes, or that it has closed the file. */
export type FromWriter =
  | { readonly replies: readonly unknown[] }
  | { readonly state: 'ok' }
  | { readonly state: 'unavailable' | 'diverged'; readonly reason: string }
  | { readonly state: 'closed' };

/** To the writer: operations, or 'close' when no more will come. */
export type ToWriter = readonly unknown[] | 'close';

export const flatRevision = (revision: number | 'none'): RevisionOrNone => (revision === 'none' ? -1 : revision);
export const namedRevision = (revision: RevisionOrNone): number | 'none' => (revision === -1 ? 'none' : revision);

type Guards = readonly { readonly stream: string; readonly revision: number | 'none' }[];

function writeGuards(to: unknown[], guards: Guards): void {
  to.push(guards.length);
  for (const { stream, revision } of guards) to.push(stream, flatRevision(revision));
}

export function writeAppend(to: unknown[], append: EncodedAppend, recordedAt: number): void {
  const { stream, expected, commandId, attempt, metadata, types, datas } = append;
  to.push('append', stream, flatRevision(expected), commandId, attempt, recordedAt, metadata);
  writeGuards(to, append.guards);
  to.push(types.length);
  for (let i = 0; i < types.length; i++) to.push(types[i], datas[i]);
}

export function writeFollow(to: unknown[], after: string, rows: readonly (Omit<FollowedRow, 'guards'> & { readonly guards: Guards })[]): void {
  to.push('follow', after, rows.length);
  for (const row of rows) {
    to.push(row.stream, row.revision, row.type, row.commandId, row.attempt, row.index, row.eventId, row.recordedAt);
    to.push(row.data, row.metadata, row.sourcePosition);
    writeGuards(to, row.guards);
  }
}

/** Reads flat arrays in the order in which they were written. */
class Fields {
  private readonly fields: readonly unknown[];
  private at = 0;

  constructor(fields: readonly unknown[]) {
    this.fields = fields;
  }

  get done(): boolean {
    return this.at >= this.fields.length;
  }

  text(): string {
    return this.fields[this.at++] as string;
  }

  number(): number {
    return this.fields[this.at++] as number;
  }

  times<T>(read: () => T): T[] {
    const count = this.number();
    const found: T[] = [];
    for (let i = 0; i < count; i++) found.push(read());
    return found;
  }
}

export function readOperations(flat: readonly unknown[]): Operation[] {
  const fields = new Fields(flat);
  const operations: Operation[] = [];
  const guard = (): FlatGuard => ({ stream: fields.text(), revision: fields.number() });
  while (!fields.done) operations.push(fields.text() === 'append' ? readAppend(fields, guard) : readFollow(fields, guard));
  return operations;
}

function readAppend(fields: Fields, guard: () => FlatGuard): AppendOperation {
  const stream = fields.text();
  const expected = fields.number();
  const commandId = fields.text();
  const attempt = fields.number();
  const recordedAt = fields.number();
  const metadata = fields.text();
  const guards = fields.times(guard);
  const types: string[] = [];
  const datas = fields.times(() => {
    types.push(fields.text());
    return fields.text();
  });
  return { kind: 'append', stream, expected, commandId, attempt, recordedAt, metadata, guards, types, datas };
}

function readFollow(fields: Fields, guard: () => FlatGuard): FollowOperation {
  const after = fields.text();
  const rows = fields.times((): FollowedRow => {
    const stream = fields.text();
    const revision = fields.number();
    const type = fields.text();
    const commandId = fields.text();
    const attempt = fields.number();
    const index = fields.number();
    const eventId = fields.text();
    const recordedAt = fields.number();
    const data = fields.text();
    const metadata = fields.text();
    const sourcePosition = fields.text();
    return { stream, revision, type, commandId, attempt, index, eventId, recordedAt, data, metadata, sourcePosition, guards: fields.times(guard) };
  });
  return { kind: 'follow', after, rows };
}

export function writeReply(to: unknown[], reply: Reply): void {
  to.push(reply.kind);
  if (reply.kind === 'appended') to.push(reply.first, reply.last, reply.revision, reply.time);
  else if (reply.kind === 'followed') to.push(reply.last, reply.source);
  else if (reply.kind === 'conflict') to.push(reply.of, reply.stream, reply.expected, reply.actual);
  else if (reply.kind === 'diverged') to.push(reply.reason);
  else if (reply.kind === 'unavailable') to.push(reply.outcome, reply.reason);
}

export function readReplies(flat: readonly unknown[]): Reply[] {
  const fields = new Fields(flat);
  const replies: Reply[] = [];
  while (!fields.done) replies.push(readReply(fields));
  return replies;
}

function readReply(fields: Fields): Reply {
  const kind = fields.text() as Reply['kind'];
  switch (kind) {
    case 'appended':
      return { kind, first: fields.number(), last: fields.number(), revision: fields.number(), time: fields.number() };
    case 'followed':
      return { kind, last: fields.number(), source: fields.text() };
    case 'conflict':
      return { kind, of: fields.text() as 'stream' | 'guard', stream: fields.text(), expected: fields.number(), actual: fields.number() };
    case 'already':
      return { kind };
    case 'diverged':
      return { kind, reason: fields.text() };
    case 'unavailable':
      return { kind, outcome: fields.text() as 'none' | 'unknown', reason: fields.text() };
  }
}
