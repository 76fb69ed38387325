// The documents against the program: what they name is there, and what is there is named.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import '../../src/app.module.ts';
import { optionsTable } from '../../src/config.ts';
import { Metrics } from '../../src/http/opening/index.ts';
import { declaredRejections } from '../../src/kernel/index.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const filesIn = (directory: string, ending: string): string[] =>
  readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(ending)).map((file) => join(directory, file));

const documents = ['README.md', ...filesIn('docs', '.md')];
const source = filesIn('src', '.ts').map(read).join('\n');
const domain = read('docs/domain.md');
/** What stands between backquotes. */
const codeIn = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '');

test('the README lists the options that there are', () => {
  expect(read('README.md')).toContain(optionsTable());
});

test('the README names every command of the command line', () => {
  const commands = [...source.matchAll(/\.command\('([a-z]+)'\)/g)].map(([, name]) => name ?? '');
  expect(commands.length).toBeGreaterThan(5);
  const named = codeIn(read('README.md')).filter((code) => code.startsWith('biolithic ')).map((code) => code.split(' '));
  expect(commands.filter((name) => !named.some((words) => words.includes(name)))).toEqual([]);
});

test('the journeys are those that are tested', () => {
  const linked = [...read('docs/journeys.md').matchAll(/\]\(\.\.\/(test\/journeys\/[a-z-]+\.test\.ts)\)/g)].map(([, file]) => file);
  expect(linked.toSorted()).toEqual(filesIn('test/journeys', '.test.ts').toSorted());
});

describe('the domain', () => {
  test('names every rejection', () => {
    const named = new Set(codeIn(domain));
    expect([...declaredRejections().keys()].filter((name) => !named.has(name))).toEqual([]);
  });

  test('tells each one’s status', () => {
    const rows = [...domain.matchAll(/^\| (`[A-Z].*?) \| (\d{3}) \| /gm)];
    expect(rows.length).toBeGreaterThan(50);
    const wrong = rows.flatMap(([, names = '', status]) => codeIn(names).filter((name) => declaredRejections().get(name)?.[0] !== Number(status)));
    expect(wrong).toEqual([]);
  });
});

test('operations explains every metric of the program, and no other', () => {
  const metrics = new Metrics();
  metrics.observe({
    logPosition: () => 0, logLagSeconds: () => 0, viewLag: () => ({}), cachedBytes: () => 0, feedReaders: () => 0, overdueObligations: () => ({}), ready: () => true,
  });
  const own = metrics.registry.getMetricsAsArray().map(({ name }) => name).filter((name) => !/^biolithic_(process|nodejs)_/.test(name));
  const explained = codeIn(read('docs/operations.md')).flatMap((code) => /^(biolithic_[a-z_]+[a-z])(?:\{.*\})?$/.exec(code)?.[1] ?? []);
  expect([...new Set(explained)].toSorted()).toEqual(own.toSorted());
});

describe.each(documents)('%s', (document) => {
  const text = read(document);

  test('names no rejection, event or command that is not there', () => {
    const names = codeIn(text).flatMap((code) => /^[A-Z][a-z]+(?:[A-Z][a-z]+)+$/.exec(code)?.[0] ?? []);
    expect([...new Set(names)].filter((name) => !new RegExp(`\\b${name}\\b`).test(source))).toEqual([]);
  });

  test('leads nowhere that is not there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const broken = links.filter(([, file = '', section]) => {
      const target = file === '' ? document : join(dirname(document), file);
      if (!existsSync(join(root, target))) return true;
      return section !== undefined && !sectionsOf(read(target)).has(section);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

/** Anchors of a document's headings, as they are made of them: lower case, without punctuation, spaces as hyphens. */
function sectionsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading ?? '');
  return new Set(headings.map((heading) => heading.toLowerCase().replace(/[^\p{L}\p{N} -]/gu, '').replaceAll(' ', '-')));
}
