// Hash index: numbers by 53-bit hash, in 12 bytes each, for what a rebuild has written to the file before its indexes exist.

const EMPTY = 0;
const START = 1 << 12;

export class HashIndex {
  private low = new Uint32Array(START);
  private high = new Uint32Array(START);
  private numbers = new Uint32Array(START);
  private size = 0;

  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** `number` is above 0 and below 2^32; one hash may have several. */
  add(hash: number, number: number): void {
    if (this.size * 3 > this.numbers.length * 2) this.grow();
    this.put(hash >>> 0, Math.floor(hash / 4294967296), number);
    this.size++;
  }

  /** The first number with that hash that `is` says yes to. */
  find(hash: number, is: (number: number) => boolean): number | undefined {
    const [low, high] = [hash >>> 0, Math.floor(hash / 4294967296)];
    const mask = this.numbers.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const number = this.numbers[slot] as number;
      if (number === EMPTY) return undefined;
      if (this.low[slot] === low && this.high[slot] === high && is(number)) return number;
    }
  }

  private put(low: number, high: number, number: number): void {
    const mask = this.numbers.length - 1;
    let slot = low & mask;
    while (this.numbers[slot] !== EMPTY) slot = (slot + 1) & mask;
    this.low[slot] = low;
    this.high[slot] = high;
    this.numbers[slot] = number;
  }

  private grow(): void {
    const { low, high, numbers } = this;
    const length = numbers.length * 2;
    this.low = new Uint32Array(length);
    this.high = new Uint32Array(length);
    this.numbers = new Uint32Array(length);
    for (let slot = 0; slot < numbers.length; slot++) {
      if (numbers[slot] !== EMPTY) this.put(low[slot] as number, high[slot] as number, numbers[slot] as number);
    }
  }
}
