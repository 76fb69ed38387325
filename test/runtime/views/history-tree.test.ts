// The history tree against the plain memory of what was in which list when.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countAt, LAST_ID, membersAt, type HistoryRange, type HistorySource } from '../../../src/runtime/views/history-query.ts';
import { HistoryTree, newNode, packNode, unpackNode, type HistoryNode, type HistoryNodes } from '../../../src/runtime/views/history-tree.ts';

/** Nodes as the file keeps them: packed whenever they rest, so that nothing lives on in memory. */
class PackedNodes implements HistoryNodes, HistorySource {
  readonly packed = new Map<number, Uint8Array>();
  readonly buried = new Set<number>();
  private readonly dirty = new Set<HistoryNode>();
  private readonly held = new Map<number, HistoryNode>();
  private readonly roots: { from: number; node: number }[] = [];
  private last = 0;

  get(no: number): HistoryNode {
    let node = this.held.get(no);
    if (!node) this.held.set(no, (node = unpackNode(no, this.node(no))));
    return node;
  }
  add(level: number): HistoryNode {
    const node = newNode(++this.last, level);
    this.held.set(node.no, node);
    this.changed(node);
    return node;
  }
  changed(node: HistoryNode): void {
    if (this.buried.has(node.no)) throw new Error('a buried node was changed');
    this.dirty.add(node);
  }
  bury(node: HistoryNode): void {
    this.buried.add(node.no);
  }
  remove(node: HistoryNode): void {
    this.dirty.delete(node);
    this.packed.delete(node.no);
    this.held.delete(node.no);
  }
  root() {
    return this.roots.at(-1);
  }
  setRoot(from: number, node: number): void {
    if (this.roots.at(-1)?.from === from) this.roots.pop();
    this.roots.push({ from, node });
  }
  rest(): void {
    for (const node of this.dirty) this.packed.set(node.no, packNode(node));
    this.dirty.clear();
    this.held.clear();
  }
  rootAt(position: number): number {
    return (this.roots.findLast(({ from }) => from <= position) as { node: number }).node;
  }
  node(no: number): Uint8Array {
    const bytes = this.packed.get(no);
    if (!bytes) throw new Error(`no node ${no}`);
    return bytes;
  }
}

interface Stay {
  readonly list: number;
  readonly id: number;
  readonly from: number;
  to: number;
}

class Remembered {
  readonly stays: Stay[] = [];
  readonly open = new Map<string, Stay>();

  toggle(list: number, id: number, position: number): 'entered' | 'left' {
    const key = `${list}/${id}`;
    const stay = this.open.get(key);
    if (stay) {
      stay.to = position;
      this.open.delete(key);
      return 'left';
    }
    const next = { list, id, from: position, to: Infinity };
    this.open.set(key, next);
    this.stays.push(next);
    return 'entered';
  }
  idsAt(list: number, position: number): number[] {
    return this.stays.filter((s) => s.list === list && s.from <= position && s.to > position).map(({ id }) => id).sort((a, b) => a - b);
  }
}

function grown(moves: Iterable<{ list: number; id: number; step: number }>) {
  const nodes = new PackedNodes();
  const tree = new HistoryTree(nodes);
  const memory = new Remembered();
  let position = 1;
  for (const { list, id, step } of moves) {
    position += step;
    if (memory.toggle(list, id, position) === 'entered') tree.enter(list, id, position);
    else tree.leave(list, id, position);
    nodes.rest();
  }
  return { nodes, memory, head: position };
}

function agree({ nodes, memory, head }: ReturnType<typeof grown>, lists: number, positions: number[]): void {
  for (const position of positions) {
    for (let list = 0; list < lists; list++) {
      const expected = memory.idsAt(list, Math.min(position, head));
      const range = { position, low: { list, id: 0 }, high: { list, id: LAST_ID } };
      expect(idsAt(nodes, range)).toEqual(expected);
      expect(idsAt(nodes, range, Infinity, true)).toEqual([...expected].reverse());
      expect(countAt(nodes, range)).toBe(expected.length);
      const after = expected[expected.length >> 1];
      if (after === undefined) continue;
      expect(idsAt(nodes, { ...range, low: { list, id: after + 1 } }, 7)).toEqual(expected.filter((id) => id > after).slice(0, 7));
      if (after === 0) continue;
      expect(idsAt(nodes, { ...range, high: { list, id: after - 1 } }, 7, true)).toEqual(expected.filter((id) => id < after).reverse().slice(0, 7));
    }
    const all = { position, low: { list: 0, id: 0 }, high: { list: lists, id: LAST_ID } };
    const expected = Array.from({ length: lists }, (_, list) => memory.idsAt(list, Math.min(position, head))).flat();
    expect(idsAt(nodes, all)).toEqual(expected);
  }
}

const idsAt = (source: HistorySource, range: HistoryRange, limit = Infinity, descending = false) =>
  membersAt(source, range, limit, descending).map(({ id }) => id);

const evenly = (head: number, n: number) => Array.from({ length: n }, (_, i) => Math.floor((i * (head + 2)) / (n - 1)));

describe('the history tree', () => {
  test('gives every list at every position as it was', () => {
    const move = fc.record({ list: fc.nat(3), id: fc.nat(40), step: fc.constantFrom(0, 0, 1, 1, 2) });
    fc.assert(
      fc.property(fc.array(move, { minLength: 1, maxLength: 600, size: 'max' }), (moves) => {
        const history = grown(moves);
        agree(history, 4, evenly(history.head, 60));
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    ['in order of id', (i: number) => ({ list: 0, id: i, step: 1 })],
    ['coming and going in order, as a queue', (i: number) => ({ list: 0, id: i % 2 ? i : i < 400 ? i : i - 399, step: 1 })],
    ['in random lists, coming and going', (i: number) => ({ list: (i * 7919) % 13, id: (i * 104_729) % 301, step: i % 3 })],
    ['many at one position', (i: number) => ({ list: i % 2, id: (i * 31) % 997, step: i % 500 ? 0 : 1 })],
    ['coming and going again and again at one position', (i: number) => ({ list: 0, id: i % 160, step: i % 1600 ? 0 : 1 })],
    ['growing backwards, then leaving backwards', (i: number) => ({ list: 1, id: 5000 - (i % 5000), step: 1 })],
  ])('holds up to 10,000 moves: %s', (_, move) => {
    const history = grown(Array.from({ length: 10_000 }, (__, i) => move(i)));
    agree(history, 13, evenly(history.head, 30));
  });

  test('reads few nodes for a page, however much has come and gone', () => {
    // One holder: 60,000 lots came and went; 50 at a time.
    const moves = Array.from({ length: 60_000 }, (_, i) => [{ list: 3, id: i + 1, step: 1 }, ...(i >= 50 ? [{ list: 3, id: i - 49, step: 1 }] : [])]).flat();
    const { nodes, head } = grown(moves);
    let read = 0;
    const source = { rootAt: (p: number) => nodes.rootAt(p), node: (no: number) => (read++, nodes.node(no)) };
    for (const position of evenly(head, 50).slice(2)) {
      read = 0;
      expect(idsAt(source, { position, low: { list: 3, id: 0 }, high: { list: 3, id: LAST_ID } }, 50).length).toBeGreaterThan(48);
      expect(read).toBeLessThanOrEqual(8);
    }
    // And all in all, space that is linear in what happened.
    expect(nodes.packed.size).toBeLessThan(moves.length / 20);
  });
});
