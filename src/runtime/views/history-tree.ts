// History tree: which ids were in which list at which position, in order of id.
//
// A multiversion B-tree (Becker, Gschwind, Ohler, Seeger, Widmayer: "An asymptotically optimal multiversion B-tree", VLDB Journal
// 5, 1996) over keys (list, id). Every entry is alive from one position to another. A node that overflows, or has too few entries
// alive, is copied with the living alone and then never changes again; so a page of any list at any position costs a path
// from that position's root plus the nodes that hold the page, however much has come and gone.

/** `to` of what is alive now. Positions, ids and list numbers must be lower. */
export const FOREVER = 0xffff_ffff;

const LIST = 0;
const ID = 1;
const FROM = 2;
const TO = 3;
const CHILD = 4;
const STRIDE = 5;

const CAPACITY = 128;
/** Fewer alive than this, and the node is merged with a neighbour. */
const FEW = 24;
/** A copy with fewer is merged, with more is split, so that it lasts for a while. */
const TOO_FEW = 44;
const TOO_MANY = 100;

export interface HistoryNode {
  readonly no: number;
  /** 0 = leaf. */
  readonly level: number;
  /** Entries of list, id, from, to, child. */
  readonly words: Uint32Array;
  entries: number;
  alive: number;
  /** Inner nodes: the living in order, made when they are searched and dropped when they change. */
  order: Routers | undefined;
  /** The file's is another. */
  dirty: boolean;
  /** No longer what the file's node is: another may have taken its place in memory. */
  gone: boolean;
}

/** List, id and number of every living child, in order; and the children that were looked up. */
interface Routers {
  readonly words: Uint32Array;
  readonly children: (HistoryNode | undefined)[];
}

/** Where nodes live. A node got or added is in the tree's hands until its operation is over. */
export interface HistoryNodes {
  get(no: number): HistoryNode;
  add(level: number): HistoryNode;
  changed(node: HistoryNode): void;
  /** Will never change again. */
  bury(node: HistoryNode): void;
  /** Was never seen by anybody. */
  remove(node: HistoryNode): void;
  root(): { readonly from: number; readonly node: number } | undefined;
  setRoot(from: number, node: number): void;
}

export const newNode = (no: number, level: number): HistoryNode => ({
  no,
  level,
  words: new Uint32Array((CAPACITY + 4) * STRIDE),
  entries: 0,
  alive: 0,
  order: undefined,
  dirty: false,
  gone: false,
});

/** Inner nodes keep five words per entry, leaves four; the level comes first. */
export function packNode(node: HistoryNode): Uint8Array {
  if (node.level > 0) {
    const packed = new Uint32Array(1 + node.entries * STRIDE);
    packed[0] = node.level;
    packed.set(node.words.subarray(0, node.entries * STRIDE), 1);
    return new Uint8Array(packed.buffer);
  }
  const packed = new Uint32Array(1 + node.entries * CHILD);
  for (let i = 0, at = 1, from = 0; i < node.entries; i++, from += STRIDE) {
    for (let word = 0; word < CHILD; word++) packed[at++] = node.words[from + word] as number;
  }
  return new Uint8Array(packed.buffer);
}

export const wordsOf = (bytes: Uint8Array): Uint32Array =>
  bytes.byteOffset % 4 === 0 ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4) : new Uint32Array(bytes.slice().buffer);

export function unpackNode(no: number, bytes: Uint8Array): HistoryNode {
  const packed = wordsOf(bytes);
  const node = newNode(no, packed[0] as number);
  const stride = node.level > 0 ? STRIDE : CHILD;
  node.entries = (packed.length - 1) / stride;
  for (let i = 0, at = 1; i < node.entries; i++) {
    for (let word = 0; word < stride; word++) node.words[i * STRIDE + word] = packed[at++] as number;
    if (node.words[i * STRIDE + TO] === FOREVER) node.alive++;
  }
  return node;
}

const before = (list: number, id: number, otherList: number, otherId: number): boolean =>
  list < otherList || (list === otherList && id < otherId);

export class HistoryTree {
  private readonly nodes: HistoryNodes;
  /** From the root to the leaf of the operation under way. */
  private readonly path: HistoryNode[] = [];

  constructor(nodes: HistoryNodes) {
    this.nodes = nodes;
    if (!nodes.root()) nodes.setRoot(0, nodes.add(0).no);
  }

  /** From this position on the id is in the list. Positions never go down. */
  enter(list: number, id: number, position: number): void {
    const path = this.pathTo(list, id);
    const leaf = path.at(-1) as HistoryNode;
    append(leaf, list, id, position, 0);
    this.nodes.changed(leaf);
    this.settle(path, path.length - 1, position);
  }

  /** From this position on the id is no longer in the list. @throws Error when it was not: a bug. */
  leave(list: number, id: number, position: number): void {
    const path = this.pathTo(list, id);
    const leaf = path.at(-1) as HistoryNode;
    const { words } = leaf;
    let i = 0;
    while (i < leaf.entries && !(words[i * STRIDE + ID] === id && words[i * STRIDE + LIST] === list && words[i * STRIDE + TO] === FOREVER)) i++;
    if (i === leaf.entries) throw new Error(`history tree: ${id} is not in list ${list}`);
    end(leaf, i, position);
    this.nodes.changed(leaf);
    this.settle(path, path.length - 1, position);
  }

  private pathTo(list: number, id: number): HistoryNode[] {
    let node = this.nodes.get((this.nodes.root() as { node: number }).node);
    const { path } = this;
    path.length = 0;
    path.push(node);
    while (node.level > 0) {
      const { words, children } = (node.order ??= inOrder(node));
      const at = search(words, list, id);
      let child = children[at];
      if (!child || child.gone) child = children[at] = this.nodes.get(words[at * 3 + 2] as number);
      path.push((node = child));
    }
    return path;
  }

  /** Makes the node at a depth of the path right again after it changed, and then its parent. */
  private settle(path: readonly HistoryNode[], depth: number, position: number): void {
    const node = path[depth] as HistoryNode;
    if (depth === 0) {
      this.settleRoot(node, position);
      return;
    }
    const parent = path[depth - 1] as HistoryNode;
    if (node.entries > CAPACITY) {
      if (!this.splitLast(node, parent, position)) this.copy(node, parent, position);
    } else if (node.alive < FEW && parent.alive > 1) {
      this.copy(node, parent, position);
    } else return;
    this.nodes.changed(parent);
    this.settle(path, depth - 1, position);
  }

  private settleRoot(node: HistoryNode, position: number): void {
    if (node.entries > CAPACITY) {
      const root = this.nodes.add(node.level + 1);
      append(root, 0, 0, (this.nodes.root() as { from: number }).from, node.no);
      if (!this.splitLast(node, root, position)) this.copy(node, root, position);
      this.changeRoot(root, node, position);
    }
    let root = this.nodes.get((this.nodes.root() as { node: number }).node);
    while (root.level > 0 && root.alive === 1) {
      const only = this.nodes.get(root.words[livingAt(root, 0) * STRIDE + CHILD] as number);
      this.changeRoot(only, root, position);
      root = only;
    }
  }

  private changeRoot(root: HistoryNode, old: HistoryNode, position: number): void {
    const born = (this.nodes.root() as { from: number }).from;
    this.nodes.setRoot(position, root.no);
    this.nodes.changed(root);
    // What was put below the new root lives on; so does a node that was its parent's only child.
    if (root.level > old.level) return;
    if (born === position) this.nodes.remove(old);
    else this.nodes.bury(old);
  }

  /**
   * Keys mostly come in order: a full node of the living whose last entry has the highest key stays as it is, and a new one begins
   * with that entry. Nothing is copied, and both are full.
   */
  private splitLast(node: HistoryNode, parent: HistoryNode, position: number): boolean {
    if (node.alive <= TOO_MANY || node.entries > CAPACITY + 1) return false;
    const { words } = node;
    const last = (node.entries - 1) * STRIDE;
    const [list, id] = [words[last + LIST] as number, words[last + ID] as number];
    if (words[last + TO] !== FOREVER || words[last + FROM] !== position) return false;
    for (let i = 0; i < last; i += STRIDE) {
      if (words[i + TO] === FOREVER && !before(words[i + LIST] as number, words[i + ID] as number, list, id)) return false;
    }
    const next = this.nodes.add(node.level);
    append(next, list, id, position, words[last + CHILD] as number);
    node.entries--;
    node.alive--;
    node.order = undefined;
    this.nodes.changed(next);
    this.nodes.changed(node);
    append(parent, list, id, position, next.no);
    return true;
  }

  /** Ends the node in its parent and puts copies of what is alive in its place: one, two, or one made with a neighbour. */
  private copy(node: HistoryNode, parent: HistoryNode, position: number): void {
    let first = childNo(parent, node.no);
    let router = first * STRIDE;
    let [list, id] = [parent.words[router + LIST] as number, parent.words[router + ID] as number];
    const living = [{ node, at: aliveIn(node) }];
    let count = node.alive;
    this.end(parent, first, node, position);
    if (count < TOO_FEW) {
      const neighbour = neighbourOf(parent, list, id);
      if (neighbour >= 0) {
        first = neighbour;
        router = first * STRIDE;
        const [otherList, otherId] = [parent.words[router + LIST] as number, parent.words[router + ID] as number];
        const other = this.nodes.get(parent.words[router + CHILD] as number);
        count += other.alive;
        if (before(otherList, otherId, list, id)) {
          [list, id] = [otherList, otherId];
          living.unshift({ node: other, at: aliveIn(other) });
        } else living.push({ node: other, at: aliveIn(other) });
        this.end(parent, first, other, position);
      }
    }
    // The ranges of the two are apart, so one after the other is in order.
    const cut = count > TOO_MANY ? count >> 1 : count;
    let made: HistoryNode | undefined;
    let copied = 0;
    for (const { node: from, at } of living) {
      for (const offset of at) {
        const { words } = from;
        const [ownList, ownId] = [words[offset + LIST] as number, words[offset + ID] as number];
        if (!made || copied === cut) {
          if (made) append(parent, ownList, ownId, position, (made = this.nodes.add(node.level)).no);
          else append(parent, list, id, position, (made = this.nodes.add(node.level)).no);
        }
        append(made, ownList, ownId, words[offset + FROM] as number, words[offset + CHILD] as number);
        copied++;
      }
    }
    if (!made) append(parent, list, id, position, this.nodes.add(node.level).no);
  }

  private end(parent: HistoryNode, i: number, node: HistoryNode, position: number): void {
    if (end(parent, i, position)) this.nodes.remove(node);
    else this.nodes.bury(node);
  }
}

function append(node: HistoryNode, list: number, id: number, from: number, child: number): void {
  const { words } = node;
  const at = node.entries * STRIDE;
  words[at + LIST] = list;
  words[at + ID] = id;
  words[at + FROM] = from;
  words[at + TO] = FOREVER;
  words[at + CHILD] = child;
  node.entries++;
  node.alive++;
  node.order = undefined;
}

/** Ends an entry; one that began at the same position goes without a trace: true. */
function end(node: HistoryNode, i: number, position: number): boolean {
  const { words } = node;
  const at = i * STRIDE;
  node.alive--;
  node.order = undefined;
  if (words[at + FROM] !== position) {
    words[at + TO] = position;
    return false;
  }
  words.copyWithin(at, at + STRIDE, node.entries * STRIDE);
  node.entries--;
  return true;
}

/** Offsets of the living, in order of their keys. */
function aliveIn({ words, entries }: HistoryNode): number[] {
  const living: number[] = [];
  let sorted = true;
  for (let at = 0, last = -1; at < entries * STRIDE; at += STRIDE) {
    if (words[at + TO] !== FOREVER) continue;
    if (last >= 0 && before(words[at + LIST] as number, words[at + ID] as number, words[last + LIST] as number, words[last + ID] as number)) sorted = false;
    living.push((last = at));
  }
  if (!sorted) living.sort((a, b) => (words[a + LIST] as number) - (words[b + LIST] as number) || (words[a + ID] as number) - (words[b + ID] as number));
  return living;
}

function inOrder(node: HistoryNode): Routers {
  const living = aliveIn(node);
  const words = new Uint32Array(living.length * 3);
  living.forEach((at, i) => {
    words[i * 3] = node.words[at + LIST] as number;
    words[i * 3 + 1] = node.words[at + ID] as number;
    words[i * 3 + 2] = node.words[at + CHILD] as number;
  });
  return { words, children: Array<undefined>(living.length).fill(undefined) };
}

/** Index of the highest router not above the key. The leftmost is (0, 0). */
function search(words: Uint32Array, list: number, id: number): number {
  let low = 0;
  let high = words.length / 3 - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (before(list, id, words[middle * 3] as number, words[middle * 3 + 1] as number)) high = middle - 1;
    else low = middle;
  }
  return low;
}

/** Index of the living child with the highest router not above the key; -1 when there is none. */
function childFor(node: HistoryNode, list: number, id: number): number {
  const { words } = node;
  let best = -1;
  for (let i = 0, at = 0; i < node.entries; i++, at += STRIDE) {
    if (words[at + TO] !== FOREVER || before(list, id, words[at + LIST] as number, words[at + ID] as number)) continue;
    if (best < 0 || before(words[best * STRIDE + LIST] as number, words[best * STRIDE + ID] as number, words[at + LIST] as number, words[at + ID] as number)) best = i;
  }
  return best;
}

/** The living child next below the router, else the lowest above; -1 when there is none. */
function neighbourOf(node: HistoryNode, list: number, id: number): number {
  const below = childFor(node, list, id);
  if (below >= 0) return below;
  const { words } = node;
  let best = -1;
  for (let i = 0, at = 0; i < node.entries; i++, at += STRIDE) {
    if (words[at + TO] !== FOREVER) continue;
    if (best < 0 || before(words[at + LIST] as number, words[at + ID] as number, words[best * STRIDE + LIST] as number, words[best * STRIDE + ID] as number)) best = i;
  }
  return best;
}

function livingAt(node: HistoryNode, start: number): number {
  let i = start;
  while (node.words[i * STRIDE + TO] !== FOREVER) i++;
  return i;
}

function childNo(node: HistoryNode, no: number): number {
  let i = 0;
  while (!(node.words[i * STRIDE + CHILD] === no && node.words[i * STRIDE + TO] === FOREVER)) i++;
  return i;
}
