// How two texts differ, line by line: the title, the prose, and what the machine does as canonical JSON with a value a line.
import { formatPatch, structuredPatch, type StructuredPatch } from 'diff';
import { canonicalJson } from '../kernel/index.ts';

export interface Comparable {
  readonly title: string;
  readonly prose: string;
  /** A measure, or what a protocol does. */
  readonly does: unknown;
}

export interface Difference {
  /** Lines. */
  readonly added: number;
  readonly removed: number;
  /** In the unified format, with three lines around each change; empty where nothing differs. */
  readonly diff: string;
}

/** Two revisions of a text, by number. */
export type TextDiff = Difference & { readonly from: number; readonly to: number };

/**
 * Lines added and removed up to which the shortest difference is looked for (the cost grows with their square): texts that differ in
 * more are told as one taken out and one put in.
 */
const MOST_EDITS = 2_000;

const linesOf = ({ title, prose, does }: Comparable): string[] =>
  [title, '', prose, '', JSON.stringify(JSON.parse(canonicalJson(does)), undefined, 2)].flatMap((part) => part.split(/\r\n|\n|\r/));

function replacing(from: readonly string[], to: readonly string[], names: readonly [string, string]): StructuredPatch {
  const lines = [...from.map((line) => `-${line}`), ...to.map((line) => `+${line}`)];
  const hunk = { oldStart: 1, oldLines: from.length, newStart: 1, newLines: to.length, lines };
  return { oldFileName: names[0], newFileName: names[1], oldHeader: undefined, newHeader: undefined, hunks: [hunk] };
}

/** What has to change in one text to make it the other. */
export function difference(from: Comparable, to: Comparable, names: readonly [string, string]): Difference {
  const [before, after] = [linesOf(from), linesOf(to)];
  const [a, b] = [before, after].map((lines) => `${lines.join('\n')}\n`) as [string, string];
  const patch = structuredPatch(names[0], names[1], a, b, undefined, undefined, { context: 3, maxEditLength: MOST_EDITS }) ?? replacing(before, after, names);
  const starting = (sign: string): number => patch.hunks.flatMap(({ lines }) => lines).filter((line) => line.startsWith(sign)).length;
  return { added: starting('+'), removed: starting('-'), diff: patch.hunks.length === 0 ? '' : formatPatch(patch) };
}

export const textDiff = (from: Comparable & { readonly revision: number }, to: Comparable & { readonly revision: number }): TextDiff =>
  ({ from: from.revision, to: to.revision, ...difference(from, to, [`revision ${from.revision}`, `revision ${to.revision}`]) });
