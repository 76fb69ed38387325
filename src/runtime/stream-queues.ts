// Commands for one stream wait for each other here, so that conflicts come from other processes only.

type Task<T> = () => Promise<T>;

export class StreamQueues {
  private readonly waiting = new Map<string, (() => void)[]>();
  private running = 0;
  private idle: (() => void)[] = [];

  /** How many tasks wait or run for a stream. */
  depth(stream: string): number {
    const waiting = this.waiting.get(stream);
    return waiting ? waiting.length + 1 : 0;
  }

  /** Runs a task when those that came before it for the same stream have settled. */
  async run<T>(stream: string, task: Task<T>): Promise<T> {
    this.running += 1;
    const waiting = this.waiting.get(stream);
    if (waiting) await new Promise<void>((turn) => waiting.push(turn));
    else this.waiting.set(stream, []);
    try {
      return await task();
    } finally {
      const next = this.waiting.get(stream)?.shift();
      if (next) next();
      else this.waiting.delete(stream);
      this.running -= 1;
      if (this.running === 0) for (const done of this.idle.splice(0)) done();
    }
  }

  /** Settles when nothing waits or runs. */
  async whenIdle(): Promise<void> {
    if (this.running > 0) await new Promise<void>((done) => this.idle.push(done));
  }
}
