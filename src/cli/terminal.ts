// What is said on the way: results on standard output, progress on standard error, in place where a person watches.
import { systemClock } from '../kernel/index.ts';

/** A redrawn line at most so often, ms. */
const REDRAW = 100;
/** Without a terminal: a line at most so often, ms. */
const REPORT = 5_000;

const watched = (): boolean => process.stderr.isTTY === true;

/** Writes a line of a result; a closed pipe (`| head`) ends the program quietly. */
export const say = (line = ''): void => {
  clearProgress();
  process.stdout.write(`${line}\n`);
};

/** Writes a line for people that is no result. */
export const note = (line: string): void => {
  clearProgress();
  process.stderr.write(`${line}\n`);
};

let shown = false;

export function clearProgress(): void {
  if (!shown) return;
  shown = false;
  process.stderr.write('\r\u001b[2K');
}

export const seconds = (ms: number): string => {
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  return s < 3600 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
};

export const grouped = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Progress of something countable: how far, how fast, how long still. */
export class Progress {
  private readonly title: string;
  private readonly unit: string;
  private readonly started = systemClock.monotonic();
  private last: number;
  private readonly from: number;

  /** `from`: what was done before the start, and does not count for the rate. */
  constructor(title: string, unit: string, from = 0) {
    this.title = title;
    this.unit = unit;
    this.from = from;
    this.last = this.started;
  }

  update(done: number, total: number, what = ''): void {
    const now = systemClock.monotonic();
    if (now - this.last < (watched() ? REDRAW : REPORT)) return;
    this.last = now;
    const perMs = (done - this.from) / (now - this.started);
    const left = perMs > 0 && total > done ? `, ${seconds((total - done) / perMs)} left` : '';
    const share = total > 0 ? ` ${Math.floor((100 * done) / total)} %` : '';
    const line = `${this.title}${share}  ${grouped(done)} of ${grouped(total)} ${this.unit}, ${grouped(perMs * 1000)}/s${left}${what && `  ${what}`}`;
    if (!watched()) return void process.stderr.write(`${line}\n`);
    shown = true;
    process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
  }

  /** @returns e.g. `1,200 events in 3 s (400/s)` */
  end(done: number): string {
    clearProgress();
    const ms = systemClock.monotonic() - this.started;
    return `${grouped(done)} ${this.unit} in ${(ms / 1000).toFixed(1)} s (${grouped(((done - this.from) * 1000) / Math.max(ms, 1))}/s)`;
  }
}

/** Rows as aligned columns; numbers (given as such) to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? grouped(cell) : cell)));
  const widths = head.map((title, i) => Math.max(title.length, ...texts.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[], right: (i: number) => boolean): string =>
    cells.map((cell, i) => (right(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  ').trimEnd();
  const isNumber = (i: number): boolean => rows.length > 0 && rows.every((row) => typeof row[i] === 'number');
  return [line(head, isNumber), ...texts.map((row) => line(row, isNumber))].join('\n');
}
