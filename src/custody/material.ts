// The catalogue of materials: one stream per code, named once.
import { holdsRole, type Membership } from '../community/index.ts';
import {
  accept,
  decider,
  defineRejections,
  describeEvents,
  refuse,
  type Act,
  type Event,
  type Recorded,
} from '../kernel/index.ts';
import type { RegisterMaterial } from './material.commands.ts';

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

export const materialRejections = defineRejections({
  MaterialAlreadyRegistered: [409, 'the catalogue has a material of this code', 'A code of the catalogue names one material, for good.'],
  NotClassified: [400, 'a material has either a waste code or a product class', 'What is waste has a six-digit code of the list of waste; what is not has a product class; nothing has both.'],
  NotACataloguer: [403, 'the caller is neither keeper nor steward', 'The catalogue is kept by keepers and stewards.'],
});

export type Material = { readonly status: 'absent' } | { readonly status: 'registered' };

interface CatalogueContext extends Act {
  /** The actor's membership. */
  readonly membership: Membership;
}

export const material = decider<MaterialEvent, Material>()({
  name: 'material',
  initial: { status: 'absent' },
  decide: {
    RegisterMaterial(command: RegisterMaterial, state: Material, { membership }: CatalogueContext) {
      if (!holdsRole(membership, 'keeper') && !holdsRole(membership, 'steward')) return refuse(materialRejections.NotACataloguer());
      const { material, name, wasteCode, productClass } = command;
      if ((wasteCode === undefined) === (productClass === undefined)) return refuse(materialRejections.NotClassified());
      if (state.status === 'registered') return refuse(materialRejections.MaterialAlreadyRegistered({ material }));
      const named = { material, name };
      return accept({
        type: 'MaterialRegistered',
        data: wasteCode === undefined ? { ...named, productClass: productClass as string } : { ...named, wasteCode },
      });
    },
  },
  evolve: (state: Material, event: Recorded<MaterialEvent>): Material =>
    event.type === 'MaterialRegistered' ? { status: 'registered' } : state,
});
