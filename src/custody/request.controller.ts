// Routes of requests: asking for a lot that others hold.
import { Controller, Get, Post } from '@nestjs/common';
import { IsIn, IsUUID } from 'class-validator';
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
  notFound,
  rowOf,
} from '../http/index.ts';
import { BECAUSE } from './grandfathering.ts';
import { requestById, requests, REQUEST_STATES, type RequestState } from './material-custody.queries.ts';
import { materialCustody } from './material-custody.view.ts';
import { DeclineRequest, RequestMaterial, WithdrawRequest } from './request.commands.ts';
import { Optional } from '../validation/index.ts';

const { tables: shapes } = materialCustody;
const requestRow = rowOf(shapes.request, { because: BECAUSE, key: { format: 'uuid', description: 'RequestId.' }, state: { enum: REQUEST_STATES } });

class RequestListing extends Paging {
  /** PartyId of who asks. */
  @Optional()
  @IsUUID()
  readonly party?: string;

  @Optional()
  @IsUUID()
  readonly lot?: string;

  /** PartyId of who holds the lot. */
  @Optional()
  @IsUUID()
  readonly holder?: string;

  /** With `holder` alone it is `open` unless said otherwise. */
  @Optional()
  @IsIn(REQUEST_STATES)
  readonly state?: RequestState;
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
  @Answers(requestRow, 'page')
  async list(@Reading() at: Reading, @Listing(RequestListing) { cursor, ...filter }: RequestListing, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, requests(tables, viewer, { ...filter, after: cursor }));
  }

  @Get(':request')
  @ForLinkedPersons()
  @Describes('One request')
  @Answers(requestRow)
  async one(@PathId('request') request: string, @Reading() at: Reading, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(materialCustody, at);
    return answer(position, requestById(tables, viewer, request) ?? notFound('request', request));
  }
}
