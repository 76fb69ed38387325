// Commands that talk to a running service: tokens, and playing files of commands.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import type { Config } from '../config.ts';
import { EXIT, Failure } from './failure.ts';
import { interruption } from './interruption.ts';
import { Operator } from './operator.ts';
import { configOf, takes, type OptionName } from './options.ts';
import { parsePlay } from './play/line.ts';
import { Player } from './play/player.ts';
import { ServiceClient } from './service-client.ts';
import { grouped, note, Progress, say } from './terminal.ts';

/** Where the service is and what it signs with. */
export const SERVICE: readonly OptionName[] = ['host', 'port', 'data', 'namespace', 'secrets', 'issuer', 'jwks', 'audience'];

const URL_VARIABLE = 'BIOLITHIC_CLIENT_URL';

export const takesService = (command: Command): Command =>
  takes(command, SERVICE.filter((name) => name !== 'jwks' && name !== 'issuer')).option(
    '--url <url>',
    `where the service answers, if not at host and port [${URL_VARIABLE}]`,
  );

export function serviceOf(command: Command): { readonly config: Config; readonly service: ServiceClient } {
  const config = configOf(command, SERVICE);
  const url = (command.getOptionValue('url') as string | undefined) ?? process.env[URL_VARIABLE];
  if (url !== undefined && !/^https?:\/\/[^/]/.test(url)) throw new Failure('ConfigError', `--url: must be an http or https URL, not "${url}"`, EXIT.usage);
  const host = config.host === '0.0.0.0' ? '127.0.0.1' : config.host === '::' ? '[::1]' : config.host.includes(':') ? `[${config.host}]` : config.host;
  return { config, service: new ServiceClient(url ?? `http://${host}:${config.port}`, interruption()) };
}

export function addServiceCommands(program: Command): void {
  const token = takesService(
    program
      .command('token')
      .argument('[person]', 'PersonId of a person that the community knows')
      .description('Get a token for a person of the community; asks the running service, which records it'),
  )
    .option('--first-founder', 'a token to found the community with, good for a day')
    .action(async (person: string | undefined, { firstFounder }: { firstFounder?: true }) => {
      if ((person === undefined) === (firstFounder === undefined)) {
        throw new Failure('ConfigError', 'say for whom: a PersonId, or --first-founder', EXIT.usage);
      }
      const { config, service } = serviceOf(token);
      const operator = new Operator(config, service);
      const { token: text, expiresAt } = person === undefined ? await operator.founderToken() : await operator.tokenFor(person, crypto.randomUUID());
      say(text);
      note(`Valid until ${expiresAt}. Send it as: Authorization: Bearer …`);
    });

  const play = takesService(
    program
      .command('play')
      .argument('<file>', 'commands, one JSON object per line; - reads standard input')
      .description('Send a file of commands to a running service. Played again, it repeats nothing'),
  )
    .option('--token <name=token...>', 'tokens of persons in the file, where this command cannot read the service\'s secrets')
    .option('--dry-run', 'check the file, send nothing')
    .action(async (file: string, { token: given = [], dryRun }: { token?: readonly string[]; dryRun?: true }) => {
      const lines = parsePlay(textOf(file), file === '-' ? 'stdin' : basename(file));
      if (dryRun) return say(`${file}: ${grouped(lines.length)} lines, well-formed`);
      const { config, service } = serviceOf(play);
      const tokens = new Map(given.map(namedToken));
      const progress = new Progress(basename(file), 'lines');
      const player = new Player({
        service,
        operator: operatorIfAny(config, service),
        file: file === '-' ? 'stdin' : basename(file),
        tokens,
        onPlayed: ({ tell }, index, names) => {
          if (tell !== undefined) say(names.text(tell));
          progress.update(index + 1, lines.length);
        },
      });
      const { sent, refused } = await player.play(lines);
      say(`Played ${progress.end(lines.length)}: ${grouped(sent)} requests, ${grouped(refused)} of them refused as expected.`);
    });
}

/** Who cannot read the secrets plays with the tokens given. */
function operatorIfAny(config: Config, service: ServiceClient): Operator | undefined {
  try {
    return new Operator(config, service);
  } catch (error) {
    if (error instanceof Failure && (error.name === 'SecretsMissing' || error.name === 'LocalIssuerOff')) return undefined;
    throw error;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new Failure('FileNotRead', (error as Error).message, EXIT.usage);
  }
}

function namedToken(text: string): [name: string, token: string] {
  const [, name, token] = /^([a-z0-9][a-z0-9-]*)=(\S+)$/.exec(text) ?? [];
  if (name === undefined || token === undefined) throw new InvalidArgumentError('It must be NAME=TOKEN.');
  return [name, token];
}
