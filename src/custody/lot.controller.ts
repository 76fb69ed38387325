// Routes of lots: taking in, offering and answering, and what there is of each material.
import { Controller, Get, Post } from '@nestjs/common';
import { OmitType } from '@nestjs/swagger';
import { IsUUID, Matches } from 'class-validator';
import type { Viewer } from '../community/index.ts';
import {
  Acting,
  Answers,
  Command,
  Commands,
  Describes,
  ForLinkedPersons,
  Listing,
  Paging,
  PathId,
  Reading,
  Rejects,
  Viewing,
  Views,
  answer,
  inTurns,
  notFound,
  rowOf,
} from '../http/index.ts';
import { UNITS } from '../kernel/index.ts';
import { AcceptOffer, ConfirmTransfer, DeclineOffer, OfferCustody, RegisterLot, WithdrawOffer } from './lot.commands.ts';
import { CUSTODY_MODELS, METHODS } from './lot.events.ts';
import { lotById, lots, summing } from './material-custody.queries.ts';
import { materialCustody } from './material-custody.view.ts';
import { MATERIAL_CODE } from './material.commands.ts';
import { Optional } from '../validation/index.ts';

const { tables: shapes } = materialCustody;

class LotListing extends Paging {
  /** PartyId of who holds them. */
  @Optional()
  @IsUUID()
  readonly custodian?: string;

  /** PartyId of who owns them. */
  @Optional()
  @IsUUID()
  readonly owner?: string;

  /** Code of the catalogue. */
  @Optional()
  @Matches(MATERIAL_CODE)
  readonly material?: string;
}

class StockFilter extends OmitType(LotListing, ['cursor', 'limit'] as const) {}

const id = { type: 'string', format: 'uuid' };
const lotRow = rowOf(shapes.lot, {
  key: { ...id, description: 'LotId.' },
  unit: { enum: UNITS },
  method: { enum: METHODS },
  model: { enum: CUSTODY_MODELS },
  requests: { type: 'array', items: id, description: 'Ids of requests that wait for an answer.' },
});

const balance = {
  type: 'object',
  properties: {
    material: { type: 'string' },
    quantity: { type: 'object', properties: { amount: { type: 'string' }, unit: { enum: UNITS } }, required: ['amount', 'unit'] },
    lots: { type: 'integer', minimum: 1 },
  },
  required: ['material', 'quantity', 'lots'],
};

@Controller('lots')
export class LotController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes('Take a lot in', 'By a keeper, or by who acts for the custodian, if that is the community, a member or a facility.')
  @Rejects('MayNotTakeIn', 'InAnotherName', 'NotInTheCatalogue', 'CannotHold', 'NothingThere', 'PiecesAreWhole', 'MethodDoesNotFit', 'DeniedByProtocol')
  register(@Command(RegisterLot) command: RegisterLot, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':lot/offers')
  @ForLinkedPersons()
  @Describes(
    'Offer a lot',
    'Custody is offered by who holds it, ownership by who owns it; who passes both acts for both. An offer that a protocol denies is refused and on record.',
  )
  @Rejects('NoSuchLot', 'NotTheCustodian', 'NotTheOwner', 'InAnotherName', 'AlreadyOffered', 'OfferedToItsHolder', 'CannotHold')
  @Rejects('NoSuchRequest', 'RequestIsForAnother', 'RequestSettled', 'OfferEndsInThePast', 'DeniedByProtocol')
  offer(@Command(OfferCustody) command: OfferCustody, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':lot/offers/:transfer/acceptance')
  @ForLinkedPersons()
  @Describes('Accept an offer', 'By its recipient. Judged by the protocols in force now: what they deny is refused and on record as a refused request.')
  @Rejects('NoSuchLot', 'NoSuchOffer', 'NotTheRecipient', 'InAnotherName', 'OfferExpired', 'CannotHold', 'CustodyHasMoved', 'DeniedByProtocol')
  accept(@Command(AcceptOffer) command: AcceptOffer, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':lot/offers/:transfer/confirmation')
  @ForLinkedPersons()
  @Describes('Confirm an offer as a second person', 'By a member who neither made it nor accepts it. Where a clause in force asks for a second person, it has to come before the acceptance.')
  @Rejects('NoSuchLot', 'NoSuchOffer', 'MayNotConfirm', 'InAnotherName', 'OwnOffer', 'ConfirmedAlready')
  confirm(@Command(ConfirmTransfer) command: ConfirmTransfer, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':lot/offers/:transfer/refusal')
  @ForLinkedPersons()
  @Describes('Decline an offer', 'By its recipient.')
  @Rejects('NoSuchLot', 'NoSuchOffer', 'NotTheRecipient', 'InAnotherName')
  decline(@Command(DeclineOffer) command: DeclineOffer, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':lot/offers/:transfer/withdrawal')
  @ForLinkedPersons()
  @Describes('Take an offer back', 'By who holds the lot.')
  @Rejects('NoSuchLot', 'NoSuchOffer', 'NotTheCustodian', 'InAnotherName')
  withdraw(@Command(WithdrawOffer) command: WithdrawOffer, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Get()
  @ForLinkedPersons()
  @Describes('Lots: what, how much, who owns, who holds, where', 'Members see all; others those that they own, hold or are offered.')
  @Answers(lotRow, 'page')
  async list(@Reading() at: Reading, @Listing(LotListing) { cursor, ...filter }: LotListing, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, lots(tables, viewer, { ...filter, after: cursor }));
  }

  @Get(':lot')
  @ForLinkedPersons()
  @Describes('One lot')
  @Answers(lotRow)
  async one(@PathId('lot') lot: string, @Reading() at: Reading, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, lotById(tables, viewer, lot) ?? notFound('lot', lot));
  }
}

@Controller('balances')
export class BalanceController {
  constructor(private readonly views: Views) {}

  @Get()
  @ForLinkedPersons()
  @Describes('How much of each material there is, in kilograms', 'Lots whose quantity is no mass are listed apart as unbalanced; nothing is converted by assumption.')
  @Answers({ type: 'object', properties: { balanced: { type: 'array', items: balance }, unbalanced: { type: 'array', items: balance } }, required: ['balanced', 'unbalanced'] })
  async all(@Reading() at: Reading, @Listing(StockFilter) filter: StockFilter, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, await inTurns(summing(tables, viewer, filter)));
  }
}
