// Shares: which views are built together. Each share is one thread's, and one pass over the log.
import type { LogReader } from '../../event-log/index.ts';
import type { EventCatalogue } from '../../kernel/index.ts';
import type { View } from '../view.ts';

/** Places in the log that are looked at, and events at each. */
const SAMPLES = 32;
const SAMPLE = 64;

/** Wire names of the events that a view has anything to say to. */
export function typesOf(view: View, catalogue: EventCatalogue): readonly string[] {
  const handled = catalogue.types().filter((type) => '*' in view.project || type in view.project);
  return handled.flatMap((type) => catalogue.wireNamesOf(type));
}

/** Deals views out so that every share takes about as long: the heaviest first, each to the share that has least to do. */
export function sharesOf(views: readonly View[], threads: number, log: Pick<LogReader, 'head' | 'readAll'>, catalogue: EventCatalogue): View[][] {
  const sample = sampleOf(log);
  const weighed = views.map((view) => ({ view, weight: weightOf(view, sample, catalogue) })).toSorted((a, b) => b.weight - a.weight);
  const shares = Array.from({ length: Math.min(threads, views.length) }, () => ({ views: [] as View[], weight: 0 }));
  for (const { view, weight } of weighed) {
    const lightest = shares.reduce((a, b) => (b.weight < a.weight ? b : a));
    lightest.views.push(view);
    lightest.weight += weight;
  }
  return shares.map((share) => share.views);
}

/** What is written costs most: rows for every event that the view handles, and every list that a row goes into. */
function weightOf(view: View, sample: readonly string[], catalogue: EventCatalogue): number {
  const types = new Set(typesOf(view, catalogue));
  const lists = Object.values(view.tables).reduce((sum, table) => sum + 1 + table.lists.length + (table.kind === 'temporal' ? table.ordered.length : 0), 0);
  return 1 + lists * sample.filter((type) => types.has(type)).length;
}

/** Types of events, evenly from all over the log. */
function sampleOf(log: Pick<LogReader, 'head' | 'readAll'>): string[] {
  const { position: head } = log.head();
  return Array.from({ length: SAMPLES }, (_, n) => Math.floor((head * n) / SAMPLES)).flatMap((after) => log.readAll(after, SAMPLE).map(({ type }) => type));
}
