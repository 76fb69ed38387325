// Verification of bearer tokens: pinned algorithms, one issuer, one audience; verified ones are remembered until they expire.
import { hash } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';
import { isUuid, personIdOf, type Clock } from '../kernel/index.ts';
import type { Identity } from './caller.ts';
import type { SigningIssuer } from './local-issuer.ts';
import { OPERATOR } from '../community/index.ts';
import { edgeRejections } from './rejections.ts';

/** Most tokens remembered; beyond that the oldest are verified again. About 300 bytes each. */
const REMEMBERED = 65_536;

/** A token longer than this is none of ours, nor of any sane issuer. */
const LONGEST_TOKEN = 8_192;

const CLOCK_TOLERANCE_SECONDS = 5;

/** Signatures by a private key only: with HS256 a public key would sign, with `none` nobody. */
const EXTERNAL_ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'];

type Verify = (token: string, now: Date) => Promise<Identity>;

export class TokenVerifier {
  private readonly verified = new Map<string, Identity>();
  private readonly verify: Verify;
  private readonly clock: Clock;

  private constructor(verify: Verify, clock: Clock) {
    this.verify = verify;
    this.clock = clock;
  }

  static local(issuer: SigningIssuer, audience: string, clock: Clock): TokenVerifier {
    const options: JWTVerifyOptions = { algorithms: ['EdDSA', 'Ed25519'], issuer: issuer.issuer, audience, ...CHECKS };
    return new TokenVerifier(async (token, currentDate) => {
      const { payload } = await jwtVerify(token, issuer.publicKey, { ...options, currentDate });
      // The local issuer names people by PersonId.
      if (payload.sub !== OPERATOR && !isUuid(payload.sub)) throw new errors.JWTClaimValidationFailed('sub', payload, 'sub');
      return identityOf(payload, (_issuer, subject) => subject);
    }, clock);
  }

  /** `operator`: the subject that is this service's operator, if there is one. */
  static external(jwks: URL, issuer: string, audience: string, clock: Clock, operator?: string): TokenVerifier {
    const keys: JWTVerifyGetKey = createRemoteJWKSet(jwks, { timeoutDuration: 5_000, cooldownDuration: 10_000 });
    const options: JWTVerifyOptions = { algorithms: EXTERNAL_ALGORITHMS, issuer, audience, ...CHECKS };
    return new TokenVerifier(async (token, currentDate) => {
      const { payload } = await jwtVerify(token, keys, { ...options, currentDate });
      return identityOf(payload, (iss, subject) => (subject === operator ? OPERATOR : personIdOf(iss, subject)));
    }, clock);
  }

  /** An identity at once when the token is remembered. @throws Rejection InvalidToken (401), IssuerUnavailable (503) */
  identify(token: string): Identity | Promise<Identity> {
    if (token.length > LONGEST_TOKEN) throw edgeRejections.InvalidToken({ why: 'too long' });
    const key = hash('sha256', token, 'base64');
    const known = this.verified.get(key);
    if (known === undefined) return this.check(token, key);
    if (known.expiresAt > this.clock.now()) return known;
    this.verified.delete(key);
    throw edgeRejections.InvalidToken({ why: 'expired' });
  }

  private async check(token: string, key: string): Promise<Identity> {
    const identity = await this.verify(token, new Date(this.clock.now())).catch((error: unknown) => {
      throw refusalOf(error);
    });
    if (this.verified.size >= REMEMBERED) this.verified.delete(this.verified.keys().next().value as string);
    this.verified.set(key, identity);
    return identity;
  }
}

const CHECKS = { requiredClaims: ['exp', 'sub'], clockTolerance: CLOCK_TOLERANCE_SECONDS };

function identityOf(payload: JWTPayload, person: (issuer: string, subject: string) => string): Identity {
  const { iss, sub, exp } = payload as { iss: string; sub: string; exp: number };
  if (sub === '' || sub.length > 512) throw new errors.JWTClaimValidationFailed('sub', payload, 'sub');
  return { issuer: iss, subject: sub, person: person(iss, sub), expiresAt: (exp + CLOCK_TOLERANCE_SECONDS) * 1000 };
}

/** A fault of the token is the client's; a key set that cannot be fetched is ours. */
function refusalOf(error: unknown): Error {
  if (error instanceof errors.JWTExpired) return edgeRejections.InvalidToken({ why: 'expired' });
  if (error instanceof errors.JWTClaimValidationFailed) return edgeRejections.InvalidToken({ why: `claim ${error.claim}` });
  if (error instanceof errors.JOSEAlgNotAllowed) return edgeRejections.InvalidToken({ why: 'algorithm' });
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return edgeRejections.IssuerUnavailable();
  if (error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC') return edgeRejections.InvalidToken({ why: 'signature or form' });
  // A key set's answer that is no 200, or none at all.
  if (error instanceof errors.JOSEError || (error instanceof TypeError && error.message === 'fetch failed')) return edgeRejections.IssuerUnavailable();
  return edgeRejections.InvalidToken({ why: 'signature or form' });
}
