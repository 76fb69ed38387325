// Waiting for the copy to get somewhere: conditions are looked at again whenever it has got further.
import type { Clock } from '../../kernel/index.ts';

export class Progress {
  private readonly clock: Clock;
  private readonly waiting = new Set<() => void>();
  private over = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** true when the condition holds; false when time runs out (at the clock's monotonic time `until`) or nothing will come any more. */
  when(condition: () => boolean, until: number): Promise<boolean> {
    if (condition()) return Promise.resolve(true);
    if (this.over) return Promise.resolve(false);
    return new Promise((resolve) => {
      const finish = (held: boolean): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(held);
      };
      const look = (): void => {
        if (condition()) finish(true);
        else if (this.over) finish(false);
      };
      const timer = setTimeout(() => finish(condition()), Math.max(0, until - this.clock.monotonic()));
      this.waiting.add(look);
    });
  }

  /** The copy has got further. */
  made(): void {
    for (const look of this.waiting) look();
  }

  /** Nothing is followed any more. */
  end(): void {
    this.over = true;
    this.made();
  }
}
