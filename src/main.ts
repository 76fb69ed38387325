// The start: reads the configuration, starts the service, says where it is, and stops it cleanly.
import { enableCompileCache } from 'node:module';
import { ConfigError, optionsHelp, readConfig, type Config } from './config.ts';
import type { Service } from './service.ts';

/** 0 stopped cleanly, 1 could not start or failed, 2 bad options. */
export type ExitCode = 0 | 1 | 2;

/** Runs the service until it is told to stop. */
export async function start(argv: readonly string[]): Promise<ExitCode> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`Usage: biolithic start [options]\n\n${optionsHelp()}\n`);
    return 0;
  }
  let config: Config;
  try {
    config = readConfig(argv, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.problems.map((problem) => `biolithic: ${problem}`).join('\n')}\nOptions: biolithic start --help\n`);
    return 2;
  }
  return serve(config);
}

async function serve(config: Config): Promise<ExitCode> {
  const stop = stopSignal();
  // A fifth of the start is compiling what was compiled the last time.
  enableCompileCache();
  let service: Service;
  try {
    const { startService } = await import('./service.ts');
    service = await startService(config);
  } catch (error) {
    const { name, message } = error as Error;
    process.stderr.write(`biolithic: ${name === 'ConfigError' || name === 'Error' ? '' : `${name}: `}${message}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
  process.stdout.write(greeting(service));
  const signal = await stop.told();
  service.journal.info({ signal }, 'stopping');
  await service.close();
  return 0;
}

/**
 * `told` settles at the first signal to stop. A second one ends the process at once, and so does one that comes before anybody
 * asked: while the service is starting it has accepted nothing.
 */
function stopSignal(): { told(): Promise<NodeJS.Signals> } {
  let settle: (signal: NodeJS.Signals) => void = () => process.exit(1);
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      const first = settle;
      settle = () => process.exit(1);
      first(name);
    });
  }
  return {
    told: () =>
      new Promise((done) => {
        settle = done;
      }),
  };
}

function greeting({ url, config, isFounded }: Service): string {
  const log = config.eventLog === 'sqlite' ? 'a local log' : 'EventStoreDB';
  const lines = [
    `Biolithic listens on ${url} (API: ${url}/docs)`,
    `Data: ${config.data}, on ${log}${config.clock === 'simulated' ? ', with a simulated clock' : ''}`,
  ];
  if (!isFounded) lines.push('', 'There is no community here yet. To found one:', '', ...foundingCommand(url, config).map((line) => `  ${line}`));
  return `${lines.join('\n')}\n`;
}

function foundingCommand(url: string, config: Config): string[] {
  const token = config.issuer === undefined ? `$(bin/biolithic token --first-founder ${sameService(config, new URL(url).port)})` : `<a token of ${config.issuer}>`;
  const body = {
    name: 'Our commons',
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    language: 'en',
    charterText: 'What we reclaim is ours to decide on.',
    founderName: 'Your name',
    founders: 3,
  };
  return [
    `curl ${url}/community \\`,
    `  -H "Authorization: Bearer ${token}" \\`,
    `  -H 'Idempotency-Key: founding' -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify(body)}'`,
  ];
}

/** Options by which the command line finds this service: those that differ from the defaults. */
function sameService({ data, namespace, secrets }: Config, port: string): string {
  return [`--data ${data}`, port === '2147' ? '' : `--port ${port}`, namespace === 'biolithic' ? '' : `--namespace ${namespace}`, secrets === `${data}/secrets` ? '' : `--secrets ${secrets}`]
    .filter((option) => option !== '')
    .join(' ');
}

if (import.meta.main) process.exitCode = await start(process.argv.slice(2));
