// Routes of transfers: offers and what became of them.
import { Controller, Get } from '@nestjs/common';
import { IsIn, IsUUID } from 'class-validator';
import type { Viewer } from '../community/index.ts';
import { Answers, Describes, ForLinkedPersons, Listing, Paging, PathId, Reading, Viewing, Views, answer, notFound, rowOf } from '../http/index.ts';
import { BECAUSE } from './grandfathering.ts';
import { PASSES } from './lot.events.ts';
import { transferById, transfers, TRANSFER_STATES, type TransferState } from './material-custody.queries.ts';
import { materialCustody } from './material-custody.view.ts';
import { Optional } from '../validation/index.ts';

const { tables: shapes } = materialCustody;
const transferRow = rowOf(shapes.transfer, {
  key: { format: 'uuid', description: 'TransferId.' }, passes: { enum: PASSES }, state: { enum: TRANSFER_STATES },
  because: BECAUSE,
  confirmedBy: { type: 'array', items: { type: 'string', format: 'uuid' }, description: 'PersonIds of second persons.' },
});

class TransferListing extends Paging {
  @Optional()
  @IsUUID()
  readonly lot?: string;

  /** PartyId of the recipient. */
  @Optional()
  @IsUUID()
  readonly to?: string;

  /** PartyId of who offers. */
  @Optional()
  @IsUUID()
  readonly from?: string;

  /** With `to` or `from` alone it is `offered` unless said otherwise. */
  @Optional()
  @IsIn(TRANSFER_STATES)
  readonly state?: TransferState;
}

@Controller('transfers')
export class TransferController {
  constructor(private readonly views: Views) {}

  @Get()
  @ForLinkedPersons()
  @Describes('Offers and what became of them, newest first', 'Members see all; others those that they are an end of.')
  @Answers(transferRow, 'page')
  async list(@Reading() at: Reading, @Listing(TransferListing) { cursor, ...filter }: TransferListing, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, transfers(tables, viewer, { ...filter, after: cursor }));
  }

  @Get(':transfer')
  @ForLinkedPersons()
  @Describes('One transfer')
  @Answers(transferRow)
  async one(@PathId('transfer') transfer: string, @Reading() at: Reading, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, transferById(tables, viewer, transfer) ?? notFound('transfer', transfer));
  }
}
