// The route of tokens, and the token that comes with being linked.
import { Controller, Post } from '@nestjs/common';
import { IsISO8601, IsJWT, IsUUID } from 'class-validator';
import { Acknowledgement, Acting, Answers, Command, Commands, Describes, ForIdentified, LocalIssuer, Rejects, type MintedToken } from '../http/index.ts';
import { derivedId } from '../kernel/index.ts';
import { MintToken } from './person.commands.ts';
import type { PersonEvent } from './person.ts';
import { communityRejections } from './rejections.ts';
import { Optional } from '../validation/index.ts';

type Minted = Extract<PersonEvent, { type: 'TokenMinted' }>;

/** Of a minted token. */
export class TokenAnswer extends Acknowledgement implements MintedToken {
  @IsJWT()
  readonly token: string;

  @IsISO8601()
  readonly expiresAt: string;

  constructor(done: Acknowledgement, { token, expiresAt }: MintedToken) {
    super(done);
    this.token = token;
    this.expiresAt = expiresAt;
  }
}

/** Of what links a person. */
export class LinkedAnswer extends Acknowledgement {
  /** PersonId of who is linked. */
  @IsUUID()
  readonly person: string;

  /** The person's first token, if its identity is of this service's making. */
  @Optional()
  @IsJWT()
  readonly token?: string;

  @Optional()
  @IsISO8601()
  readonly expiresAt?: string;

  constructor(done: Acknowledgement, person: string, first?: MintedToken) {
    super(done);
    this.person = person;
    if (first) {
      this.token = first.token;
      this.expiresAt = first.expiresAt;
    }
  }
}

/** Records the minting, then signs. The same token for the same command. */
async function mint(command: MintToken, acting: Acting, commands: Commands, issuer: LocalIssuer): Promise<TokenAnswer> {
  if (!issuer.enabled) throw communityRejections.TokensFromElsewhere({ issuer: issuer.issuer });
  const ack = await commands.run(command, acting);
  const { tokenId, expiresAt } = ack.dataOf<Minted>('TokenMinted');
  return new TokenAnswer(ack, await issuer.mint(command.person, tokenId, expiresAt));
}

/** The token of who was linked by a command just now: recorded under a command of its own, the same for a resend. */
export async function firstToken(acting: Acting, commands: Commands, issuer: LocalIssuer): Promise<MintedToken> {
  const command = Object.assign(new MintToken(), { person: acting.actor });
  // If-Match was about the stream of the command that linked.
  const { ifPosition: _, ...own } = acting;
  return mint(command, { ...own, commandId: derivedId(acting.commandId, 'token') }, commands, issuer);
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
  @Answers(TokenAnswer)
  @Rejects('NotOwnToken', 'PersonNotLinked', 'TokensFromElsewhere')
  mint(@Command(MintToken) command: MintToken, @Acting() acting: Acting): Promise<TokenAnswer> {
    return mint(command, acting, this.commands, this.issuer);
  }
}
