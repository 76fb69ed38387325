// Comments: made by members, kept with every text, hidden with a reason and appealed; and who can read what of them.
import { describe, expect, test } from '@jest/globals';
import { membership, PUBLIC, type Role, type Viewer } from '../../src/community/index.ts';
import { appealsAwaiting, comment, commenting, commentOn, commentsOn, commentsView, proposal, type CommentEvent, type ProposalEvent } from '../../src/governance/index.ts';
import { COMMAND, folded, given, recorded } from '../support/given.ts';
import { derivedId } from '../../src/kernel/index.ts';
import { tablesAfter } from '../support/memory-tables.ts';
import { admitted, drafted, ILMARI, inDeliberation, inVoting, member, NOOR, outsider, P, steward, submitted, ZARA } from './village.ts';

const C = derivedId(COMMAND);
const PETRA = '00000005-0000-5000-8000-000000000000';
const on = (events: readonly ProposalEvent[] = inDeliberation, as = member) => ({ membership: as, proposal: folded(proposal, ...events), answered: comment.initial });
const bySteward = on(inDeliberation, steward);
const said = { comment: C, proposal: P, author: NOOR, shown: 'public' } as const;
const made: CommentEvent = { type: 'CommentMade', data: { ...said, text: 'sealed' } };
const edited: CommentEvent = { type: 'CommentEdited', data: { ...said, text: 'sealed anew' } };
const hidden: CommentEvent = { type: 'CommentHidden', data: { ...said, by: ZARA, reason: 'Unkind.' } };
const appealed: CommentEvent = { type: 'HidingAppealed', data: { ...said, statement: 'sealed' } };
const restored: CommentEvent = { type: 'CommentRestored', data: { ...said, by: PETRA, reason: 'Plain, not unkind.' } };
const upheld: CommentEvent = { type: 'HidingUpheld', data: { ...said, by: PETRA, reason: 'Unkind.' } };
const withdrawn: CommentEvent = { type: 'CommentWithdrawn', data: said };
const asNoor = { actor: NOOR };
const asZara = { actor: ZARA };
const it = { proposal: P, comment: C };

describe('a comment', () => {
  test('is a member’s, on any proposal that is there: shown to whom the proposal is', () => {
    given(commenting, on()).when('MakeComment', { proposal: P, text: 'sealed' }, asNoor).then(made);
    given(commenting, on(inVoting as readonly ProposalEvent[])).when('MakeComment', { proposal: P, text: 'sealed' }, asNoor).then(made);
    for (const early of [[drafted()], [drafted(), submitted]]) {
      given(commenting, on(early)).when('MakeComment', { proposal: P, text: 'sealed' }, asNoor).then({ type: 'CommentMade', data: { ...said, shown: 'community', text: 'sealed' } });
    }
    given(commenting, on([])).when('MakeComment', { proposal: P, text: 'sealed' }, asNoor).thenRefused('NoSuchProposal');
    given(commenting, on(inDeliberation, outsider)).when('MakeComment', { proposal: P, text: 'sealed' }, asNoor).thenRefused('MembersOnly');
  });

  test('answers another one on the same proposal', () => {
    const answer = { proposal: P, text: 'sealed', replyTo: 'first' };
    const first = (of: string) => folded(comment, { type: 'CommentMade', data: { ...said, comment: 'first', proposal: of, text: 'x' } } as CommentEvent);
    given(commenting, { ...on(), answered: first(P) }).when('MakeComment', answer, asNoor).then({ type: 'CommentMade', data: { ...said, text: 'sealed', replyTo: 'first' } });
    given(commenting, { ...on(), answered: first('another') }).when('MakeComment', answer, asNoor).thenRefused('NoSuchComment');
    given(commenting, on()).when('MakeComment', answer, asNoor).thenRefused('NoSuchComment');
  });

  test('is edited and withdrawn by its author, until it is withdrawn', () => {
    given(commenting, made, on()).when('EditComment', { ...it, text: 'sealed anew' }, asNoor).then(edited);
    given(commenting, made, on()).when('WithdrawComment', it, asNoor).then(withdrawn);
    given(commenting, made, on()).when('EditComment', { ...it, text: 'x' }, { actor: ILMARI }).thenRefused('NotTheAuthor');
    given(commenting, made, on()).when('WithdrawComment', it, { actor: ILMARI }).thenRefused('NotTheAuthor');
    given(commenting, made, on(inDeliberation, outsider)).when('EditComment', { ...it, text: 'x' }, asNoor).thenRefused('MembersOnly');
    given(commenting, made, withdrawn, on()).when('EditComment', { ...it, text: 'x' }, asNoor).thenRefused('CommentIsWithdrawn');
    given(commenting, made, on()).when('WithdrawComment', { ...it, proposal: 'another' }, asNoor).thenRefused('NoSuchComment');
    given(commenting, on()).when('WithdrawComment', it, asNoor).thenRefused('NoSuchComment');
  });
});

describe('a hiding', () => {
  const hide = { ...it, reason: 'Unkind.' };

  test('is a steward’s who has no part in it, with a reason', () => {
    given(commenting, made, bySteward).when('HideComment', hide, asZara).then(hidden);
    given(commenting, made, on()).when('HideComment', hide, { actor: ILMARI }).thenRefused('StewardRequired');
    given(commenting, made, bySteward).when('HideComment', hide, asNoor).thenRefused('NotImpartial');
    given(commenting, made, on([drafted(ZARA)], steward)).when('HideComment', hide, asZara).thenRefused('NotImpartial');
    given(commenting, made, hidden, bySteward).when('HideComment', hide, asZara).thenRefused('CommentIsHidden');
    given(commenting, made, withdrawn, bySteward).when('HideComment', hide, asZara).thenRefused('CommentIsWithdrawn');
  });

  test('keeps what was hidden as it was, though it may be withdrawn', () => {
    given(commenting, made, hidden, on()).when('EditComment', { ...it, text: 'x' }, asNoor).thenRefused('CommentIsHidden');
    given(commenting, made, hidden, on()).when('WithdrawComment', it, asNoor).then(withdrawn);
  });

  test('is appealed once, by the author', () => {
    const appeal = { ...it, statement: 'sealed' };
    given(commenting, made, hidden, on()).when('AppealHiding', appeal, asNoor).then(appealed);
    given(commenting, made, hidden, on()).when('AppealHiding', appeal, { actor: ILMARI }).thenRefused('NotTheAuthor');
    given(commenting, made, on()).when('AppealHiding', appeal, asNoor).thenRefused('CommentNotHidden');
    given(commenting, made, hidden, appealed, on()).when('AppealHiding', appeal, asNoor).thenRefused('AppealedAlready');
    given(commenting, made, hidden, appealed, upheld, on()).when('AppealHiding', appeal, asNoor).thenRefused('AppealedAlready');
  });

  test('is judged by another steward: restored, or upheld for good', () => {
    const decide = (restore: boolean, reason: string) => ({ ...it, restore, reason });
    const byPetra = { ...bySteward, membership: folded(membership, admitted(PETRA, ['member', 'steward'])) };
    given(commenting, made, hidden, appealed, byPetra).when('DecideAppeal', decide(true, 'Plain, not unkind.'), { actor: PETRA }).then(restored);
    given(commenting, made, hidden, appealed, byPetra).when('DecideAppeal', decide(false, 'Unkind.'), { actor: PETRA }).then(upheld);
    given(commenting, made, hidden, appealed, bySteward).when('DecideAppeal', decide(false, 'x'), asZara).thenRefused('NotImpartial');
    given(commenting, made, hidden, appealed, on()).when('DecideAppeal', decide(true, 'x'), { actor: ILMARI }).thenRefused('StewardRequired');
    given(commenting, made, hidden, byPetra).when('DecideAppeal', decide(true, 'x'), { actor: PETRA }).thenRefused('NoAppeal');
    given(commenting, made, hidden, appealed, upheld, byPetra).when('DecideAppeal', decide(true, 'x'), { actor: PETRA }).thenRefused('NoAppeal');
  });

  test('is not repeated of what was restored, unless its text is another', () => {
    given(commenting, made, hidden, appealed, restored, bySteward).when('HideComment', hide, asZara).thenRefused('RestoredOnAppeal');
    given(commenting, made, hidden, appealed, restored, edited, bySteward).when('HideComment', hide, asZara).then(hidden);
  });
});

const viewer = (person: string, ...roles: readonly Role[]): Viewer => ({ person, linked: true, member: true, roles: ['member', ...roles], parties: [] });
const secrets = { open: (sealed: string) => `(${sealed})` };
const MERA = viewer('mera');

describe('what can be read of comments', () => {
  const at = (upTo: readonly CommentEvent[], ever: readonly CommentEvent[], who: Viewer) =>
    ({ asked: tablesAfter(commentsView, recorded(upTo)), now: tablesAfter(commentsView, recorded(ever)), viewer: who, secrets });
  const texts = (upTo: readonly CommentEvent[], ever = upTo, ...who: readonly Viewer[]) => who.map((one) => commentsOn(at(upTo, ever, one), P, {}).rows.map(({ text }) => text)[0]);
  const all = [PUBLIC, MERA, viewer(NOOR), viewer(ZARA, 'steward'), viewer('anke', 'auditor')];

  test('is the text, to whom the proposal is shown, and what it said before', () => {
    expect(texts([made, edited], [made, edited], ...all)).toEqual(Array.from({ length: 5 }, () => '(sealed anew)'));
    expect(commentOn(at([made, edited], [made, edited], PUBLIC), P, C, {})?.history.rows.map(({ text }) => text)).toEqual(['(sealed)', '(sealed anew)']);
    const early: CommentEvent = { type: 'CommentMade', data: { ...said, shown: 'community', text: 'sealed' } };
    expect(commentsOn(at([early], [early], PUBLIC), P, {}).rows).toEqual([]);
    expect(commentOn(at([early], [early], PUBLIC), P, C, {})).toBeUndefined();
    expect(commentOn(at([made], [made], PUBLIC), 'another', C, {})).toBeUndefined();
  });

  test('is no text while it is hidden but for its author, stewards and auditors; that it was, by whom and why, is', () => {
    for (const past of [[made, hidden], [made, edited, hidden, appealed], [made, hidden, appealed, upheld]]) {
      expect(texts(past, past, ...all).map((text) => text !== null)).toEqual([false, false, true, true, true]);
      expect(commentsOn(at(past, past, PUBLIC), P, {}).rows).toMatchObject([{ hiddenBy: ZARA, reason: 'Unkind.', appeal: null }]);
      expect(commentOn(at(past, past, MERA), P, C, {})?.history.rows.every(({ text }) => text === null)).toBe(true);
    }
    expect(texts([made, hidden, appealed, restored], undefined, ...all).every((text) => text === '(sealed)')).toBe(true);
    expect(commentsOn(at([made, hidden, appealed], [made, hidden, appealed], viewer(NOOR)), P, {}).rows).toMatchObject([{ appeal: '(sealed)' }]);
  });

  test('is judged as it stands now, also of the past', () => {
    expect(texts([made], [made, hidden], ...all).map((text) => text !== null)).toEqual([false, false, true, true, true]);
    expect(texts([made, hidden], [made, hidden, appealed, restored], PUBLIC)).toEqual(['(sealed)']);
  });

  test('is nothing of what its author has withdrawn, of the past neither; to auditors everything', () => {
    expect(texts([made], [made, withdrawn], ...all).map((text) => text !== null)).toEqual([false, false, false, false, true]);
  });

  test('is nothing where the author’s key was destroyed', () => {
    const erased = { ...at([made], [made], MERA), secrets: { open: () => undefined } };
    expect(commentsOn(erased, P, {}).rows).toMatchObject([{ author: NOOR, text: null }]);
  });
});

test('an appeal waits for stewards who have no part in it', () => {
  const tables = tablesAfter(commentsView, recorded([made, hidden, appealed]));
  const waits = (steward: string) => appealsAwaiting(tables, steward, () => ILMARI, 10).length;
  expect([PETRA, ZARA, NOOR, ILMARI].map(waits)).toEqual([1, 0, 0, 0]);
  expect(appealsAwaiting(tablesAfter(commentsView, recorded([made, hidden, appealed, upheld])), PETRA, () => ILMARI, 10)).toEqual([]);
});
