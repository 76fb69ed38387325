// Amendments: another text against the one that there is, taken over by the proposer or not; it lapses when there is nothing left to amend.
import { describe, expect, test } from '@jest/globals';
import { charter } from '../../src/community/index.ts';
import {
  accepting, amending, amendment, amendmentOf, amendmentsAwaiting, amendmentsOf, amendmentsView, proposal, protocolStatus, textsView,
  type AmendmentEvent, type ProposalEvent, type ProposedText,
} from '../../src/governance/index.ts';
import { derivedId, type Event } from '../../src/kernel/index.ts';
import { COMMAND, folded, given, recorded, type Past } from '../support/given.ts';
import { tablesAfter } from '../support/memory-tables.ts';
import { clause, drafted, enacted, frozen, ILMARI, inDeliberation, inForce, inVoting, living, measure, member, NOOR, outsider, P, submitted, text, ZARA } from './village.ts';

const A = derivedId(COMMAND);
const better: ProposedText = { ...text, title: 'Moss and ferns stay' };
const it = { amendment: A, proposal: P };
const by = { ...it, author: NOOR };
const proposed: AmendmentEvent = { type: 'AmendmentProposed', data: { ...by, against: 1, ...better } };
const withdrawn: AmendmentEvent = { type: 'AmendmentWithdrawn', data: by };
const rejected: AmendmentEvent = { type: 'AmendmentRejected', data: { ...by, reason: 'sealed' } };
const accepted: ProposalEvent = {
  type: 'ProposalRevised',
  data: { proposal: P, textRevision: 2, writtenAgainst: 1, admitted: true, ...better, amendment: { amendment: A, author: NOOR } },
};
const drafting = { charter: living, membership: member, unregistered: [], uncatalogued: [], concerned: { persons: {}, parties: {} } };
const on = (events: readonly Past<ProposalEvent>[] = inDeliberation) => ({ ...drafting, proposal: folded(proposal, ...events) });
const asNoor = { actor: NOOR };
const asIlmari = { actor: ILMARI };
const propose = (of: ProposedText = better, against = 1) => ({ proposal: P, against, ...of });

describe('an amendment', () => {
  test('is another member’s, against the text as it is, while that is deliberated on', () => {
    given(amending, on()).when('ProposeAmendment', propose(), asNoor).then(proposed);
    given(amending, on()).when('ProposeAmendment', propose(), asIlmari).thenRefused('OwnProposal');
    given(amending, { ...on(), membership: outsider }).when('ProposeAmendment', propose(), asNoor).thenRefused('MembersOnly');
    given(amending, on([])).when('ProposeAmendment', propose(), asNoor).thenRefused('NoSuchProposal');
    given(amending, on([drafted(), submitted])).when('ProposeAmendment', propose(), asNoor).thenRefused('WrongPhase', { phase: 'submitted' });
    given(amending, on(inVoting)).when('ProposeAmendment', propose(), asNoor).thenRefused('WrongPhase', { phase: 'voting' });
    given(amending, on([...inDeliberation, accepted])).when('ProposeAmendment', propose(text), asNoor).thenRefused('AmendmentOutdated', { against: 1, textRevision: 2 });
  });

  test('is another text about the same matter, such as a draft could have', () => {
    given(amending, on()).when('ProposeAmendment', propose(text), asNoor).thenRefused('TextUnchanged');
    given(amending, on()).when('ProposeAmendment', propose({ ...text, measure: { kind: 'resolution' } }), asNoor).thenRefused('AnotherMatter');
    given(amending, on()).when('ProposeAmendment', propose({ ...text, measure: { ...measure, clauses: [clause, clause] } }), asNoor).thenRefused('ClauseIdTwice');
    const moved = { ...on(), charter: folded(charter, ...inForce, enacted('rival', 2)) };
    given(amending, moved).when('ProposeAmendment', propose(), asNoor).thenRefused('NeedsRebase');
  });

  test('is withdrawn by its author, and rejected by the proposer, once', () => {
    given(amending, proposed, on()).when('WithdrawAmendment', it, asNoor).then(withdrawn);
    given(amending, proposed, on()).when('WithdrawAmendment', it, asIlmari).thenRefused('NotTheAmender');
    given(amending, proposed, on()).when('RejectAmendment', { ...it, reason: 'sealed' }, asIlmari).then(rejected);
    given(amending, proposed, on()).when('RejectAmendment', { ...it, reason: 'sealed' }, asNoor).thenRefused('NotTheProposer');
    given(amending, proposed, withdrawn, on()).when('RejectAmendment', { ...it, reason: 'sealed' }, asIlmari).thenRefused('AmendmentSettled', { state: 'withdrawn' });
    given(amending, proposed, rejected, on()).when('WithdrawAmendment', it, asNoor).thenRefused('AmendmentSettled', { state: 'rejected' });
    given(amending, on()).when('WithdrawAmendment', it, asNoor).thenRefused('NoSuchAmendment');
    given(amending, proposed, on()).when('WithdrawAmendment', { ...it, proposal: 'another' }, asNoor).thenRefused('NoSuchAmendment');
  });

  test('is over once the text is another one, or frozen: whoever comes later comes too late', () => {
    given(amending, proposed, on([...inDeliberation, accepted])).when('WithdrawAmendment', it, asNoor).thenRefused('AmendmentOutdated');
    given(amending, proposed, on([...inDeliberation, accepted])).when('RejectAmendment', { ...it, reason: 'x' }, asIlmari).thenRefused('AmendmentOutdated');
    given(amending, proposed, on([...inDeliberation, frozen()])).when('RejectAmendment', { ...it, reason: 'x' }, asIlmari).thenRefused('WrongPhase');
  });
});

describe('an acceptance', () => {
  const open = { ...drafting, amendment: folded(amendment, proposed) };

  test('makes it the next revision of the text, with its author’s name on it', () => {
    given(accepting, inDeliberation, open).when('AcceptAmendment', it, asIlmari).then(accepted);
  });

  test('is the proposer’s, of what is open', () => {
    given(accepting, inDeliberation, open).when('AcceptAmendment', it, { actor: ZARA }).thenRefused('NotTheProposer');
    given(accepting, inDeliberation, { ...open, membership: outsider }).when('AcceptAmendment', it, asIlmari).thenRefused('MembersOnly');
    given(accepting, inDeliberation, { ...open, amendment: folded(amendment, proposed, withdrawn) }).when('AcceptAmendment', it, asIlmari).thenRefused('AmendmentSettled');
    given(accepting, inDeliberation, { ...open, amendment: amendment.initial }).when('AcceptAmendment', it, asIlmari).thenRefused('NoSuchAmendment');
    given(accepting, inDeliberation, open).when('AcceptAmendment', { ...it, proposal: 'another' }, asIlmari).thenRefused('NoSuchAmendment');
    given(accepting, open).when('AcceptAmendment', it, asIlmari).thenRefused('NoSuchProposal');
  });

  test('happens once, and not after the freeze', () => {
    given(accepting, inDeliberation, accepted, open).when('AcceptAmendment', it, asIlmari).thenRefused('AmendmentOutdated', { against: 1, textRevision: 2 });
    given(accepting, inDeliberation, frozen(), open).when('AcceptAmendment', it, asIlmari).thenRefused('WrongPhase');
  });

  test('asks for a rebase when the charter has moved since', () => {
    given(accepting, inDeliberation, { ...open, charter: folded(charter, ...inForce, enacted('rival', 2)) }).when('AcceptAmendment', it, asIlmari).thenRefused('NeedsRebase');
  });
});

describe('what became of amendments', () => {
  const secrets = { open: (sealed: string) => `(${sealed})` };
  const shown = (...past: readonly Past<Event>[]) => {
    const [amendments, proposals, texts] = [tablesAfter(amendmentsView, recorded(past)), tablesAfter(protocolStatus, recorded(past)), tablesAfter(textsView, recorded(past))];
    const [row] = amendmentsOf(amendments, proposals, secrets, P, {}).rows;
    return { row, one: amendmentOf(amendments, proposals, texts, secrets, it), waiting: amendmentsAwaiting(amendments, proposals, ILMARI, 10).length };
  };
  const revised: ProposalEvent = { type: 'ProposalRevised', data: { proposal: P, textRevision: 2, writtenAgainst: 1, admitted: true, ...text, title: 'Otherwise' } };

  test('is told, and waits for the proposer only while it is open', () => {
    const past: readonly Past<Event>[] = [...inDeliberation, proposed];
    expect(shown(...past)).toMatchObject({ row: { state: 'open', reason: null }, waiting: 1 });
    expect(shown(...past, accepted)).toMatchObject({ row: { state: 'accepted', into: 2 }, waiting: 0 });
    expect(shown(...past, rejected)).toMatchObject({ row: { state: 'rejected', reason: '(sealed)' }, waiting: 0 });
    expect(shown(...past, withdrawn)).toMatchObject({ row: { state: 'withdrawn' }, waiting: 0 });
    expect(shown(...past, revised)).toMatchObject({ row: { state: 'lapsed' }, waiting: 0 });
    expect(shown(...past, frozen())).toMatchObject({ row: { state: 'lapsed' }, waiting: 0 });
    expect(shown(...past, { type: 'ProposalWithdrawn', data: { proposal: P, admitted: true } })).toMatchObject({ row: { state: 'lapsed' }, waiting: 0 });
  });

  test('is compared with the text that it was against, whatever the text is now', () => {
    const { one } = shown(...inDeliberation, proposed, revised);
    expect(one).toMatchObject({ added: 1, removed: 1 });
    expect(one?.diff.split('\n')).toEqual(expect.arrayContaining(['-Moss stays', '+Moss and ferns stay']));
  });
});
