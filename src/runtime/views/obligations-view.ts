// Obligations view: the to-do lists of all processes as one ordinary view.
import { instantOf, type Event, type Recorded } from '../../kernel/index.ts';
import { owedChanges, type Process } from '../process.ts';
import { temporal, type ReaderOf, type TemporalRows, type View } from '../view.ts';
import { hash53 } from './columns.ts';

export const OBLIGATIONS = 'obligations';

const tables = {
  owed: temporal(
    { process: 'text', owedKey: 'text', due: 'instant', openedAt: 'integer', data: 'json' },
    [['process']],
    { ordered: ['due'] },
  ),
};

export type ObligationsTables = typeof tables;
export type ObligationsView = View<ObligationsTables>;

const keyOf = (process: string, key: string): string => `${process}\u001f${key}`;

/** What is owed and not yet discharged, at any position. Its version follows from those of the processes. */
export function obligationsView(processes: readonly Process[]): ObligationsView {
  const byType = new Map<string, Process[]>();
  for (const process of processes) {
    for (const type of new Set([...Object.keys(process.opens), ...Object.keys(process.discharges)])) {
      byType.set(type, [...(byType.get(type) ?? []), process]);
    }
  }
  type Rows = { readonly owed: TemporalRows<ObligationsTables['owed']['columns']> };
  const projectWith = (concerned: readonly Process[]) => (event: Recorded<Event>, { owed }: Rows) => {
    for (const process of concerned) {
      const { discharged, opened } = owedChanges(process, event);
      for (const key of discharged) if (owed.current(keyOf(process.name, key))) owed.close(keyOf(process.name, key));
      for (const { key, due, data } of opened) {
        if (owed.current(keyOf(process.name, key))) owed.close(keyOf(process.name, key));
        owed.open(keyOf(process.name, key), {
          process: process.name,
          owedKey: key,
          due: due ?? instantOf(event.time),
          openedAt: event.position,
          data: data ?? null,
        });
      }
    }
  };
  const project = Object.fromEntries([...byType].map(([type, concerned]) => [type, projectWith(concerned)]));
  return { name: OBLIGATIONS, version: versionOf(processes), tables, project };
}

/** Another process, or another version of one, makes another version of the view. */
function versionOf(processes: readonly Process[]): number {
  const versions = processes.map(({ name, version, opens, discharges }) => [name, version, Object.keys(opens), Object.keys(discharges)]);
  return 1 + (hash53(JSON.stringify(versions)) % 1_000_000_000);
}

/** Everything owed, in the shape that the runner takes: at the position of the tables. */
export function* openObligations({ owed }: ReaderOf<ObligationsTables>) {
  for (const { process, owedKey, openedAt, due, data } of owed.scan()) yield { process, key: owedKey, openedAt, due, data };
}
