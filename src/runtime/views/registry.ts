// Registry: what a worker thread loads to know the service's events, views and processes.
import type { EventCatalogue } from '../../kernel/index.ts';
import type { Process } from '../process.ts';
import type { View } from '../view.ts';
import { obligationsView } from './obligations-view.ts';

/** What the module at `registryUrl` exports. */
export interface Registry {
  readonly catalogue: EventCatalogue;
  readonly views: readonly View[];
  readonly processes: readonly Process[];
}

/** All views of the service: the rooms' own, and what the processes owe. @throws Error for two views of one name */
export function viewsOf({ views, processes }: Pick<Registry, 'views' | 'processes'>): readonly View[] {
  const all = processes.length > 0 ? [...views, obligationsView(processes)] : views;
  const names = new Set(all.map(({ name }) => name));
  if (names.size < all.length) throw new Error('two views have one name');
  return all;
}

export async function loadRegistry(url: string): Promise<Registry> {
  return (await import(url)) as Registry;
}

/** @throws Error for a view that the registry does not have */
export function viewNamed(views: readonly View[], name: string): View {
  const view = views.find((one) => one.name === name);
  if (!view) throw new Error(`there is no view ${name}`);
  return view;
}
