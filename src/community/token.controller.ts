// The route of tokens, and the token that comes with being linked.
import { Controller, Post } from '@nestjs/common';
import { Acting, Command, Commands, Describes, ForIdentified, LocalIssuer, Rejects, type Acknowledgement, type MintedToken } from '../http/index.ts';
import { derivedId } from '../kernel/index.ts';
import { MintToken } from './person.commands.ts';
import type { PersonEvent } from './person.ts';
import { communityRejections } from './rejections.ts';

type Minted = Extract<PersonEvent, { type: 'TokenMinted' }>;

/** Records the minting, then signs. The same token for the same command. */
async function mint(command: MintToken, acting: Acting, commands: Commands, issuer: LocalIssuer): Promise<Acknowledgement & MintedToken> {
  if (!issuer.enabled) throw communityRejections.TokensFromElsewhere({ issuer: issuer.issuer });
  const ack = await commands.run(command, acting);
  const { tokenId, expiresAt } = ack.dataOf<Minted>('TokenMinted');
  return Object.assign(ack, await issuer.mint(command.person, tokenId, expiresAt));
}

/** The token of who was linked by a command just now: recorded under a command of its own, the same for a resend. */
export async function firstToken(acting: Acting, commands: Commands, issuer: LocalIssuer): Promise<MintedToken> {
  const command = Object.assign(new MintToken(), { person: acting.actor });
  // If-Match was about the stream of the command that linked.
  const { ifPosition: _, ...own } = acting;
  const { token, expiresAt } = await mint(command, { ...own, commandId: derivedId(acting.commandId, 'token') }, commands, issuer);
  return { token, expiresAt };
}

@Controller('tokens')
export class TokenController {
  constructor(
    private readonly commands: Commands,
    private readonly issuer: LocalIssuer,
  ) {}

  @Post()
  @ForIdentified()
  @Describes('Mint a token', 'For oneself, or by the operator for a person of this community, who sees it among the acts.')
  @Rejects('NotOwnToken', 'PersonNotLinked', 'TokensFromElsewhere')
  mint(@Command(MintToken) command: MintToken, @Acting() acting: Acting) {
    return mint(command, acting, this.commands, this.issuer);
  }
}
