// Every option of the service in one table: environment, flags, `--help` and the README's table all come from it.
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Option<T> {
  readonly env: `BIOLITHIC_${string}`;
  /** Without the dashes. Boolean options are switched on by the bare flag. */
  readonly flag: string;
  /** What a value looks like, for people. */
  readonly takes: string;
  readonly help: string;
  /** As one would write it; undefined where absence means something, said in `help`. */
  readonly default: string | undefined;
  /** Must not be printed: it may hold credentials. */
  readonly secret?: boolean;
  /** @throws Error that says what is wrong with the text. */
  readonly parse: (text: string) => T;
}

const option = <T>(definition: Option<T>): Option<T> => definition;

const wholeNumber = (least: number, most: number) => (text: string): number => {
  const value = /^(0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw new Error(`must be a whole number from ${least} to ${most}`);
  return value;
};

const oneOf = <const V extends string>(...values: readonly V[]) => (text: string): V => {
  const found = values.find((value) => value === text);
  if (found === undefined) throw new Error(`must be one of ${values.join(', ')}`);
  return found;
};

const yesOrNo = (text: string): boolean => {
  if (text === 'true' || text === 'yes' || text === '1') return true;
  if (text === 'false' || text === 'no' || text === '0') return false;
  throw new Error('must be true or false');
};

const nonEmpty = (text: string): string => {
  if (text.trim() === '' || text.includes('\0')) throw new Error('must not be empty');
  return text;
};

const matching = (pattern: RegExp, description: string) => (text: string): string => {
  if (!pattern.test(text)) throw new Error(`must be ${description}`);
  return text;
};

const SIZES: Record<string, number> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

const bytes = (least: number, most: number) => (text: string): number => {
  const [, amount, unit] = /^([1-9][0-9]{0,11})(|KiB|MiB|GiB)$/.exec(text) ?? [];
  const value = amount === undefined ? Number.NaN : Number(amount) * (SIZES[unit as string] as number);
  if (!(value >= least && value <= most)) throw new Error('must be a size like 262144, 256KiB or 25MiB within bounds');
  return value;
};

/** https anywhere, http on loopback only: a key set must not be fetched where it can be changed on the way. */
const keySetUrl = (text: string): URL => {
  if (!URL.canParse(text)) throw new Error('must be a URL');
  const url = new URL(text);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new Error('must be an https URL (http on loopback only)');
};

const eventLog = (text: string): string => {
  if (text === 'sqlite' || /^esdb(\+discover)?:\/\/\S+$/.test(text)) return text;
  throw new Error('must be sqlite or an EventStoreDB connection string (esdb://…)');
};

/** @returns each address or network by itself */
const networks = (text: string): readonly string[] => {
  const listed = text.split(',').map((one) => one.trim());
  for (const one of listed) {
    const [address = '', prefix, ...rest] = one.split('/');
    const bits = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : -1;
    const fits = prefix === undefined || (/^[0-9]{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= bits);
    if (bits < 0 || !fits || rest.length > 0) throw new Error('must be IP addresses or networks like 10.0.0.0/8, separated by commas');
  }
  return listed;
};

export const OPTIONS = {
  host: option({ env: 'BIOLITHIC_HOST', flag: 'host', takes: 'ADDRESS', default: '127.0.0.1', help: 'Address to listen on.', parse: matching(/^[A-Za-z0-9.:_-]{1,253}$/, 'a host name or an IP address') }),
  port: option({ env: 'BIOLITHIC_PORT', flag: 'port', takes: 'PORT', default: '2147', help: 'Port to listen on; 0 takes a free one.', parse: wholeNumber(0, 65_535) }),
  data: option({ env: 'BIOLITHIC_DATA', flag: 'data', takes: 'DIRECTORY', default: './data', help: 'Where log, views, secrets and evidence are kept.', parse: nonEmpty }),
  eventLog: option({ env: 'BIOLITHIC_EVENT_LOG', flag: 'event-log', takes: 'sqlite | esdb://…', default: 'sqlite', secret: true, help: 'The log: a local file, or an EventStoreDB server or cluster by its connection string.', parse: eventLog }),
  namespace: option({ env: 'BIOLITHIC_NAMESPACE', flag: 'namespace', takes: 'NAME', default: 'biolithic', help: 'Name of the community\'s log, fixed when the log is created; first part of its stream names on a server.', parse: matching(/^[a-z][a-z0-9-]{0,62}$/, '1 to 63 lower-case letters, digits and dashes, a letter first') }),
  secrets: option({ env: 'BIOLITHIC_SECRETS', flag: 'secrets', takes: 'DIRECTORY', default: undefined, help: 'Where keys are kept; by default `secrets` in the data directory.', parse: nonEmpty }),
  evidence: option({ env: 'BIOLITHIC_EVIDENCE', flag: 'evidence', takes: 'DIRECTORY', default: undefined, help: 'Where evidence files are kept; by default `evidence` in the data directory.', parse: nonEmpty }),
  shared: option({ env: 'BIOLITHIC_SHARED', flag: 'shared', takes: '', default: 'false', help: 'Says that all replicas share the secrets and evidence directories; EventStoreDB asks for it.', parse: yesOrNo }),
  issuer: option({ env: 'BIOLITHIC_ISSUER', flag: 'issuer', takes: 'TEXT', default: undefined, help: '`iss` of the tokens to accept. Absent: the local issuer, which this service signs for.', parse: nonEmpty }),
  jwks: option({ env: 'BIOLITHIC_JWKS', flag: 'jwks', takes: 'URL', default: undefined, help: 'Key set of the issuer; goes with `issuer` and `audience`.', parse: keySetUrl }),
  audience: option({ env: 'BIOLITHIC_AUDIENCE', flag: 'audience', takes: 'TEXT', default: undefined, help: '`aud` that tokens must carry; with the local issuer by default `urn:biolithic:` and the namespace.', parse: nonEmpty }),
  operator: option({ env: 'BIOLITHIC_OPERATOR', flag: 'operator', takes: 'SUBJECT', default: undefined, help: '`sub` of the issuer\'s tokens that may see to the service: read where its views stand, and rebuild them. Goes with `issuer`; the local issuer\'s operator is who can read the secrets.', parse: nonEmpty }),
  allowLocalIssuer: option({ env: 'BIOLITHIC_ALLOW_LOCAL_ISSUER', flag: 'allow-local-issuer', takes: '', default: 'false', help: 'Lets a service that listens beyond loopback use the local issuer.', parse: yesOrNo }),
  clock: option({ env: 'BIOLITHIC_CLOCK', flag: 'clock', takes: 'system | simulated', default: 'system', help: 'A simulated clock moves only when told to; on a new local log and on loopback only.', parse: oneOf('system', 'simulated') }),
  bodyLimit: option({ env: 'BIOLITHIC_BODY_LIMIT', flag: 'body-limit', takes: 'SIZE', default: '256KiB', help: 'Largest JSON body.', parse: bytes(1024, 1024 ** 2) }),
  evidenceLimit: option({ env: 'BIOLITHIC_EVIDENCE_LIMIT', flag: 'evidence-limit', takes: 'SIZE', default: '25MiB', help: 'Largest evidence file.', parse: bytes(1024, 64 * 1024 ** 3) }),
  rateLimit: option({ env: 'BIOLITHIC_RATE_LIMIT', flag: 'rate-limit', takes: 'NUMBER', default: '200', help: 'Requests per second for each person, and for each address without one; ten times as many in a burst; 0 for no limit.', parse: wholeNumber(0, 1_000_000) }),
  trustProxy: option({ env: 'BIOLITHIC_TRUST_PROXY', flag: 'trust-proxy', takes: 'ADDRESSES', default: undefined, help: 'Proxies in front of the service, as addresses or networks separated by commas: only their X-Forwarded-For says from which address a request comes.', parse: networks }),
  maxLag: option({ env: 'BIOLITHIC_MAX_LAG', flag: 'max-lag', takes: 'MILLISECONDS', default: '5000', help: 'How far the local copy of the log, or a view, may lag before the service is not ready.', parse: wholeNumber(100, 3_600_000) }),
  cacheBytes: option({ env: 'BIOLITHIC_CACHE', flag: 'cache', takes: 'SIZE', default: '32MiB', help: 'Memory for the folded pasts of streams.', parse: bytes(1024 ** 2, 64 * 1024 ** 3) }),
  logLevel: option({ env: 'BIOLITHIC_LOG_LEVEL', flag: 'log-level', takes: 'LEVEL', default: 'info', help: 'Least level of what is written to the service\'s own log: trace, debug, info, warn, error, fatal, silent.', parse: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent') }),
};

type Table = typeof OPTIONS;
type Optional = 'secrets' | 'evidence' | 'issuer' | 'jwks' | 'audience' | 'operator' | 'trustProxy';
type ValueOf<K extends keyof Table> = ReturnType<Table[K]['parse']>;
type Values = { readonly [K in Exclude<keyof Table, Optional>]: ValueOf<K> } & { readonly [K in Optional]?: ValueOf<K> };

/** Directories are absolute. */
export interface Config extends Omit<Values, 'secrets' | 'evidence' | 'audience'> {
  readonly secrets: string;
  readonly evidence: string;
  readonly audience: string;
}

/** What is wrong with the options, all of it. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

const entries = Object.entries(OPTIONS) as [keyof Table, Option<unknown>][];

const isSwitch = (o: Option<unknown>): boolean => o.takes === '';

function textsFromFlags(argv: readonly string[], problems: string[]): Map<string, string> {
  const texts = new Map<string, string>();
  const options = Object.fromEntries(entries.map(([, o]) => [o.flag, { type: isSwitch(o) ? ('boolean' as const) : ('string' as const) }]));
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true, allowPositionals: true });
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`unexpected argument ${token.value}`);
    if (token.kind !== 'option') continue;
    const known = entries.find(([, o]) => o.flag === token.name)?.[1];
    if (!known) problems.push(`unknown option ${token.rawName}`);
    else if (texts.has(token.name)) problems.push(`${token.rawName} is given twice`);
    else if (token.value === undefined && !isSwitch(known)) problems.push(`${token.rawName} needs a value: ${known.takes}`);
    else texts.set(token.name, token.value ?? 'true');
  }
  return texts;
}

/**
 * Reads flags, then environment, then defaults.
 * @throws ConfigError with every problem: bad values, unknown flags, unknown BIOLITHIC_ variables, combinations that cannot be.
 */
export function readConfig(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const flags = textsFromFlags(argv, problems);
  const known = new Set<string>(entries.map(([, o]) => o.env));
  for (const name of Object.keys(env)) {
    // Variables of the tests and of the command line's clients are not the service's.
    if (name.startsWith('BIOLITHIC_') && !/^BIOLITHIC_(TEST|CLIENT)_/.test(name) && !known.has(name)) problems.push(`unknown variable ${name}`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, o] of entries) {
    const [source, text] = flags.has(o.flag) ? [`--${o.flag}`, flags.get(o.flag)] : [o.env, env[o.env]];
    const value = text ?? o.default;
    if (value === undefined) continue;
    try {
      values[name] = o.parse(value);
    } catch (error) {
      problems.push(`${source}: ${(error as Error).message}${o.secret ? '' : `, not "${value}"`}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return settled(values as unknown as Values);
}

function settled(values: Values): Config {
  const problems: string[] = [];
  const loopback = isLoopback(values.host);
  const onServer = values.eventLog !== 'sqlite';
  const external = values.issuer !== undefined || values.jwks !== undefined;
  if (external && (!values.issuer || !values.jwks || !values.audience)) {
    problems.push('--issuer, --jwks and --audience go together: give all three, or none for the local issuer');
  }
  if (!external && values.operator !== undefined) problems.push('--operator names a subject of another issuer: give --issuer, --jwks and --audience, too');
  if (!external && !loopback && !values.allowLocalIssuer) {
    problems.push(`listening on ${values.host} with the local issuer: give --issuer, --jwks and --audience, or say --allow-local-issuer`);
  }
  if (onServer && !values.shared) {
    problems.push('with EventStoreDB every replica needs the same keys and evidence: share --secrets and --evidence between them and say --shared');
  }
  if (values.clock === 'simulated' && onServer) problems.push('--clock simulated runs on a local log only');
  if (values.clock === 'simulated' && !loopback) problems.push('--clock simulated listens on loopback only');
  if (problems.length > 0) throw new ConfigError(problems);
  const data = resolve(values.data);
  return {
    ...values,
    data,
    secrets: values.secrets === undefined ? join(data, 'secrets') : resolve(values.secrets),
    evidence: values.evidence === undefined ? join(data, 'evidence') : resolve(values.evidence),
    audience: values.audience ?? `urn:biolithic:${values.namespace}`,
  };
}

/** The options as `--help` lists them. */
export function optionsHelp(): string {
  const rows = entries.map(([, o]) => [`  --${o.flag} ${o.takes}`.trimEnd(), o] as const);
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows
    .map(([left, o]) => `${left.padEnd(width)}${o.help.replaceAll('`', '')}\n${''.padEnd(width)}[${o.env}${o.default === undefined ? '' : `, default ${o.default}`}]`)
    .join('\n');
}

/** The options as a Markdown table, for the README. */
export function optionsTable(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = entries.map(
    ([, o]) => `| \`--${cell(`${o.flag} ${o.takes}`.trimEnd())}\` | \`${o.env}\` | ${o.default === undefined ? '' : `\`${o.default}\``} | ${cell(o.help)} |`,
  );
  return ['| Flag | Variable | Default | What it is |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
