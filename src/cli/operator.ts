// The operator: whoever can read the service's secrets may sign as its issuer.
import type { Config } from '../config.ts';
import { SigningIssuer } from '../http/signing/index.ts';
import { instantOf, msOf, systemClock } from '../kernel/index.ts';
import { openSecretsDirectory, SecretsMissing } from '../runtime/index.ts';
import { EXIT, Failure } from './failure.ts';
import type { ServiceClient } from './service-client.ts';

/** An operator's token is good for one errand; the founder's for founding a community. ms */
const ERRAND = 300_000;
const FOUNDING = 86_400_000;

export interface Token {
  readonly token: string;
  readonly expiresAt: string;
}

export class Operator {
  private readonly issuer: SigningIssuer;
  private readonly service: ServiceClient;
  private current: { readonly token: string; readonly until: number } | undefined;

  /** @throws Failure LocalIssuerOff, SecretsMissing */
  constructor(config: Config, service: ServiceClient) {
    this.service = service;
    if (config.issuer !== undefined) {
      throw new Failure('LocalIssuerOff', `this service takes tokens of ${config.issuer}; ask there`, EXIT.usage);
    }
    try {
      const secrets = openSecretsDirectory(config.secrets, { create: false });
      this.issuer = new SigningIssuer(secrets, config.namespace, config.audience);
    } catch (error) {
      if (!(error instanceof SecretsMissing)) throw error;
      throw new Failure('SecretsMissing', `${config.secrets} holds no secrets of a service; say where its data is with --data`, EXIT.unreachable);
    }
  }

  /** PersonId of the first founder. */
  get firstFounder(): string {
    return this.issuer.firstFounder;
  }

  async founderToken(): Promise<Token> {
    const expiresAt = instantOf((await this.now()) + FOUNDING);
    return { token: await this.issuer.firstFounderToken(expiresAt), expiresAt };
  }

  /** Has the service mint a token for a linked person. @throws Failure PersonNotLinked */
  async tokenFor(person: string, key: string): Promise<Token> {
    return this.service.ask<Token>({ method: 'POST', path: '/tokens', token: await this.operatorToken(), key, body: { person } });
  }

  /** Moves the simulated clock; what falls due on the way is done when this settles. Gives the position of the log then. */
  async moveClock(to: string): Promise<number> {
    const { position } = await this.service.ask<{ readonly position: number }>({ method: 'POST', path: '/clock', token: await this.operatorToken(), body: { to } });
    return position;
  }

  /** A token with which this errand's requests are made. */
  async operatorToken(): Promise<string> {
    const now = await this.now();
    if (!this.current || this.current.until <= now) {
      this.current = { token: await this.issuer.operatorToken(instantOf(now + 2 * ERRAND)), until: now + ERRAND };
    }
    return this.current.token;
  }

  private async now(): Promise<number> {
    const simulated = await this.service.simulatedNow();
    return simulated === undefined ? systemClock.now() : msOf(simulated);
  }
}
