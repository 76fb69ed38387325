// Live views: all views of the service, read as of any position, from whichever file is kept up for each.
import type { Rejection } from '../../kernel/index.ts';
import { runtimeRejections } from '../rejections.ts';
import type { ReadAt, Snapshot, Tables, View, Views } from '../view.ts';
import type { BuildProgress } from './build.ts';
import { obligationsView, openObligations } from './obligations-view.ts';
import { RowsDamaged } from './rows-damaged.ts';
import type { ServingView, ViewStatus } from './serving.ts';
import { Upkeep, type UpkeepParts } from './upkeep.ts';
import { ViewDirectory } from './view-directory.ts';
import { isDamage } from './view-file.ts';
import { tablesAt } from './view-reader.ts';

export interface ViewsParts extends UpkeepParts {
  /** Files are in `<directory>/views`. */
  readonly directory: string;
  /** How long a read waits for its view, ms. Default 5000. */
  readonly patience?: number;
  /** How long a read waits for a position beyond the log's head, ms. Default 1000. */
  readonly patienceBeyondHead?: number;
}

export interface OwedAt {
  readonly position: number;
  readonly owed: ReturnType<typeof openObligations>;
}

/** While a view is being built, who cannot do without it looks again this often, ms. */
const BUILD_GLANCE = 1_000;

/** Different ways in which rows made no sense, remembered at most. */
const MOST_SAID = 100;

/** @throws ViewsLocked another process keeps these views; Error (`EACCES`, …) when the directory cannot be made */
export async function openViews(parts: ViewsParts): Promise<LiveViews> {
  const upkeep = new Upkeep(parts, new ViewDirectory(parts.directory));
  try {
    await upkeep.opened;
    return new LiveViews(parts, upkeep);
  } catch (error) {
    await upkeep.close();
    throw error;
  }
}

export class LiveViews implements Views {
  private readonly parts: ViewsParts;
  private readonly upkeep: Upkeep;
  /** By view and what was said: the file whose rows made no sense. */
  private readonly nonsense = new Map<string, string>();
  private closing: Promise<void> | undefined;

  /** Use `openViews`. */
  constructor(parts: ViewsParts, upkeep: Upkeep) {
    this.parts = parts;
    this.upkeep = upkeep;
  }

  async read<T extends Tables>(view: View<T>, { asOf, waitFor }: ReadAt = {}): Promise<Snapshot<T>> {
    const serving = this.upkeep.named(view.name);
    const wanted = Math.max(asOf ?? 0, waitFor ?? 0);
    if ((serving.position ?? -1) < wanted) await this.wait(serving, wanted);
    const position = asOf ?? (serving.position as number);
    return { position, tables: tablesAt(view, position, () => serving.reader, (error) => this.readFailed(serving, error)) };
  }

  /** What all processes owe, as of a position not before `atLeast`. */
  async owed(atLeast: number): Promise<OwedAt> {
    const { processes } = this.parts.registry;
    if (processes.length === 0) return { position: atLeast, owed: [][Symbol.iterator]() as unknown as OwedAt['owed'] };
    const view = obligationsView(processes);
    const serving = this.upkeep.named(view.name);
    // On a long log the view may have to be built first, which takes as long as it takes.
    while (!this.closing && !serving.standsStill && !(await serving.reached(atLeast, BUILD_GLANCE)));
    const { position, tables } = await this.read(view, { waitFor: atLeast });
    return { position, owed: openObligations(tables) };
  }

  status(): ViewStatus[] {
    const head = this.parts.log.head().position;
    const { serving, trouble } = this.upkeep;
    return [...serving.values()].map((one) => {
      const status = one.status(head);
      return trouble && status.state !== 'failed' ? { ...status, state: 'failed', reason: trouble.reason } : status;
    });
  }

  /** Settles when nothing is being built any more. */
  settled(): Promise<void> {
    return this.upkeep.settled();
  }

  /**
   * Builds views anew beside the live ones, in one pass, and swaps them in when they have got as far.
   * @throws RebuildFailed for those that could not be built; the others are swapped in
   */
  rebuild(names?: readonly string[], onProgress?: (progress: BuildProgress) => void): Promise<void> {
    return this.upkeep.rebuild(names, onProgress);
  }

  /** Stops building, lets the worker note how far it got, and closes. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.upkeep.close();
    return this.closing;
  }

  /** A file that turns out to be damaged while it is read is built anew; until then reads of what is lost have to wait. */
  private readFailed(serving: ServingView, error: unknown): unknown {
    // A snapshot in somebody's hands has nothing to read between a file that went and the next one.
    if (serving.position === undefined) return this.lagging(serving, 0);
    if (!isDamage(error) && !this.isNonsenseIn(serving, error)) return error;
    this.upkeep.condemn(serving, `the file is damaged: ${error.message}`);
    return this.lagging(serving, serving.position ?? 0);
  }

  /** Said again of a file that was built anew for it, it is no damage but a bug. */
  private isNonsenseIn({ view, path }: ServingView, error: unknown): error is RowsDamaged {
    if (!(error instanceof RowsDamaged) || path === undefined) return false;
    const said = `${view.name}: ${error.message}`;
    if (!this.nonsense.has(said) && this.nonsense.size < MOST_SAID) this.nonsense.set(said, path);
    return this.nonsense.get(said) === path;
  }

  private lagging(serving: ServingView, wanted: number): Rejection {
    const { state, position, reason } = serving.status(this.parts.log.head().position);
    return runtimeRejections.ViewLagging({ view: serving.view.name, wanted, position, state, ...(reason === undefined ? {} : { reason }), retryAfter: 1 });
  }

  private async wait(serving: ServingView, wanted: number): Promise<void> {
    const { log, patience = 5_000, patienceBeyondHead = 1_000 } = this.parts;
    const isThere = async (): Promise<boolean> => {
      if (wanted <= log.head().position) return true;
      await serving.reached(wanted, patienceBeyondHead);
      return wanted <= log.head().position;
    };
    if (!(await isThere())) throw runtimeRejections.PositionBeyondHead({ position: wanted, head: log.head().position });
    if (await serving.reached(wanted, patience)) return;
    throw this.lagging(serving, wanted);
  }
}
