// A map bounded by bytes that forgets what was not used for longest, roughly: by generations.

export interface Sized {
  /** Estimated, as of when it was put or said to have grown. */
  bytes: number;
}

/**
 * Entries are young when used; when the young ones take half of the limit they become the old generation, and the old one
 * before it is forgotten. A use costs one lookup, where keeping the exact order would rewrite the map each time.
 */
export class RecentlyUsed<E extends Sized> {
  private readonly half: number;
  private young = new Map<string, E>();
  private old = new Map<string, E>();
  private youngBytes = 0;
  private oldBytes = 0;

  constructor(limit: number) {
    this.half = limit / 2;
  }

  get bytes(): number {
    return this.youngBytes + this.oldBytes;
  }

  get(key: string): E | undefined {
    const young = this.young.get(key);
    if (young) return young;
    const old = this.old.get(key);
    if (!old) return undefined;
    this.old.delete(key);
    this.oldBytes -= old.bytes;
    this.put(key, old);
    return old;
  }

  /** Only for keys that `get` does not find. */
  put(key: string, entry: E): void {
    this.young.set(key, entry);
    this.youngBytes += entry.bytes;
    this.turn();
  }

  /** Says that an entry just got or put takes other bytes now. */
  resize(key: string, entry: E, bytes: number): void {
    // A turn may have come between: then it counts where it is, or not at all.
    if (this.young.get(key) === entry) this.youngBytes += bytes - entry.bytes;
    else if (this.old.get(key) === entry) this.oldBytes += bytes - entry.bytes;
    entry.bytes = bytes;
    this.turn();
  }

  private turn(): void {
    if (this.youngBytes > this.half) {
      this.old = this.young;
      this.oldBytes = this.youngBytes;
      this.young = new Map();
      this.youngBytes = 0;
    }
    // One entry alone may take more than all are allowed.
    if (this.bytes > 2 * this.half) {
      this.old = new Map();
      this.oldBytes = 0;
    }
  }
}
