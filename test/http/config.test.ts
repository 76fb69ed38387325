// The table of options: what is taken, what is refused, and how it is told.
import { describe, expect, test } from '@jest/globals';
import { ConfigError, OPTIONS, optionsHelp, optionsTable, readConfig } from '../../src/config.ts';

const problemsOf = (argv: readonly string[], env: Record<string, string> = {}): readonly string[] => {
  try {
    readConfig(argv, env);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
};

describe('the configuration', () => {
  test('takes flags before variables before defaults', () => {
    expect(readConfig([], {}).port).toBe(2147);
    expect(readConfig([], { BIOLITHIC_PORT: '3000' }).port).toBe(3000);
    expect(readConfig(['--port', '4000'], { BIOLITHIC_PORT: '3000' }).port).toBe(4000);
    expect(readConfig(['--port=5000', '--evidence-limit', '2MiB'], {})).toMatchObject({ port: 5000, evidenceLimit: 2 * 1024 * 1024 });
  });

  test('derives what it is not told', () => {
    const { secrets, evidence, audience } = readConfig(['--data', '/srv/commons', '--namespace', 'commons'], {});
    expect({ secrets, evidence, audience }).toEqual({ secrets: '/srv/commons/secrets', evidence: '/srv/commons/evidence', audience: 'urn:biolithic:commons' });
  });

  test('tells everything that is wrong at once', () => {
    expect(problemsOf(['--port', 'many', '--prot', '--cache', '12 apples'], { BIOLITHIC_HOTS: 'x', BIOLITHIC_CLOCK: 'sundial' })).toEqual([
      'unknown option --prot',
      'unknown variable BIOLITHIC_HOTS',
      '--port: must be a whole number from 0 to 65535, not "many"',
      'BIOLITHIC_CLOCK: must be one of system, simulated, not "sundial"',
      '--cache: must be a size like 262144, 256KiB or 25MiB within bounds, not "12 apples"',
    ]);
    expect(problemsOf(['start', '--port', '1', '--port', '2', '--host'])).toEqual(['unexpected argument start', '--port is given twice', '--host needs a value: ADDRESS']);
  });

  test('does not repeat what may hold a password', () => {
    expect(problemsOf([], { BIOLITHIC_EVENT_LOG: 'mysql://admin:changeit@db' }).join()).not.toContain('changeit');
  });

  test.each<[string, readonly string[], RegExp | undefined]>([
    ['the local issuer beyond loopback', ['--host', '0.0.0.0'], /--allow-local-issuer/],
    ['the local issuer beyond loopback, said explicitly', ['--host', '0.0.0.0', '--allow-local-issuer'], undefined],
    ['another issuer beyond loopback', ['--host', '::', '--issuer', 'i', '--jwks', 'https://i/keys', '--audience', 'a'], undefined],
    ['an issuer without its keys', ['--issuer', 'i'], /go together/],
    ['keys over plain http', ['--issuer', 'i', '--jwks', 'http://i/keys', '--audience', 'a'], /https/],
    ['an operator of the local issuer by subject', ['--operator', 'warden'], /another issuer/],
    ['EventStoreDB with keys of its own', ['--event-log', 'esdb://db:2113'], /share/],
    ['EventStoreDB with shared keys', ['--event-log', 'esdb://db:2113?tls=false', '--shared'], undefined],
    ['proxies by address and network', ['--trust-proxy', '127.0.0.1, 10.0.0.0/8,fd00::/8'], undefined],
    ['a proxy by name', ['--trust-proxy', 'balancer'], /IP addresses or networks/],
    ['a network that is none', ['--trust-proxy', '10.0.0.0/33'], /IP addresses or networks/],
    ['everybody as a proxy', ['--trust-proxy', '0.0.0.0/0'], /IP addresses or networks/],
    ['a simulated clock on EventStoreDB', ['--event-log', 'esdb://db:2113', '--shared', '--clock', 'simulated'], /local log/],
    ['a simulated clock beyond loopback', ['--clock', 'simulated', '--host', '0.0.0.0', '--allow-local-issuer'], /loopback/],
  ])('%s', (_, argv, refused) => {
    const problems = problemsOf(argv);
    if (refused) expect(problems.join()).toMatch(refused);
    else expect(problems).toEqual([]);
  });

  test('is told for people and for the README from the same table', () => {
    for (const { flag, env } of Object.values(OPTIONS)) {
      expect(optionsHelp()).toContain(`--${flag}`);
      expect(optionsTable()).toContain(`\`${env}\``);
    }
  });
});
