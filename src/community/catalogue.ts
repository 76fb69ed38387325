// The catalogue of materials: one stream per code, named once. What lots are of and clauses are about.
import { describeEvents, type Event, type Fold, type Recorded } from '../kernel/index.ts';

export type MaterialCode = string;

export const materialStream = (material: MaterialCode): string => `material-${material}`;

/** Either a code of the European list of waste (six digits, `*` = hazardous) or a class of product. */
export type MaterialEvent = Event<
  'MaterialRegistered',
  { readonly material: MaterialCode; readonly name: string } & (
    | { readonly wasteCode: string; readonly productClass?: never }
    | { readonly productClass: string; readonly wasteCode?: never }
  )
>;

export const materialEvents = describeEvents<MaterialEvent>({
  MaterialRegistered: { wire: 'custody.material-registered.v1', visibility: 'public' },
});

export type Material = { readonly status: 'absent' } | { readonly status: 'registered' };

export const material: Fold<MaterialEvent, Material> = {
  name: 'material',
  initial: { status: 'absent' },
  evolve: (state: Material, event: Recorded<MaterialEvent>): Material => (event.type === 'MaterialRegistered' ? { status: 'registered' } : state),
};
