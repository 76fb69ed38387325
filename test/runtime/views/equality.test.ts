// Equality: a view kept up live, one built from the log, and the plain memory of what happened say the same, as of every position.
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { viewsOf, type Tables, type View } from '../../../src/runtime/index.ts';
import { buildViews } from '../../../src/runtime/views/build.ts';
import { layoutOf } from '../../../src/runtime/views/layout.ts';
import { LiveProjection } from '../../../src/runtime/views/live-projection.ts';
import { createViewFile, LiveViewFile, ViewFileBuild } from '../../../src/runtime/views/view-file.ts';
import { tablesAt, ViewReader } from '../../../src/runtime/views/view-reader.ts';
import { RememberedView } from '../../support/memory-tables.ts';
import * as registry from '../../support/registry-views.ts';
import type { YardEvent } from '../../support/registry-views.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary.ts';
import { agree, same } from './agreement.ts';
import { histories, YardMemory, type Happening } from './yard-history.ts';

const { catalogue, yard } = registry;
const views = viewsOf(registry);
let place: TemporaryDirectory;
let runs = 0;
beforeEach(() => {
  place = temporaryDirectory();
});
afterEach(() => place.remove());

function newDirectory(): string {
  const directory = join(place.path, `${runs++}`);
  mkdirSync(directory);
  return directory;
}

/** All views as the projection thread keeps them, here in this thread, so that batches and restarts are as told. */
class KeptLive {
  private readonly memory: YardMemory;
  private readonly directory: string;
  private projection: LiveProjection | undefined;

  constructor(memory: YardMemory, directory: string) {
    this.memory = memory;
    this.directory = directory;
  }

  pathOf = (view: View): string => join(this.directory, `${view.name}.sqlite`);

  start(how: 'adopt' | 'create'): void {
    const tell = (message: { readonly kind: string }): void => {
      if (!['applied', 'serving'].includes(message.kind)) throw new Error(JSON.stringify(message));
    };
    this.projection = new LiveProjection({ log: this.memory.log, catalogue, views, tell, advance: () => {}, monotonic: () => 0 });
    views.forEach((view, slot) => this.projection?.take({ view: view.name, path: this.pathOf(view), slot }, how));
  }

  follow(): void {
    while (this.projection?.step(this.memory.log.head().position) === 'applied');
  }

  stop(): void {
    this.projection?.close();
  }
}

/** Feeds a live view in batches, as if after each of them nothing had been used for long. */
function keptForgetting(memory: YardMemory, view: View, path: string, batches: readonly number[]): void {
  createViewFile(path, view, layoutOf(view), { position: 0, chain: memory.log.chainAt(0) as string });
  const { file } = LiveViewFile.open(path, view, layoutOf(view), memory.log);
  const events = memory.events();
  for (const [i, end] of batches.entries()) {
    file.begin();
    for (const event of events) if (event.position > (batches[i - 1] ?? 0) && event.position <= end) file.writer.apply(event);
    file.commit({ position: end, chain: memory.log.chainAt(end) as string });
    file.writer.retire();
    file.writer.retire();
  }
  file.close();
}

/** Builds a view as if memory were short all the time. */
function builtForgetting(memory: YardMemory, view: View, path: string, batches: readonly number[]): void {
  const file = new ViewFileBuild(path, view, layoutOf(view));
  for (const event of memory.events()) {
    file.writer.apply(event);
    if (batches.includes(event.position)) file.writer.retire();
  }
  const { position, chain } = memory.log.head();
  file.finish({ position, chain });
}

/** Rows of a file's tables, every version of them. */
function contentHash(view: View, path: string): string {
  const db = new DatabaseSync(path, { readOnly: true });
  const hash = createHash('sha256');
  // The values of lists are numbered in order of appearance, whoever writes them down.
  for (const row of db.prepare('SELECT * FROM "~values" ORDER BY n').iterate()) hash.update(JSON.stringify(row));
  for (const { name, kind, text } of layoutOf(view)) {
    for (const table of kind === 'facts' ? [name] : [name, `${name}~past`]) {
      for (const row of db.prepare(`SELECT * FROM "${table}" ORDER BY 1, 2`).iterate()) hash.update(JSON.stringify(row));
    }
    if (!text) continue;
    for (const row of db.prepare(`SELECT * FROM "${text.at}~versions" ORDER BY doc`).iterate()) hash.update(JSON.stringify(row));
    db.exec(`CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, "${text.at}", instance)`);
    for (const row of db.prepare('SELECT term, doc FROM temp.words ORDER BY doc, term').iterate()) hash.update(JSON.stringify(row));
  }
  db.close();
  return hash.digest('hex');
}

function agreeFile<T extends Tables>(memory: YardMemory, view: View<T>, path: string, positions: Iterable<number>): void {
  const reader = new ViewReader(path, view, memory.log);
  agree(view, new RememberedView(view, memory.events()), (position) => tablesAt(view, position, () => reader), positions);
  reader.close();
}

/** A history that happens, with a live view that follows after every batch and is restarted where told. */
async function lived(batches: readonly (readonly Happening[])[], restarts: (batch: number) => boolean) {
  const memory = new YardMemory();
  const live = new KeptLive(memory, newDirectory());
  live.start('create');
  const ends: number[] = [];
  for (const [i, batch] of batches.entries()) {
    for (const happening of batch) await memory.happen(happening);
    live.follow();
    ends.push(memory.log.head().position);
    if (!restarts(i)) continue;
    live.stop();
    live.start('adopt');
  }
  live.stop();
  return { memory, live, ends };
}

describe('a view', () => {
  test('kept up live in random batches and restarts is equal to one built from the log, and to what happened, as of every position', async () => {
    await fc.assert(
      fc.asyncProperty(histories(10), fc.infiniteStream(fc.boolean()), async (batches, coin) => {
        const restarts = [...coin.take(batches.length)];
        const { memory, live, ends } = await lived(batches, (i) => restarts[i] === true);
        const head = memory.log.head().position;
        const everyPosition = Array.from({ length: head + 1 }, (_, position) => position);
        const directory = newDirectory();
        const built = buildViews(memory.log, catalogue, views.map((view) => ({ view, path: join(directory, `${view.name}.sqlite`) })));
        expect(built).toEqual(views.map((view) => ({ view: view.name, path: join(directory, `${view.name}.sqlite`), position: head })));
        for (const view of views) {
          const [short, long] = [join(directory, `${view.name}-short.sqlite`), join(directory, `${view.name}-long.sqlite`)];
          keptForgetting(memory, view, long, ends);
          builtForgetting(memory, view, short, ends);
          agreeFile(memory, view, live.pathOf(view), everyPosition);
          agreeFile(memory, view, join(directory, `${view.name}.sqlite`), [head, head >> 1]);
          const hash = contentHash(view, live.pathOf(view));
          for (const path of [join(directory, `${view.name}.sqlite`), long, short]) expect(contentHash(view, path)).toBe(hash);
          for (const path of [long, short]) agreeFile(memory, view, path, [head, head >> 1]);
        }
      }),
      { numRuns: 12 },
    );
  });

  test('is so after more than its caches hold, too', async () => {
    const LOTS = 5_000;
    const owners = Array.from({ length: 40 }, (_, n) => `owner-${n}`);
    // Lots come in order, change hands at random, and most of them go again, long after nothing was heard of them.
    const turn = (n: number): YardEvent[] => [
      { type: 'LotStored', data: { lot: `lot-${n}`, owner: owners[n % 40] as string, mass: n % 100 } },
      { type: 'LotPassed', data: { lot: `lot-${(n * 7919) % LOTS}`, owner: owners[(n * 31) % 40] as string } },
      ...(n < 4_200 ? [] : Array.from({ length: 4 }, (_, i): YardEvent => ({ type: 'LotGone', data: { lot: `lot-${(n - 4_200) * 4 + i}` } }))),
    ];
    const batches = Array.from({ length: LOTS / 100 }, (_, batch): Happening[] => {
      const events = Array.from({ length: 100 }, (__, i) => turn(batch * 100 + i)).flat();
      return [{ events, actor: 'ada', onBehalfOf: undefined, later: 400, isVoid: false }];
    });
    const { memory, live } = await lived(batches, (batch) => batch % 20 === 19);
    const { position: head } = memory.log.head();
    expect(head).toBeGreaterThan(13_000);
    const directory = newDirectory();
    const built = join(directory, 'yard.sqlite');
    buildViews(memory.log, catalogue, [{ view: yard, path: built }]);
    expect(contentHash(yard, built)).toBe(contentHash(yard, live.pathOf(yard)));
    const remembered = new RememberedView(yard, memory.events());
    for (const path of [live.pathOf(yard), built]) {
      const reader = new ViewReader(path, yard, memory.log);
      for (let position = 0; position <= head; position += Math.floor(head / 6)) {
        const { lots } = tablesAt(yard, position, () => reader);
        const { lots: known } = remembered.at(position);
        same([...lots.scan()], [...known.scan()], () => `lots as of ${position}`);
        for (const owner of owners.slice(-5)) same([...lots.scan({ owner })], [...known.scan({ owner })], () => `${owner} as of ${position}`);
        const heaviest = { order: 'newest', limit: 500, where: { heavy: true, owner: 'owner-7' } } as const;
        same(lots.list(heaviest).rows, known.list(heaviest).rows, () => `the newest as of ${position}`);
        same(lots.first('weighedAt', undefined, 130), known.first('weighedAt', undefined, 130), () => `the first as of ${position}`);
      }
      reader.close();
    }
  });
});
