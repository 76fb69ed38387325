// The proposal board: what is found of proposals, by whom, now and then; read from a view file as the service reads it.
import { afterAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { PUBLIC, type Viewer } from '../../src/community/index.ts';
import { proposalsFor, protocolStatus, type Measure, type ProposalEvent, type ProposalsAsked } from '../../src/governance/index.ts';
import { layoutOf } from '../../src/runtime/views/layout.ts';
import { ViewFileBuild } from '../../src/runtime/views/view-file.ts';
import { tablesAt, ViewReader } from '../../src/runtime/views/view-reader.ts';
import { recorded } from '../support/given.ts';
import { tablesAfter } from '../support/memory-tables.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { ILMARI, NOOR, ZARA } from './village.ts';

const place = temporaryDirectory();
let files = 0;
afterAll(() => place.remove());

const member: Viewer = { person: ZARA, linked: true, member: true, roles: ['member'], parties: [] };
const log = { chainAt: () => 'chain' };

/** The board of a view file that the events were projected into, as of any position. */
function boardOf(...events: readonly ProposalEvent[]) {
  const path = join(place.path, `${files++}.sqlite`);
  const file = new ViewFileBuild(path, protocolStatus, layoutOf(protocolStatus));
  for (const event of recorded<ProposalEvent>(events)) file.writer.apply(event);
  file.finish({ position: events.length, chain: 'chain' });
  const reader = new ViewReader(path, protocolStatus, log);
  const tablesFrom = (position: number) => tablesAt(protocolStatus, position, () => reader);
  return {
    page: (viewer: Viewer, asked: ProposalsAsked, position = events.length) => proposalsFor(tablesFrom(position), viewer, asked),
    /** All pages of it. */
    found(viewer: Viewer, asked: ProposalsAsked, position = events.length): string[] {
      const keys: string[] = [];
      for (let after: string | undefined; ; ) {
        const { rows, next } = proposalsFor(tablesFrom(position), viewer, { ...asked, ...(after === undefined ? {} : { after }) });
        keys.push(...rows.map(({ key }) => key));
        if (next === undefined) return keys;
        after = next;
      }
    },
    close: () => reader.close(),
  };
}

const adopts = (protocol: string): Measure => ({ kind: 'adopt-protocol', protocol, clauses: [] });
const resolution: Measure = { kind: 'resolution' };
const drafts = (proposal: string, title: string, prose = 'Words.', measure: Measure = resolution, proposer = ILMARI): ProposalEvent => ({
  type: 'ProposalDrafted',
  data: { proposal, proposer, writtenAgainst: 1, title, prose, measure },
});
const submits = (proposal: string): ProposalEvent => ({ type: 'ProposalSubmitted', data: { proposal } });
const admits = (proposal: string): ProposalEvent => ({ type: 'ProposalAdmitted', data: { proposal, by: ZARA } });
const rebases = (proposal: string, title: string): ProposalEvent => ({
  type: 'ProposalRebased', data: { proposal, writtenAgainst: 2, title, prose: 'Words.', measure: resolution },
});

describe('a search of the board', () => {
  const board = boardOf(
    drafts('moss', 'Säulen aus Moos', 'Niemand bekommt unser Moos.', adopts('moss-stays')),
    drafts('bridge', 'The bridge at Łódź', 'Repair it before winter.', resolution, NOOR),
    drafts('rules', 'Quicker votes', 'Three days will do.', { kind: 'change-rules', rules: { voting: { days: 3 } } }),
    drafts('garden', '苔の庭', 'A garden.'),
  );
  afterAll(() => board.close());
  const finds = (search: string): string[] => board.found(member, { search });

  test('looks at title, prose and the protocol’s code, without regard to case and accents', () => {
    expect(finds('saulen')).toEqual(['moss']);
    expect(finds('NIEMAND')).toEqual(['moss']);
    expect(finds('moss-stays')).toEqual(['moss']);
    expect(finds('lodz')).toEqual(['bridge']);
    expect(finds('苔')).toEqual(['garden']);
  });

  test('wants every word, the last one as a beginning only', () => {
    expect(finds('bridge win')).toEqual(['bridge']);
    expect(finds('win bridge')).toEqual([]);
    expect(finds('bridge moos')).toEqual([]);
    expect(finds('ridge')).toEqual([]);
  });

  test('takes nothing for syntax', () => {
    for (const search of ['"', '"bridge', 'title:bridge', '-bridge', 'bridge OR moos', 'NEAR(bridge repair)', '^bridge', 'bridge*', '{title}: x', "'; DROP TABLE proposal; --", '\0', 'x '.repeat(100)]) {
      expect(Array.isArray(finds(search))).toBe(true);
    }
    expect(finds('bridge*')).toEqual(['bridge']);
    expect(finds('bridge OR moos')).toEqual([]);
    expect(finds('*')).toEqual([]);
    expect(finds('!?')).toEqual([]);
  });

  test('goes together with every filter', () => {
    expect(board.found(member, { kind: 'change-rules' })).toEqual(['rules']);
    expect(board.found(member, { decisionClass: 'ordinary' })).toEqual(['garden', 'bridge', 'moss']);
    expect(board.found(member, { proposer: NOOR })).toEqual(['bridge']);
    expect(board.found(member, { protocol: 'moss-stays' })).toEqual(['moss']);
    expect(board.found(member, { state: 'draft', proposer: ILMARI, search: 'garden' })).toEqual(['garden']);
    expect(board.found(member, { state: 'voting', search: 'garden' })).toEqual([]);
  });
});

test('what was found by an old text is found by it as of then, and by the new one now', () => {
  const board = boardOf(drafts('p', 'Old bridge'), submits('p'), admits('p'), rebases('p', 'New ferry'));
  expect(board.found(PUBLIC, { search: 'ferry' })).toEqual(['p']);
  expect(board.found(PUBLIC, { search: 'bridge' })).toEqual([]);
  expect(board.found(PUBLIC, { search: 'bridge' }, 3)).toEqual(['p']);
  expect(board.found(PUBLIC, { search: 'bridge' }, 2)).toEqual([]);
  expect(board.found(member, { search: 'bridge' }, 2)).toEqual(['p']);
  board.close();
});

test('a cursor goes on where its page ended, and is good for that search alone', () => {
  const names = Array.from({ length: 7 }, (_, n) => `p${n}`);
  const board = boardOf(...names.flatMap((name) => [drafts(name, 'Bridge'), submits(name), admits(name)]), drafts('hidden', 'Bridge'));
  const { rows, next } = board.page(PUBLIC, { search: 'bridge', limit: 3 });
  expect(rows.map(({ key }) => key)).toEqual(['p6', 'p5', 'p4']);
  expect(board.found(PUBLIC, { search: 'bridge', limit: 3, after: next as string })).toEqual(['p3', 'p2', 'p1', 'p0']);
  expect(() => board.page(PUBLIC, { search: 'bridges', after: next as string })).toThrow('the cursor is not one of this list');
  expect(() => board.page(PUBLIC, { search: 'bridge', state: 'draft', after: next as string })).toThrow('the cursor is not one of this list');
  board.close();
});

test('search equals a plain look at every visible row, for everybody, as of every position', () => {
  // Words by how they are written; the second names what they are found by.
  const WORDS = { Moos: 'moos', SÄULE: 'saule', 'mo\u0308wen': 'mowen', moss: 'moss', 'a1': 'a1', Ødegård: 'odegard', 'n\u{FF10}': 'n0' } as const;
  const words = fc.array(fc.constantFrom(...(Object.keys(WORDS) as (keyof typeof WORDS)[])), { minLength: 1, maxLength: 4 });
  const act = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), title: words, prose: words, code: fc.option(fc.constantFrom('moss-stays', 'a1'), { nil: undefined }),
    proposer: fc.constantFrom(ILMARI, NOOR),
  });
  const asking = fc.record({
    search: fc.option(fc.array(fc.constantFrom('moos', 'MO', 'saul', 'odeg', 'stays', 'a', 'n0', 'x'), { minLength: 1, maxLength: 2 }), { nil: undefined }),
    kind: fc.constantFrom(undefined, 'resolution', 'adopt-protocol'),
    proposer: fc.constantFrom(undefined, ILMARI, NOOR),
    state: fc.constantFrom(undefined, 'draft', 'submitted', 'deliberation'),
    limit: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 14 }), fc.array(asking, { minLength: 1, maxLength: 6 }), (acts, asked) => {
      // Each act on an id is its next step: a draft, its submission, its admission, a new text.
      const steps = new Map<string, number>();
      const events = acts.map(({ id, title, prose, code, proposer }): ProposalEvent => {
        const step = steps.get(id) ?? 0;
        steps.set(id, step + 1);
        const written = { title: title.join(' '), prose: prose.join(', '), measure: code === undefined ? resolution : adopts(code) };
        if (step === 0) return { type: 'ProposalDrafted', data: { proposal: id, proposer, writtenAgainst: 1, ...written } };
        if (step === 1) return submits(id);
        return step === 2 ? admits(id) : { type: 'ProposalRebased', data: { proposal: id, writtenAgainst: 2, ...written } };
      });
      const board = boardOf(...events);
      for (let position = 0; position <= events.length; position += 1) {
        const past = recorded<ProposalEvent>(events.slice(0, position));
        const rows = [...tablesAfter(protocolStatus, past).proposal.scan()].reverse();
        for (const viewer of [member, PUBLIC]) {
          for (const { search, limit, ...filter } of asked) {
            const seen = rows.filter(({ title, prose, protocol, ...row }) => {
              if (viewer === PUBLIC && row.shown !== 'public') return false;
              if (Object.entries(filter).some(([name, value]) => value !== undefined && (row as Record<string, unknown>)[name] !== value)) return false;
              if (!search) return true;
              const written = [...title.split(' '), ...prose.split(', ')].map((word) => WORDS[word as keyof typeof WORDS] as string);
              const has = [...written, ...(protocol?.split('-') ?? [])];
              const sought = search.map((word) => word.toLowerCase());
              return sought.every((word, i) => (i < sought.length - 1 ? has.includes(word) : has.some((one) => one.startsWith(word))));
            });
            const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
            const found = board.found(viewer, { ...given, limit, ...(search === undefined ? {} : { search: search.join(' ') }) }, position);
            expect({ position, filter, search, found }).toEqual({ position, filter, search, found: seen.map(({ key }) => key) });
          }
        }
      }
      board.close();
    }),
    { numRuns: 40 },
  );
});
