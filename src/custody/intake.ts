// Intake: a lot comes onto the books, in somebody's hands and in somebody's ownership.
import { communityRejections, holdsRole, type Charter, type Membership } from '../community/index.ts';
import { accept, decider, dimensionOf, isPositive, quantity, refuse, type Act } from '../kernel/index.ts';
import { denial, denied } from './denial.ts';
import { actsFor, canHold, isInNameOf, isOutside, type Holder } from './holder.ts';
import type { RegisterLot } from './lot.commands.ts';
import { lotFold, type Lot, type LotEvent, type Method } from './lot.events.ts';
import type { Material } from './material.ts';
import { custodyRejections as rejections } from './rejections.ts';

export interface IntakeContext extends Act {
  readonly charter: Charter;
  readonly membership: Membership;
  readonly material: Material;
  readonly owner: Holder;
  readonly custodian: Holder;
}

const FITS: Readonly<Record<Method, readonly string[]>> = {
  weighed: ['mass'],
  counted: ['count'],
  estimated: ['mass', 'volume', 'count'],
};

export const intake = decider<LotEvent, Lot>()({
  ...lotFold,
  decide: {
    RegisterLot(command: RegisterLot, _: Lot, context: IntakeContext) {
      const { charter, membership, material, owner, custodian } = context;
      const insider = !isOutside(custodian) && actsFor(custodian, { act: context, membership }, 'transfers');
      if (!holdsRole(membership, 'keeper') && !insider) return refuse(rejections.MayNotTakeIn());
      if (!isInNameOf(context, custodian, owner)) return refuse(rejections.InAnotherName());
      if (material.status === 'absent') return refuse(communityRejections.NotInTheCatalogue({ materials: [command.material] }));
      for (const holder of [custodian, owner]) if (!canHold(holder)) return refuse(rejections.CannotHold({ party: holder.id }));
      const stated = quantity(command.quantity.amount, command.quantity.unit);
      if (!isPositive(stated)) return refuse(rejections.NothingThere());
      if (dimensionOf(stated.unit) === 'count' && stated.amount.includes('.')) return refuse(rejections.PiecesAreWhole());
      const { method, instrument, ticket, location, provenance, model } = command;
      if (!FITS[method].includes(dimensionOf(stated.unit))) return refuse(rejections.MethodDoesNotFit({ method, unit: stated.unit }));
      // What may not be acquired cannot be had by writing it into the books either.
      const taken = { act: 'intake', material: command.material, taker: membership } as const;
      const by =
        custodian.id === owner.id
          ? denied(charter, context.now, { ...taken, holder: owner, gets: 'ownership-and-custody' })
          : denied(charter, context.now, { ...taken, holder: custodian, gets: 'custody' }, { ...taken, holder: owner, gets: 'ownership' });
      if (by) return refuse(denial(by));
      return accept({
        type: 'LotRegistered',
        data: {
          lot: context.newId(),
          material: command.material,
          quantity: stated,
          method,
          ...(instrument === undefined ? {} : { instrument }),
          ...(ticket === undefined ? {} : { ticket }),
          owner: owner.id,
          custodian: custodian.id,
          location,
          provenance,
          model,
        },
      });
    },
  },
});
