// Texts before the freeze: revised by who proposed them, numbered, readable for good, and compared line by line.
import { describe, expect, test } from '@jest/globals';
import { charter, FOUNDING_RULES, PUBLIC, type CharterEvent, type Viewer } from '../../src/community/index.ts';
import {
  deliberation, protocolDiff, protocolHistory, revising, revisionDiff, revisionFor, revisionsFor, textDiff, textsView,
  type Measure, type ProposalEvent, type ProposedText,
} from '../../src/governance/index.ts';
import { contentHash } from '../../src/kernel/index.ts';
import { folded, given, NOON, recorded } from '../support/given.ts';
import { tablesAfter } from '../support/memory-tables.ts';
import {
  admittedBy, clause, drafted, enacted, frozen, ILMARI, inDeliberation, inForce, inVoting, living, measure, member, needsRebase, outsider, P, passed, rebased, steward, submitted,
  text, ZARA,
} from './village.ts';

const byMember = { charter: living, membership: member, unregistered: [], uncatalogued: [] };
const asIlmari = { actor: ILMARI };
const anew: ProposedText = { title: 'Moss and ferns stay', prose: text.prose, measure };
const revision = (textRevision: number, admitted: boolean, written = anew, writtenAgainst = 1): ProposalEvent => ({
  type: 'ProposalRevised',
  data: { proposal: P, textRevision, writtenAgainst, admitted, ...written },
});
const revise = (written = anew) => ({ proposal: P, ...written });

describe('a revision', () => {
  test('takes the place of the text while it is a draft, submitted or in deliberation, and has the next number', () => {
    given(revising, drafted(), byMember).when('ReviseProposal', revise(), asIlmari).then(revision(2, false));
    given(revising, drafted(), submitted, byMember).when('ReviseProposal', revise(), asIlmari).then(revision(2, false));
    given(revising, inDeliberation, byMember).when('ReviseProposal', revise(), asIlmari).then(revision(2, true));
    given(revising, inDeliberation, revision(2, true), byMember).when('ReviseProposal', revise(text), asIlmari).then(revision(3, true, text));
    given(revising, passed, needsRebase(2), rebased(2), { ...byMember, charter: folded(charter, ...inForce, enacted('a', 2)) })
      .when('ReviseProposal', revise(), asIlmari)
      .then(revision(3, true, anew, 2));
  });

  test('is refused from the freeze on', () => {
    given(revising, inDeliberation, frozen(), byMember).when('ReviseProposal', revise(), asIlmari).thenRefused('WrongPhase', { phase: 'frozen' });
    given(revising, inVoting, byMember).when('ReviseProposal', revise(), asIlmari).thenRefused('WrongPhase', { phase: 'voting' });
    given(revising, passed, needsRebase(2), byMember).when('ReviseProposal', revise(), asIlmari).thenRefused('WrongPhase', { phase: 'needs-rebase' });
  });

  test('is the proposer’s, who is still a member, and another text than the one before', () => {
    given(revising, byMember).when('ReviseProposal', revise(), asIlmari).thenRefused('NoSuchProposal');
    given(revising, inDeliberation, { ...byMember, membership: steward }).when('ReviseProposal', revise(), { actor: ZARA }).thenRefused('NotTheProposer');
    given(revising, inDeliberation, { ...byMember, membership: outsider }).when('ReviseProposal', revise(), asIlmari).thenRefused('MembersOnly');
    given(revising, inDeliberation, byMember).when('ReviseProposal', revise(text), asIlmari).thenRefused('TextUnchanged');
  });

  test('can be about anything before the admission, and about the same matter after it', () => {
    const words: ProposedText = { ...text, measure: { kind: 'resolution' } };
    given(revising, drafted(), submitted, byMember).when('ReviseProposal', revise(words), asIlmari).then(revision(2, false, words));
    given(revising, inDeliberation, byMember).when('ReviseProposal', revise(words), asIlmari).thenRefused('AnotherMatter', { proposed: 'adopt-protocol, protocol moss-stays' });
  });

  test('asks of a measure what a draft asks', () => {
    const twice: Measure = { ...measure, clauses: [clause, clause] };
    given(revising, drafted(), byMember).when('ReviseProposal', revise({ ...text, measure: twice }), asIlmari).thenRefused('ClauseIdTwice');
    given(revising, drafted(), { ...byMember, unregistered: ['x'] }).when('ReviseProposal', revise(), asIlmari).thenRefused('PartyNotRegistered');
    given(revising, drafted(), byMember).when('ReviseProposal', revise({ ...text, measure: { ...measure, until: NOON } }), asIlmari).thenRefused('SunsetTooEarly');
  });

  test('never overwrites in silence what has come into force since: in deliberation that takes a rebase', () => {
    const moved = { ...byMember, charter: folded(charter, ...inForce, enacted('rival', 2)) };
    given(revising, inDeliberation, moved).when('ReviseProposal', revise(), asIlmari).thenRefused('NeedsRebase', { touched: 'protocol moss-stays', movedTo: 2 });
    given(revising, drafted(), moved).when('ReviseProposal', revise(), asIlmari).then(revision(2, false, anew, 2));
  });

  test('keeps the topic that it says, in what is frozen and what is shown', () => {
    const about = { ...anew, topic: 'trade' };
    const written: ProposalEvent = { type: 'ProposalRevised', data: { proposal: P, textRevision: 2, writtenAgainst: 1, admitted: true, ...about } };
    const rules = { ...FOUNDING_RULES, delegation: { allowed: true, topics: ['trade'] } };
    const charterNow = folded(charter, ...inForce, { type: 'RulesChanged', data: { proposal: 'r', rules, charterRevision: 2 } });
    const { decision } = given(deliberation, inDeliberation, written, { ...byMember, charter: charterNow, membership: steward }).when('FreezeProposal', { proposal: P }, { actor: ZARA });
    expect(decision).toMatchObject({ accepted: true, events: [{ data: { textHash: contentHash(about), delegation: { topic: 'trade' } } }] });
    const tables = tablesAfter(textsView, recorded<ProposalEvent>([...inDeliberation, written]));
    expect(revisionFor(tables, insider, P, 2)).toMatchObject({ textHash: contentHash(about) });
  });

  test('is what the freeze fixes, by number and by hash', () => {
    const { decision } = given(deliberation, inDeliberation, revision(2, true), { ...byMember, membership: steward }).when('FreezeProposal', { proposal: P }, { actor: ZARA });
    expect(decision).toMatchObject({ accepted: true, events: [{ data: { textRevision: 2, textHash: contentHash(anew) } }] });
  });
});

const anybody = PUBLIC;
const insider: Viewer = { person: ZARA, linked: true, member: true, roles: ['member'], parties: [] };

describe('the texts of a proposal', () => {
  const past: ProposalEvent[] = [drafted(), revision(2, false), submitted, revision(3, false, text), admittedBy(), revision(4, true), frozen()];
  const tables = tablesAfter(textsView, recorded(past));

  test('are all readable: by everybody, those that came before the public', () => {
    const numbers = (viewer: Viewer) => revisionsFor(tables, viewer, P, {}).rows.map((row) => row.revision);
    expect(numbers(insider)).toEqual([1, 2, 3, 4]);
    expect(numbers(anybody)).toEqual([3, 4]);
    expect(revisionFor(tables, anybody, P, 2)).toBeUndefined();
    expect(revisionFor(tables, insider, P, 2)).toMatchObject({ title: anew.title, textHash: contentHash(anew), frozenAt: null });
    expect(revisionFor(tables, insider, P, 5)).toBeUndefined();
  });

  test('say which of them a freeze fixed', () => {
    expect(revisionsFor(tables, insider, P, {}).rows.map(({ frozenAt }) => frozenAt)).toEqual([null, null, null, NOON]);
  });

  test('go on with the next number after a rebase', () => {
    const after = tablesAfter(textsView, recorded([...passed, needsRebase(2), rebased(2, anew)]));
    expect(revisionsFor(after, anybody, P, {}).rows).toMatchObject([{ revision: 1, frozenAt: NOON }, { revision: 2, frozenAt: null, writtenAgainst: 2 }]);
  });

  test('are compared line by line', () => {
    const [from, to] = [3, 4].map((number) => revisionFor(tables, anybody, P, number));
    if (!from || !to) throw new Error('a text is missing');
    const diff = revisionDiff(from, to);
    expect(diff).toMatchObject({ from: 3, to: 4, added: 1, removed: 1 });
    expect(diff.diff.split('\n')).toEqual(expect.arrayContaining(['-Moss stays', '+Moss and ferns stay']));
  });
});

describe('a difference', () => {
  const of = (revision: number, prose: string, does: object = {}) => ({ revision, title: 'T', prose, does });

  test('is none between a text and itself, whatever the order in which its measure is said', () => {
    expect(textDiff(of(1, 'x', { a: 1, b: 2 }), of(2, 'x', { b: 2, a: 1 }))).toEqual({ from: 1, to: 2, added: 0, removed: 0, diff: '' });
  });

  test('tells the measure as canonical JSON, a value a line', () => {
    const diff = textDiff(of(1, 'x', { quota: { n: 1, d: 3 } }), of(2, 'x', { quota: { n: 1, d: 2 } })).diff.split('\n');
    expect(diff.filter((line) => /^[-+] /.test(line))).toEqual(['-    "d": 3,', '+    "d": 2,']);
  });

  test('of texts that have hardly a line in common is told all the same, and soon', () => {
    const lines = (word: string) => Array.from({ length: 20_000 }, (_, n) => `${word}${n}`).join('\n');
    const began = performance.now();
    const { added, removed } = textDiff(of(1, lines('a')), of(2, lines('b')));
    expect(performance.now() - began).toBeLessThan(5_000);
    expect([added, removed].every((count) => count >= 20_000)).toBe(true);
  });
});

describe('the history of a protocol', () => {
  const until = '2027-01-01T00:00:00.000Z';
  const other: CharterEvent = {
    type: 'ProtocolEnacted',
    data: { proposal: 'second', protocol: measure.protocol, title: 'Moss stays here', prose: text.prose, clauses: [], until, charterRevision: 3 },
  };
  const past: CharterEvent[] = [
    enacted('first', 2), other, { type: 'ProtocolEnded', data: { proposal: 'second', protocol: measure.protocol, charterRevision: 4 } },
    enacted('third', 5), { type: 'ProtocolRepealed', data: { proposal: 'fourth', protocol: measure.protocol, charterRevision: 6 } }, enacted('fifth', 7),
    enacted('elsewhere', 8, 'ferns'),
  ];
  const tables = tablesAfter(textsView, recorded(past));

  test('has every text that was ever in force: since when, until when, and by which votes', () => {
    const { rows } = protocolHistory(tables, measure.protocol, {});
    expect(rows.map(({ revision, proposal, from, endedFrom, ending, endedBy }) => [revision, proposal, from, endedFrom, ending, endedBy])).toEqual([
      [1, 'first', 1, 2, 'replaced', 'second'], [2, 'second', 2, 3, 'ended', null], [3, 'third', 4, 5, 'repealed', 'fourth'], [4, 'fifth', 6, null, null, null],
    ]);
  });

  test('compares two of them: the words, what they enforce, and until when', () => {
    const diff = protocolDiff(tables, measure.protocol, 1, 2)?.diff ?? '';
    for (const line of ['-Moss stays', '+Moss stays here', '+  "clauses": [],', `+  "until": "${until}"`]) expect(diff.split('\n')).toContain(line);
    expect(protocolDiff(tables, measure.protocol, 1, 3)).toMatchObject({ added: 0, removed: 0, diff: '' });
    expect(protocolDiff(tables, measure.protocol, 1, 9)).toBeUndefined();
  });
});
