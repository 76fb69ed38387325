// The floor of the votes benchmark: a bare Nest + Fastify route with the product's token check and body class that does nothing.
// Plain JavaScript, so that it runs as it is; decorators are applied by hand. Prints its port.
import 'reflect-metadata';
import { Controller, Module, Put } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { readConfig } from '../../dist/config.js';
import { CastBallot } from '../../dist/governance/ballot.commands.js';
import { Command } from '../../dist/http/index.js';
import { SigningIssuer } from '../../dist/http/signing/index.js';
import { TokenVerifier } from '../../dist/http/opening/index.js';
import { systemClock } from '../../dist/kernel/index.js';
import { openSecretsDirectory } from '../../dist/runtime/index.js';

const config = readConfig(['--data', process.argv[2]], {});
const issuer = new SigningIssuer(openSecretsDirectory(config.secrets, { create: false }), config.namespace, config.audience);
const tokens = TokenVerifier.local(issuer, config.audience, systemClock);

class BallotController {
  cast(command) {
    return { proposal: command.proposal, choice: command.choice };
  }
}
Command(CastBallot)(BallotController.prototype, 'cast', 0);
Put(':proposal/ballot')(BallotController.prototype, 'cast', Object.getOwnPropertyDescriptor(BallotController.prototype, 'cast'));
Controller('proposals')(BallotController);

class BareModule {}
Module({ controllers: [BallotController] })(BareModule);

const guard = {
  canActivate(context) {
    const { authorization = '' } = context.switchToHttp().getRequest().headers;
    const identity = tokens.identify(authorization.slice('Bearer '.length));
    return identity instanceof Promise ? identity.then(() => true) : true;
  },
};

const app = await NestFactory.create(BareModule, new FastifyAdapter({ logger: false }), { logger: false });
app.useGlobalGuards(guard);
await app.listen(0, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
console.log(String(app.getHttpServer().address().port));
