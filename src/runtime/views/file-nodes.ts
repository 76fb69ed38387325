// File nodes: a history tree's nodes in their table of a view file, changed in memory and written when a batch is flushed.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Generations } from './generations.ts';
import { newNode, packNode, unpackNode, type HistoryNode, type HistoryNodes } from './history-tree.ts';
import { quoted } from './layout.ts';

interface Root {
  readonly from: number;
  readonly node: number;
}

export class FileNodes implements HistoryNodes {
  private readonly cache = new Generations<number, HistoryNode>();
  /** Inner nodes are few and always in use: they stay. */
  private readonly inner = new Map<number, HistoryNode>();
  private readonly dirty = new Set<HistoryNode>();
  private readonly read: StatementSync;
  private readonly write: StatementSync;
  private readonly erase: StatementSync;
  private readonly writeRoot: StatementSync;
  private readonly lastNo: StatementSync;
  private readonly lastRoot: StatementSync;
  private last = 0;
  private top: Root | undefined;

  constructor(db: DatabaseSync, name: string) {
    const [nodes, roots] = [quoted(name), quoted(`${name}~roots`)];
    this.read = db.prepare(`SELECT words FROM ${nodes} WHERE node = ?`);
    this.write = db.prepare(`INSERT OR REPLACE INTO ${nodes} (node, words) VALUES (?, ?)`);
    this.erase = db.prepare(`DELETE FROM ${nodes} WHERE node = ?`);
    this.writeRoot = db.prepare(`INSERT OR REPLACE INTO ${roots} ("from", node) VALUES (?, ?)`);
    this.lastNo = db.prepare(`SELECT max(node) AS no FROM ${nodes}`);
    this.lastRoot = db.prepare(`SELECT "from", node FROM ${roots} ORDER BY "from" DESC LIMIT 1`);
    this.reload();
  }

  /** Kilobytes in the young generation, roughly. */
  get weight(): number {
    return this.cache.size * 3;
  }

  get(no: number): HistoryNode {
    const held = this.inner.get(no) ?? this.cache.get(no);
    if (held) return held;
    const row = this.read.get(no) as { words: Uint8Array } | undefined;
    if (!row) throw new Error(`history tree: node ${no} is missing`);
    const node = unpackNode(no, row.words);
    this.hold(node);
    return node;
  }

  add(level: number): HistoryNode {
    const node = newNode(++this.last, level);
    this.hold(node);
    this.changed(node);
    return node;
  }

  changed(node: HistoryNode): void {
    if (node.dirty) return;
    node.dirty = true;
    this.dirty.add(node);
  }

  bury(node: HistoryNode): void {
    this.drop(node);
    this.write.run(node.no, packNode(node));
  }

  remove(node: HistoryNode): void {
    this.drop(node);
    this.erase.run(node.no);
  }

  root(): Root | undefined {
    return this.top;
  }

  setRoot(from: number, node: number): void {
    this.top = { from, node };
    this.writeRoot.run(from, node);
  }

  flush(): void {
    for (const node of this.dirty) this.save(node);
    this.dirty.clear();
  }

  retire(): void {
    for (const node of this.cache.retire()) {
      if (this.dirty.delete(node)) this.save(node);
      node.gone = true;
    }
  }

  /** Forgets what was not written: the file is as it was. */
  reload(): void {
    this.cache.clear();
    this.inner.clear();
    this.dirty.clear();
    this.last = (this.lastNo.get() as { no: number | null }).no ?? 0;
    this.top = this.lastRoot.get() as Root | undefined;
  }

  private save(node: HistoryNode): void {
    this.write.run(node.no, packNode(node));
    node.dirty = false;
  }

  private hold(node: HistoryNode): void {
    if (node.level > 0) this.inner.set(node.no, node);
    else this.cache.set(node.no, node);
  }

  private drop(node: HistoryNode): void {
    this.cache.delete(node.no);
    this.inner.delete(node.no);
    if (node.dirty) this.dirty.delete(node);
  }
}
