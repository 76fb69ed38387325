// The route of grandfathered holdings.
import { Controller, Get } from '@nestjs/common';
import { IsUUID, Matches } from 'class-validator';
import type { Viewer } from '../community/index.ts';
import { Answers, Describes, ForLinkedPersons, Listing, Paging, Reading, Viewing, Views, answer, rowOf } from '../http/index.ts';
import { grandfathered, grandfatheredHoldings } from './grandfathered.view.ts';
import { HELD_AS } from './grandfathering.ts';
import { MATERIAL_CODE } from './material.commands.ts';
import { Optional } from '../validation/index.ts';

class GrandfatheredListing extends Paging {
  /** Code of the protocol. */
  @Optional()
  @Matches(MATERIAL_CODE)
  readonly protocol?: string;

  /** PartyId of who had it. */
  @Optional()
  @IsUUID()
  readonly party?: string;

  @Optional()
  @IsUUID()
  readonly lot?: string;
}

const row = rowOf(grandfathered.tables.holding, {
  as: { enum: HELD_AS },
  clauses: { type: 'array', items: { type: 'string' }, description: 'Ids of the clauses that it stands against.' },
  enactedAt: { minimum: 1, description: 'Position of the enactment.' },
});

@Controller('grandfathered-holdings')
export class GrandfatheredController {
  constructor(private readonly views: Views) {}

  @Get()
  @ForLinkedPersons()
  @Describes('What parties had when a protocol came into force that it would not have let them acquire', 'Members see all; others what they represent had.')
  @Answers(row, 'page')
  async list(@Reading() at: Reading, @Listing(GrandfatheredListing) { cursor, ...filter }: GrandfatheredListing, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(grandfathered, at);
    return answer(position, grandfatheredHoldings(tables, viewer, { ...filter, after: cursor }));
  }
}
