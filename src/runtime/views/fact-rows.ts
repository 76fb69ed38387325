// Fact rows: what `project` adds to a fact table.
import type { DatabaseSync } from 'node:sqlite';
import { encodeRow } from './columns.ts';
import { Inserter } from './inserter.ts';
import { FACTS_PER_EVENT, quoted, type TableLayout } from './layout.ts';
import type { ListValues, NumberOf } from './list-values.ts';
import type { Place } from './temporal-rows.ts';

export class FactRowsWriter {
  readonly weight = 0;
  private readonly layout: TableLayout;
  private readonly numbers: readonly NumberOf[];
  private readonly place: Place;
  private readonly inserter: Inserter;
  private position = 0;
  private added = 0;

  constructor(db: DatabaseSync, layout: TableLayout, values: ListValues, place: Place) {
    this.layout = layout;
    this.numbers = layout.lists.slice(1).map((list) => values.numbersOf(list));
    this.place = place;
    const columns = ['_id', ...layout.lists.slice(1).map(({ at }) => at), ...layout.forms.map(({ name }) => name)].map(quoted);
    this.inserter = new Inserter(db, `${quoted(layout.name)} (${columns.join(', ')})`, columns.length);
  }

  add(row: object): void {
    const { layout } = this;
    const { position } = this.place;
    if (position !== this.position) {
      this.position = position;
      this.added = 0;
    }
    if (this.added === FACTS_PER_EVENT) throw new Error(`${layout.name}: more than ${FACTS_PER_EVENT} facts in one event`);
    const values = encodeRow(layout.name, layout.forms, row);
    const before = [position * FACTS_PER_EVENT + this.added++];
    for (let i = 0; i < this.numbers.length; i++) before.push((this.numbers[i] as NumberOf)(values));
    this.inserter.add(before, values);
  }

  flush(): void {
    this.inserter.flush();
  }

  retire(): void {
    this.flush();
  }

  reload(): void {
    this.inserter.forget();
    this.position = 0;
  }
}
