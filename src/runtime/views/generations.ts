// Generations: a bounded cache. What was not asked for while the young ones filled up is let go with the old.

export class Generations<K, V> {
  private young = new Map<K, V>();
  private old = new Map<K, V>();

  /** Entries in the young generation. */
  get size(): number {
    return this.young.size;
  }

  get(key: K): V | undefined {
    const young = this.young.get(key);
    if (young !== undefined || this.old.size === 0) return young;
    const old = this.old.get(key);
    if (old !== undefined) {
      this.old.delete(key);
      this.young.set(key, old);
    }
    return old;
  }

  set(key: K, value: V): void {
    this.young.set(key, value);
  }

  delete(key: K): void {
    this.young.delete(key);
    this.old.delete(key);
  }

  clear(): void {
    this.young.clear();
    this.old.clear();
  }

  /** Lets the old generation go, handing it over, and begins a new one. */
  retire(): Iterable<V> {
    const retired = this.old;
    this.old = this.young;
    this.young = new Map();
    return retired.values();
  }

  *values(): Iterable<V> {
    yield* this.old.values();
    yield* this.young.values();
  }
}
