// The local issuer: tokens signed by the service itself, with an Ed25519 key that whoever can read its secrets can derive.
import { createPrivateKey, createPublicKey, hash, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { msOf, personIdOf, type Instant } from '../kernel/index.ts';
import type { Secrets } from '../runtime/index.ts';
import { OPERATOR } from '../community/index.ts';
import { edgeRejections } from './rejections.ts';

export interface MintedToken {
  readonly token: string;
  readonly expiresAt: Instant;
}

export abstract class LocalIssuer {
  /** False where another issuer's tokens are accepted; then `mint` refuses. */
  abstract readonly enabled: boolean;
  /** `iss` of its tokens. Persons known by it are `personIdOf(localIssuer.issuer, 'invitation:' + id)`. */
  abstract readonly issuer: string;
  /**
   * Signs a token for a person: `sub` is the PersonId, `jti` the token id. The same text for the same arguments, so a
   * resent command is answered equal. Record the minting first. @throws Rejection LocalIssuerOff (403)
   */
  abstract mint(person: string, tokenId: string, expiresAt: Instant): Promise<MintedToken>;
}

/** PKCS #8 header of an Ed25519 private key; the 32 bytes of the seed follow (RFC 8410). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

const ALGORITHM = 'EdDSA';

/** Subject of the token that founds a community: the one person that no invitation can name. */
const FIRST_FOUNDER = 'first-founder';

export class SigningIssuer extends LocalIssuer {
  readonly enabled = true;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  private readonly audience: string;
  private readonly privateKey: KeyObject;

  constructor(secrets: Pick<Secrets, 'key'>, namespace: string, audience: string) {
    super();
    this.issuer = `urn:biolithic:${namespace}:local`;
    this.audience = audience;
    const seed = secrets.key('issuer');
    if (seed.length !== 32) throw new Error('the issuer key must have 32 bytes');
    this.privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
    this.publicKey = createPublicKey(this.privateKey);
  }

  /** Another one for every community: what it makes derives its ids from it. */
  get firstFounder(): string {
    const key = hash('sha256', this.publicKey.export({ format: 'der', type: 'spki' }));
    return personIdOf(this.issuer, `${FIRST_FOUNDER}:${key}`);
  }

  async mint(person: string, tokenId: string, expiresAt: Instant): Promise<MintedToken> {
    return { token: await this.sign(person, expiresAt, tokenId), expiresAt };
  }

  /** For whoever runs the service: may mint tokens for linked persons. `expiresAt` should be minutes away. */
  operatorToken(expiresAt: Instant): Promise<string> {
    return this.sign(OPERATOR, expiresAt);
  }

  /** For who founds the community. */
  firstFounderToken(expiresAt: Instant): Promise<string> {
    return this.sign(this.firstFounder, expiresAt);
  }

  private sign(subject: string, expiresAt: Instant, tokenId?: string): Promise<string> {
    const token = new SignJWT().setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' }).setIssuer(this.issuer).setAudience(this.audience);
    token.setSubject(subject).setExpirationTime(Math.floor(msOf(expiresAt) / 1000));
    if (tokenId !== undefined) token.setJti(tokenId);
    return token.sign(this.privateKey);
  }
}

/** Where another issuer's tokens are accepted. */
export class NoLocalIssuer extends LocalIssuer {
  readonly enabled = false;
  readonly issuer: string;

  constructor(externalIssuer: string) {
    super();
    this.issuer = externalIssuer;
  }

  async mint(): Promise<never> {
    throw edgeRejections.LocalIssuerOff({ issuer: this.issuer });
  }
}
