// Routes of custody: the catalogue, lots, offers, requests, balances.
import { Controller, Get, Post } from '@nestjs/common';
import { OmitType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID, Matches } from 'class-validator';
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
  Public,
  Reading,
  Rejects,
  Viewing,
  Views,
  answer,
  notFound,
  rowOf,
} from '../http/index.ts';
import { UNITS } from '../kernel/index.ts';
import { AcceptOffer, DeclineOffer, OfferCustody, RegisterLot, WithdrawOffer } from './lot.commands.ts';
import { MATERIAL_CODE, RegisterMaterial } from './material.commands.ts';
import {
  balances,
  lotById,
  lots,
  materials,
  requestById,
  requests,
  REQUEST_STATES,
  transferById,
  transfers,
  TRANSFER_STATES,
  type RequestState,
  type TransferState,
} from './material-custody.queries.ts';
import { materialCustody } from './material-custody.view.ts';
import { DeclineRequest, RequestMaterial, WithdrawRequest } from './request.commands.ts';

class LotListing extends Paging {
  /** PartyId of who holds them. */
  @IsOptional()
  @IsUUID()
  readonly custodian?: string;

  /** PartyId of who owns them. */
  @IsOptional()
  @IsUUID()
  readonly owner?: string;

  /** Code of the catalogue. */
  @IsOptional()
  @Matches(MATERIAL_CODE)
  readonly material?: string;
}

class StockFilter extends OmitType(LotListing, ['cursor', 'limit'] as const) {}

class TransferListing extends Paging {
  @IsOptional()
  @IsUUID()
  readonly lot?: string;

  /** PartyId of the recipient. */
  @IsOptional()
  @IsUUID()
  readonly to?: string;

  /** PartyId of who offers. */
  @IsOptional()
  @IsUUID()
  readonly from?: string;

  /** With `to` or `from` alone it is `offered` unless said otherwise. */
  @IsOptional()
  @IsIn(TRANSFER_STATES)
  readonly state?: TransferState;
}

class RequestListing extends Paging {
  /** PartyId of who asks. */
  @IsOptional()
  @IsUUID()
  readonly party?: string;

  @IsOptional()
  @IsUUID()
  readonly lot?: string;

  /** PartyId of who holds the lot. */
  @IsOptional()
  @IsUUID()
  readonly holder?: string;

  /** With `holder` alone it is `open` unless said otherwise. */
  @IsOptional()
  @IsIn(REQUEST_STATES)
  readonly state?: RequestState;
}

const { tables: shapes } = materialCustody;

const balance = {
  type: 'object',
  properties: {
    material: { type: 'string' },
    quantity: { type: 'object', properties: { amount: { type: 'string' }, unit: { enum: UNITS } }, required: ['amount', 'unit'] },
    lots: { type: 'integer', minimum: 1 },
  },
  required: ['material', 'quantity', 'lots'],
};

@Controller('materials')
export class MaterialController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes('Put a material into the catalogue', 'By keepers and stewards. It has either a code of the list of waste or a class of product.')
  @Rejects('NotACataloguer', 'NotClassified', 'MaterialAlreadyRegistered')
  register(@Command(RegisterMaterial) command: RegisterMaterial, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Get()
  @Public()
  @Describes('The catalogue of materials')
  @Answers(rowOf(shapes.material), 'page')
  async list(@Reading() at: Reading, @Listing(Paging) { cursor, limit }: Paging) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, materials(tables, { after: cursor, limit }));
  }

  @Get(':material')
  @Public()
  @Describes('One material, by its code')
  @Answers(rowOf(shapes.material))
  async one(@PathId('material') material: string, @Reading() at: Reading) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, tables.material.get(material) ?? notFound('material', material));
  }
}

@Controller('lots')
export class LotController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes('Take a lot in', 'By a keeper, or by who acts for the custodian, if that is the community, a member or a facility.')
  @Rejects('MayNotTakeIn', 'InAnotherName', 'NotInTheCatalogue', 'CannotHold', 'NothingThere', 'MethodDoesNotFit', 'DeniedByProtocol')
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
  @Rejects('NoSuchLot', 'NoSuchOffer', 'NotTheRecipient', 'InAnotherName', 'OfferExpired', 'CustodyHasMoved', 'DeniedByProtocol')
  accept(@Command(AcceptOffer) command: AcceptOffer, @Acting() acting: Acting) {
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
  @Answers(rowOf(shapes.lot), 'page')
  async list(@Reading() at: Reading, @Listing(LotListing) { cursor, ...filter }: LotListing, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, lots(tables, viewer, { ...filter, after: cursor }));
  }

  @Get(':lot')
  @ForLinkedPersons()
  @Describes('One lot')
  @Answers(rowOf(shapes.lot))
  async one(@PathId('lot') lot: string, @Reading() at: Reading, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, lotById(tables, viewer, lot) ?? notFound('lot', lot));
  }
}

@Controller('transfers')
export class TransferController {
  constructor(private readonly views: Views) {}

  @Get()
  @ForLinkedPersons()
  @Describes('Offers and what became of them, newest first', 'Members see all; others those that they are an end of.')
  @Answers(rowOf(shapes.transfer), 'page')
  async list(@Reading() at: Reading, @Listing(TransferListing) { cursor, ...filter }: TransferListing, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, transfers(tables, viewer, { ...filter, after: cursor }));
  }

  @Get(':transfer')
  @ForLinkedPersons()
  @Describes('One transfer')
  @Answers(rowOf(shapes.transfer))
  async one(@PathId('transfer') transfer: string, @Reading() at: Reading, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, transferById(tables, viewer, transfer) ?? notFound('transfer', transfer));
  }
}

@Controller('requests')
export class RequestController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
  ) {}

  @Post()
  @ForLinkedPersons()
  @Describes('Ask for a lot', 'By a representative of a registered party. What a protocol in force denies is refused and on record as a refused request.')
  @Rejects('MayNotRequest', 'InAnotherName', 'NoSuchLot', 'HeldAlready', 'DeniedByProtocol')
  ask(@Command(RequestMaterial) command: RequestMaterial, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':request/refusal')
  @ForLinkedPersons()
  @Describes('Decline a request', 'By who holds the lot. It is met by an offer that names it.')
  @Rejects('NoSuchRequest', 'NotTheCustodian', 'InAnotherName', 'RequestSettled', 'RequestBeingAnswered')
  decline(@Command(DeclineRequest) command: DeclineRequest, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Post(':request/withdrawal')
  @ForLinkedPersons()
  @Describes('Take a request back', 'By a representative of who asked.')
  @Rejects('NoSuchRequest', 'MayNotRequest', 'InAnotherName', 'RequestSettled', 'RequestBeingAnswered')
  withdraw(@Command(WithdrawRequest) command: WithdrawRequest, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Get()
  @ForLinkedPersons()
  @Describes('Requests and what became of them, newest first', 'Members see all; others their own, and those for lots that they hold.')
  @Answers(rowOf(shapes.request), 'page')
  async list(@Reading() at: Reading, @Listing(RequestListing) { cursor, ...filter }: RequestListing, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, requests(tables, viewer, { ...filter, after: cursor }));
  }

  @Get(':request')
  @ForLinkedPersons()
  @Describes('One request')
  @Answers(rowOf(shapes.request))
  async one(@PathId('request') request: string, @Reading() at: Reading, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, requestById(tables, viewer, request) ?? notFound('request', request));
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
    return answer(position, balances(tables, viewer, filter));
  }
}
