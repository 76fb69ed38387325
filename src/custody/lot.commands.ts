// Commands on lots: intake, offers, and what becomes of offers.
import 'reflect-metadata';
import { IsIn, IsUUID, Matches } from 'class-validator';
import { AMOUNT, UNITS, type Unit } from '../kernel/index.ts';
import { CUSTODY_MODELS, METHODS, PASSES, type CustodyModel, type Method, type Passes } from './lot.events.ts';
import { MATERIAL_CODE } from './material.commands.ts';
import { IsInstant, IsText, Nested, Optional } from '../validation/index.ts';

export class StatedQuantity {
  /** Plain decimal text, up to 15 digits before and 9 after the point. */
  @Matches(AMOUNT, { message: 'amount must be a plain decimal text' })
  readonly amount!: string;

  /** UN/CEFACT Recommendation 20: kilogram, tonne, gram, litre, cubic metre, piece. */
  @IsIn(UNITS)
  readonly unit!: Unit;
}

export class RegisterLot {
  /** Code of the catalogue. */
  @Matches(MATERIAL_CODE, { message: 'material must be a code of the catalogue' })
  readonly material!: string;

  @Nested(() => StatedQuantity)
  readonly quantity!: StatedQuantity;

  @IsIn(METHODS)
  readonly method!: Method;

  /** What it was weighed or counted with. */
  @Optional()
  @IsText(200)
  readonly instrument?: string;

  /** Number of the weighbridge ticket or count sheet. */
  @Optional()
  @IsText(200)
  readonly ticket?: string;

  /** PartyId: the community, a member or a registered party. */
  @IsUUID()
  readonly owner!: string;

  /** PartyId of who is responsible for it. */
  @IsUUID()
  readonly custodian!: string;

  /** Where it is. */
  @IsText(200)
  readonly location!: string;

  /** Where it comes from. */
  @IsText(1000)
  readonly provenance!: string;

  /** Chain-of-custody model of ISO 22095. */
  @IsIn(CUSTODY_MODELS)
  readonly model!: CustodyModel;
}

export class OfferCustody {
  @IsUUID()
  readonly lot!: string;

  /** PartyId: a member, a facility, a carrier, an external party or the community. */
  @IsUUID()
  readonly to!: string;

  @IsIn(PASSES)
  readonly passes!: Passes;

  /** The request that the offer answers. */
  @Optional()
  @IsUUID()
  readonly request?: string;

  /** RFC 3339 instant at which the offer lapses. Absent: it stays until it is answered or withdrawn. */
  @Optional()
  @IsInstant()
  readonly expiresAt?: string;
}

class OnOffer {
  @IsUUID()
  readonly lot!: string;

  @IsUUID()
  readonly transfer!: string;
}

export class AcceptOffer extends OnOffer {
  /** Where the lot is from now on; absent: where it was. */
  @Optional()
  @IsText(200)
  readonly location?: string;
}

/** By a second person, where a clause asks for one. */
export class ConfirmTransfer extends OnOffer {}

export class DeclineOffer extends OnOffer {}

export class WithdrawOffer extends OnOffer {}

/** What the service owes an offer at its deadline; no route takes it. */
export class LapseOffer extends OnOffer {}
