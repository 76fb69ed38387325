// Routes of delegations: one's own, the named ones, delegates and what they carry, and how one's own vote is carried.
import { Controller, Delete, Get, Put } from '@nestjs/common';
import { communityView, listing, type Somebody } from '../../community/index.ts';
import {
  Acting, Answers, answer, Command, Commands, Describes, ForLinkedPersons, Inquiries, Listing, notFound, objectOf, Paging, PathId, Public, Reading, Rejects, Viewing, Views,
} from '../../http/index.ts';
import { Optional } from '../../validation/index.ts';
import { protocolStatus } from '../protocol-status.view.ts';
import { membersOnly, proposalFor } from '../queries.ts';
import { delegates, type Load } from './delegates.ts';
import { GiveDelegation, IsScope, RevokeDelegation } from './delegation.commands.ts';
import { delegatesShown, delegationsOf, namedDelegations, ownChain, type DelegateShown, type DelegationShown, type OwnChain } from './delegation.queries.ts';
import { delegationsView } from './delegation.view.ts';

class DelegateFilter extends Paging {
  /** `all`, `topic.<code>` or `proposal.<ProposalId>`. */
  @Optional()
  @IsScope()
  readonly scope?: string;
}

const person = { type: 'string', format: 'uuid' };
const scope = { type: 'string', description: '`all`, `topic.<code>` or `proposal.<ProposalId>`.' };
const DELEGATION = objectOf<DelegationShown>({
  person, to: person, scope, named: { type: 'boolean', description: 'Whether others may know whose it is.' }, givenAt: { type: 'string', format: 'date-time' },
});
const DELEGATE = objectOf<DelegateShown>({ person, scope, direct: { type: 'integer', minimum: 1, description: 'How many delegated to it directly.' } });
const CHAIN = objectOf<OwnChain>({
  standing: { type: 'string', enum: ['off', 'own-ballot', 'no-delegation', 'carried', 'off-roll', 'round', 'further'] },
  chain: { type: 'array', items: { type: ['string', 'null'] }, description: 'Delegates one after the other; null where the one before does not allow the next to be known.' },
});
const LOAD = objectOf<Load>({ person, carried: { type: 'integer', minimum: 1, description: 'Votes carried beside the own one.' } });

@Controller('delegations')
export class DelegationController {
  constructor(
    private readonly commands: Commands,
    private readonly views: Views,
  ) {}

  @Put(':scope')
  @ForLinkedPersons()
  @Describes('Delegate one’s vote', 'In everything, on a topic, or on one proposal: the most specific one decides, and an own ballot overrides it. Replaces the one of the same scope.')
  @Rejects('DelegationOff', 'MembersOnly', 'OwnDelegate', 'DelegateNoMember', 'NoSuchTopic', 'NoSuchProposal', 'SameDelegation')
  give(@Command(GiveDelegation) command: GiveDelegation, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Delete(':scope')
  @ForLinkedPersons()
  @Describes('Revoke a delegation')
  @Rejects('NoDelegation')
  revoke(@Command(RevokeDelegation) command: RevokeDelegation, @Acting() acting: Acting) {
    return this.commands.run(command, acting);
  }

  @Get()
  @ForLinkedPersons()
  @Describes('One’s own delegations')
  @Answers(DELEGATION, 'page')
  async own(@Reading() at: Reading, @Listing(Paging) paging: Paging, @Viewing() viewer: Somebody) {
    const { position, tables } = await this.views.read(delegationsView, at);
    return answer(position, delegationsOf(tables, viewer.person, listing(paging)));
  }

  @Get('named')
  @ForLinkedPersons()
  @Describes('Delegations whose owners allow it to be known', 'For members: the edges of the graph.')
  @Answers(DELEGATION, 'page')
  @Rejects('MembersOnly')
  async named(@Reading() at: Reading, @Listing(Paging) paging: Paging, @Viewing() viewer: Somebody) {
    membersOnly(viewer);
    const { position, tables } = await this.views.read(delegationsView, at);
    return answer(position, namedDelegations(tables, listing(paging)));
  }
}

@Controller('delegates')
export class DelegateController {
  constructor(private readonly views: Views) {}

  @Get()
  @Public()
  @Describes('Delegates, and how many delegated to each directly')
  @Answers(DELEGATE, 'page')
  async list(@Reading() at: Reading, @Listing(DelegateFilter) filter: DelegateFilter) {
    const { position, tables } = await this.views.read(delegationsView, at);
    return answer(position, delegatesShown(tables, listing(filter)));
  }
}

@Controller('proposals/:proposal')
export class CarriedController {
  constructor(
    private readonly views: Views,
    private readonly inquiries: Inquiries,
  ) {}

  @Get('delegation')
  @ForLinkedPersons()
  @Describes('How one’s own vote on a proposal is carried', 'By whom, one after the other, and whether it arrives.')
  @Answers(CHAIN)
  async chain(@PathId('proposal') proposal: string, @Reading() at: Reading, @Viewing() viewer: Somebody) {
    const { position, tables } = await this.views.read(protocolStatus, at);
    const row = proposalFor(tables, viewer, proposal) ?? notFound('proposal', proposal);
    const same = { asOf: position, waitFor: position };
    const [delegations, community] = await Promise.all([this.views.read(delegationsView, same), this.views.read(communityView, same)]);
    return answer(position, ownChain(delegations.tables, tables, community.tables, row, viewer.person));
  }

  @Get('delegates')
  @ForLinkedPersons()
  @Describes('What each delegate carries in a vote', 'Counted from the log, most first: of the present vote as of now, or as of its close.')
  @Answers({ type: 'array', items: LOAD })
  @Rejects('NoSuchProposal', 'TooMuchContention', 'ShuttingDown')
  async delegates(@PathId('proposal') proposal: string, @Reading() at: Reading, @Viewing() viewer: Somebody) {
    const { position, tables } = await this.views.read(protocolStatus, at);
    if (!proposalFor(tables, viewer, proposal)) notFound('proposal', proposal);
    return answer(position, await this.inquiries.answer(delegates, { proposal }, { by: viewer.person, asOf: position }));
  }
}
