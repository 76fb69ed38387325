// Import rules of the map: which room may reach which, and who may import what from outside.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

interface ModuleItem {
  readonly type: string;
  readonly typeOnly?: boolean;
  readonly source?: { readonly value: string };
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  const { body } = parseSync(text, { syntax: 'typescript', decorators: true });
  const imports = (body as readonly ModuleItem[]).flatMap((item) =>
    item.source ? [{ from: file, to: item.source.value, typeOnly: item.typeOnly ?? false }] : [],
  );
  for (const [, to] of text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)) imports.push({ from: file, to: to ?? '', typeOnly: false });
  return imports.map((one) =>
    one.to.startsWith('.') ? { ...one, to: relative(src, resolve(dirname(join(src, file)), one.to)) } : one,
  );
}

const imports = files.flatMap(importsOf);
const inside = imports.filter(({ to }) => to.endsWith('.ts'));
const outside = imports.filter(({ to }) => !to.endsWith('.ts'));
const roomOf = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : '');
const isEdge = (file: string) =>
  roomOf(file) === 'http' || roomOf(file) === '' || file.endsWith('.module.ts') || file.endsWith('.controller.ts');
const told = (broken: readonly Import[]) => broken.map(({ from, to }) => `${from} imports ${to}`);

/** Rooms in the order in which they may know each other: a room imports rooms of lower rank only. */
const RANK: Record<string, number> = {
  kernel: 0,
  validation: 1,
  'event-log': 1,
  runtime: 2,
  community: 3,
  defence: 4,
  governance: 4,
  custody: 5,
  'my-page': 6,
};

describe('the rooms', () => {
  test('are all in the map', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => room && room !== 'http' && room !== 'cli' && !(room in RANK))).toEqual([]);
  });

  test('know only rooms below them; the edge knows the runtime, and controllers know the edge', () => {
    const broken = inside.filter(({ from, to }) => {
      const [a, b] = [roomOf(from), roomOf(to)];
      if (a === b || a === '' || a === 'cli') return false;
      if (b === 'http') return !isEdge(from);
      if (b === '') return true;
      if (a === 'http') return (RANK[b] ?? 9) > (RANK['community'] ?? 0);
      return (RANK[b] ?? 9) >= (RANK[a] ?? 0);
    });
    expect(told(broken)).toEqual([]);
  });

  test('reach each other only through index.ts', () => {
    const broken = inside.filter(({ from, to }) => {
      const [a, b] = [roomOf(from), roomOf(to)];
      if (a === b || b === '') return false;
      if (a === '' && (to.endsWith('.module.ts') || b === 'cli')) return false;
      return !/^[a-z-]+(\/[a-z-]+)?\/index\.ts$/.test(to);
    });
    expect(told(broken)).toEqual([]);
  });

  test('expose in index.ts only what a worker thread can load: no decorators behind it', () => {
    const reachable = (start: string): Set<string> => {
      const seen = new Set<string>();
      const queue = [start];
      for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
        if (seen.has(file)) continue;
        seen.add(file);
        queue.push(...inside.filter(({ from, typeOnly }) => from === file && !typeOnly).map(({ to }) => to));
      }
      return seen;
    };
    const decorated = [...reachable('registry.ts')].filter((file) => /^\s*@[A-Z]\w*\(/m.test(readFileSync(join(src, file), 'utf8')));
    expect(decorated).toEqual([]);
  });
});

describe('from outside', () => {
  const only = (library: RegExp, allowed: (file: string) => boolean) =>
    told(outside.filter(({ from, to }) => library.test(to) && !allowed(from)));

  test('only the EventStoreDB adapter imports its client', () => {
    expect(only(/^@eventstore\//, (file) => file.startsWith('event-log/eventstoredb/'))).toEqual([]);
  });

  test('only the event log and the runtime import the SQLite driver', () => {
    expect(only(/^node:sqlite$/, (file) => ['event-log', 'runtime'].includes(roomOf(file)))).toEqual([]);
  });

  test('only the edge imports Fastify and Nest', () => {
    expect(only(/^(fastify|@fastify\/.*|@nestjs\/.*)$/, isEdge)).toEqual([]);
  });

  test('class-validator is for commands and the edge', () => {
    expect(only(/^class-(validator|transformer)/, (file) => isEdge(file) || roomOf(file) === 'validation' || file.endsWith('.commands.ts'))).toEqual([]);
  });

  test('nothing but the clock reads the time, and no decider, fold or view reads random numbers', () => {
    const pure = files.filter((file) => !isEdge(file) && (RANK[roomOf(file)] ?? 0) >= 3);
    const impure = pure.filter((file) =>
      /\b(Date\.now|new Date\(\s*\)|performance\.now|Math\.random|randomUUID|randomBytes|randomInt)\b/.test(
        readFileSync(join(src, file), 'utf8'),
      ),
    );
    expect(impure).toEqual([]);
  });
});
