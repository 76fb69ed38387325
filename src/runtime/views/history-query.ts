// History query: pages and counts of a history tree at any position, read node by node from the file.
import { FOREVER, wordsOf } from './history-tree.ts';
import { readable } from './rows-damaged.ts';

const LEAF_STRIDE = 4;
const INNER_STRIDE = 5;
const [LIST, ID, FROM, TO, CHILD] = [0, 1, 2, 3, 4];

export interface HistorySource {
  /** The tree's root at a position. */
  rootAt(position: number): number;
  node(no: number): Uint8Array;
}

/** A key of the tree. */
export interface Member {
  readonly list: number;
  readonly id: number;
}

/** Members from `low` to `high`, both inclusive. */
export interface HistoryRange {
  readonly position: number;
  readonly low: Member;
  readonly high: Member;
}

export const LAST_ID = FOREVER - 1;

const above = (a: Member, b: Member): number => a.list - b.list || a.id - b.id;

/** At most `limit` members of the range at the position, in order of list and id, or from the end. @throws RowsDamaged */
export function membersAt(source: HistorySource, range: HistoryRange, limit: number, descending = false): Member[] {
  const found: Member[] = [];
  if (above(range.low, range.high) <= 0) readable(() => collect(source, source.rootAt(range.position), range, limit, descending, found));
  return found;
}

function collect(source: HistorySource, no: number, range: HistoryRange, limit: number, descending: boolean, found: Member[]): void {
  const words = wordsOf(source.node(no));
  if (words[0] === 0) {
    const members: Member[] = [];
    for (let at = 1; at < words.length; at += LEAF_STRIDE) {
      if (isWithin(words, at, range)) members.push({ list: words[at + LIST] as number, id: words[at + ID] as number });
    }
    members.sort(descending ? (a, b) => above(b, a) : above);
    for (let i = 0; i < members.length && found.length < limit; i++) found.push(members[i] as Member);
    return;
  }
  const children = childrenAt(words, range);
  if (descending) children.reverse();
  for (const child of children) {
    if (found.length >= limit) return;
    collect(source, child, range, limit, descending, found);
  }
}

/** How many members the range has at the position. Reads every leaf of the range. @throws RowsDamaged */
export const countAt = (source: HistorySource, range: HistoryRange): number => readable(() => countUnder(source, range, source.rootAt(range.position)));

function countUnder(source: HistorySource, range: HistoryRange, no: number): number {
  const words = wordsOf(source.node(no));
  let count = 0;
  if (words[0] === 0) {
    for (let at = 1; at < words.length; at += LEAF_STRIDE) if (isWithin(words, at, range)) count++;
    return count;
  }
  for (const child of childrenAt(words, range)) count += countUnder(source, range, child);
  return count;
}

const isAlive = (words: Uint32Array, at: number, position: number): boolean =>
  (words[at + FROM] as number) <= position && (words[at + TO] as number) > position;

const isAbove = (words: Uint32Array, at: number, list: number, id: number): boolean => {
  const own = words[at + LIST] as number;
  return own > list || (own === list && (words[at + ID] as number) > id);
};

function isWithin(words: Uint32Array, at: number, { position, low, high }: HistoryRange): boolean {
  if (!isAlive(words, at, position) || isAbove(words, at, high.list, high.id)) return false;
  const list = words[at + LIST] as number;
  return list > low.list || (list === low.list && (words[at + ID] as number) >= low.id);
}

/** Children alive at the position whose range meets the one asked for, in order of their routers. */
function childrenAt(words: Uint32Array, { position, low, high }: HistoryRange): number[] {
  const within: number[] = [];
  // The highest router not above `low` leads to where the range begins.
  let first = -1;
  for (let at = 1; at < words.length; at += INNER_STRIDE) {
    if (!isAlive(words, at, position)) continue;
    if (!isAbove(words, at, low.list, low.id)) {
      if (first < 0 || isAbove(words, at, words[first + LIST] as number, words[first + ID] as number)) first = at;
    } else if (!isAbove(words, at, high.list, high.id)) within.push(at);
  }
  within.sort((a, b) => (words[a + LIST] as number) - (words[b + LIST] as number) || (words[a + ID] as number) - (words[b + ID] as number));
  if (first >= 0) within.unshift(first);
  return within.map((at) => words[at + CHILD] as number);
}
