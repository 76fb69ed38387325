// What is put into the catalogue of materials, and by whom.
import { holdsRole, material, type Material, type MaterialEvent, type Membership } from '../community/index.ts';
import { accept, decider, defineRejections, refuse, type Act } from '../kernel/index.ts';
import type { RegisterMaterial } from './material.commands.ts';

export { materialEvents, materialStream, type Material, type MaterialCode, type MaterialEvent } from '../community/index.ts';

export const materialRejections = defineRejections({
  MaterialAlreadyRegistered: [409, 'the catalogue has a material of this code', 'A code of the catalogue names one material, for good.'],
  NotClassified: [400, 'a material has either a waste code or a product class', 'What is waste has a six-digit code of the list of waste; what is not has a product class; nothing has both.'],
  NotACataloguer: [403, 'the caller is neither keeper nor steward', 'The catalogue is kept by keepers and stewards.'],
});

interface CatalogueContext extends Act {
  /** The actor's membership. */
  readonly membership: Membership;
}

export const cataloguing = decider<MaterialEvent, Material>()({
  ...material,
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
});
