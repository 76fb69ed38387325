// Routes of roles: who holds them and until when, and how they are laid down.
import { Controller, Get, Post } from '@nestjs/common';
import { IsIn } from 'class-validator';
import { Acting, Answers, answer, Command, Commands, Describes, ForLinkedPersons, Listing, Paging, Reading, Rejects, rowOf, Secrets, Viewing, Views } from '../http/index.ts';
import { rolesShown } from './community.queries.ts';
import { communityView } from './community.view.ts';
import { listing } from './listing.ts';
import { OFFICES, type Office } from './membership.ts';
import { LayDownRole } from './office.commands.ts';
import { shown } from './shown.ts';
import type { Viewer } from './viewer.ts';
import { Optional } from '../validation/index.ts';

class RoleFilter extends Paging {
  @Optional()
  @IsIn(OFFICES)
  readonly role?: Office;
}

const HOLDER = shown(
  rowOf(communityView.tables.role, {
    role: { enum: OFFICES },
    until: { description: 'When the term ends by itself; null: until another decision.' },
    proposal: { description: 'ProposalId of the vote that granted it; null for founders, and for who was admitted with it.' },
  }),
  [],
  { name: { type: ['string', 'null'], description: 'null when it was erased.' } },
);

@Controller('roles')
export class RoleController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
    private readonly secrets: Secrets,
  ) {}

  @Get()
  @ForLinkedPersons()
  @Describes('Roles with their holders and terms', 'For members. Others see their own only. Every member is a `member`: that role is not listed.')
  @Answers(HOLDER, 'page')
  async list(@Reading() at: Reading, @Listing(RoleFilter) filter: RoleFilter, @Viewing() viewer: Viewer) {
    const { position, tables } = await this.views.read(communityView, at);
    return answer(position, rolesShown(tables, viewer, (sealed) => this.secrets.open(sealed), listing(filter)));
  }

  @Post(':role/resignation')
  @ForLinkedPersons()
  @Describes('Lay down a role that one holds', 'Unless the community cannot do without.')
  @Rejects('RoleNotHeld', 'RoleMinimum')
  layDown(@Command(LayDownRole) command: LayDownRole, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }
}
