// The service's options on commands of the command line, from the one table in config.ts.
import { InvalidArgumentError, Option, type Command } from 'commander';
import { OPTIONS, readConfig, type Config } from '../config.ts';

export type OptionName = keyof typeof OPTIONS;

/** What every command that opens the log of a data directory takes. */
export const LOG: readonly OptionName[] = ['data', 'namespace'];
const EVERY = Object.keys(OPTIONS) as OptionName[];

/** Adds options of the service to a command: same flag, same variable, same default, checked by the same table. */
export function takes(command: Command, names: readonly OptionName[]): Command {
  for (const name of names) {
    const { flag, takes: value, help, env, default: byDefault } = OPTIONS[name];
    const flags = value === '' ? `--${flag}` : `--${flag} <${value.replace(/ \| .*/, '…')}>`;
    const origin = byDefault === undefined || value === '' ? `[${env}]` : `[${env}, default ${byDefault}]`;
    command.addOption(new Option(flags, `${help.replaceAll('`', '')} ${origin}`));
  }
  return command;
}

/** Permissions to serve: who does not serve needs none. */
const NOT_SERVING = ['allowLocalIssuer', 'shared'] as const satisfies readonly OptionName[];

/** The configuration as this command was called, as far as these options say it. @throws ConfigError */
export function configOf(command: Command, names: readonly OptionName[]): Config {
  const others = new Set<string>(EVERY.filter((name) => !names.includes(name)).map((name) => OPTIONS[name].env));
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !others.has(name)));
  const argv = names.flatMap((name) => {
    const { flag } = OPTIONS[name];
    const value: unknown = command.getOptionValue(flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()));
    if (value === undefined) return [];
    return value === true ? [`--${flag}`] : [`--${flag}=${String(value)}`];
  });
  return readConfig([...argv, ...NOT_SERVING.map((name) => `--${OPTIONS[name].flag}`)], env);
}

/** A position on the command line. @throws InvalidArgumentError */
export function position(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
