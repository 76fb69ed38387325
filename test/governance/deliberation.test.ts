// From draft to freeze.
import { describe, expect, test } from '@jest/globals';
import { charter, FOUNDING_RULES } from '../../src/community/index.ts';
import { deliberation, proposalEvents, type ProposalEvent } from '../../src/governance/index.ts';
import { after, contentHash, derivedId } from '../../src/kernel/index.ts';
import { folded, given, NOON } from '../support/given.ts';
import {
  admittedBy, clause, CLOSES, drafted, enacted, forming, frozen, ILMARI, inDeliberation, inForce, inVoting, living, member, OPENS, outsider, P, sealed, steward,
  STRANGER, submitted, text, ZARA,
} from './village.ts';

const byMember = { charter: living, membership: member, unregistered: [] };
const bySteward = { ...byMember, membership: steward };
const byOutsider = { ...byMember, membership: outsider };
const asIlmari = { actor: ILMARI };
const asZara = { actor: ZARA };

describe('a draft', () => {
  test('is any member’s, and remembers the charter that it was written against', () => {
    const commandId = '60000000-0000-5000-8000-000000000000';
    const data = { ...drafted(ILMARI, 3).data, proposal: derivedId(commandId) } as Extract<ProposalEvent, { type: 'ProposalDrafted' }>['data'];
    given(deliberation, { ...byMember, charter: folded(charter, ...inForce, enacted('a', 2, 'a'), enacted('b', 3, 'b')) })
      .when('DraftProposal', text, { ...asIlmari, commandId })
      .then({ type: 'ProposalDrafted', data });
  });

  test('is refused to who is no member, and while the community forms', () => {
    given(deliberation, byOutsider).when('DraftProposal', text, { actor: STRANGER }).thenRefused('MembersOnly');
    given(deliberation, { ...byMember, charter: forming }).when('DraftProposal', text, asIlmari).thenRefused('CommunityNotInForce');
  });

  test('names its clauses once each, and registered parties only', () => {
    given(deliberation, byMember).when('DraftProposal', { ...text, clauses: [clause, clause] }, asIlmari).thenRefused('ClauseIdTwice');
    given(deliberation, { ...byMember, unregistered: ['p'] }).when('DraftProposal', text, asIlmari).thenRefused('PartyNotRegistered', { parties: ['p'] });
  });

  test('is submitted by its proposer', () => {
    given(deliberation, drafted(), byMember).when('SubmitProposal', { proposal: P }, asIlmari).then(submitted);
    given(deliberation, drafted(), bySteward).when('SubmitProposal', { proposal: P }, asZara).thenRefused('NotTheProposer');
    given(deliberation, drafted(), byOutsider).when('SubmitProposal', { proposal: P }, asIlmari).thenRefused('MembersOnly');
    given(deliberation, drafted(), submitted, byMember).when('SubmitProposal', { proposal: P }, asIlmari).thenRefused('WrongPhase', { phase: 'submitted' });
    given(deliberation, byMember).when('SubmitProposal', { proposal: P }, asIlmari).thenRefused('NoSuchProposal');
  });
});

describe('admission', () => {
  test('is a steward’s', () => {
    given(deliberation, drafted(), submitted, bySteward).when('AdmitProposal', { proposal: P }, asZara).then(admittedBy(ZARA));
    given(deliberation, drafted(), submitted, byMember).when('AdmitProposal', { proposal: P }, asIlmari).thenRefused('StewardRequired');
  });

  test('is never the proposer’s own', () => {
    given(deliberation, drafted(ZARA), submitted, bySteward).when('AdmitProposal', { proposal: P }, asZara).thenRefused('OwnProposal');
  });

  test('comes after submission, once', () => {
    given(deliberation, drafted(), bySteward).when('AdmitProposal', { proposal: P }, asZara).thenRefused('WrongPhase', { phase: 'draft' });
    given(deliberation, inDeliberation, bySteward).when('AdmitProposal', { proposal: P }, asZara).thenRefused('WrongPhase', { phase: 'deliberation' });
  });
});

describe('a withdrawal', () => {
  const withdrawal: ProposalEvent = { type: 'ProposalWithdrawn', data: { proposal: P, admitted: false } };

  test('is the proposer’s, until the freeze', () => {
    for (const past of [[drafted()], [drafted(), submitted]]) {
      given(deliberation, past, byMember).when('WithdrawProposal', { proposal: P }, asIlmari).then(withdrawal);
    }
    const inPublic: ProposalEvent = { type: 'ProposalWithdrawn', data: { proposal: P, admitted: true } };
    given(deliberation, inDeliberation, byMember).when('WithdrawProposal', { proposal: P }, asIlmari).then(inPublic);
    given(deliberation, inDeliberation, bySteward).when('WithdrawProposal', { proposal: P }, asZara).thenRefused('NotTheProposer');
    given(deliberation, inVoting, byMember).when('WithdrawProposal', { proposal: P }, asIlmari).thenRefused('NoLongerWithdrawable', { phase: 'voting' });
    given(deliberation, drafted(), withdrawal, byMember).when('WithdrawProposal', { proposal: P }, asIlmari).thenRefused('NoLongerWithdrawable');
    given(deliberation, byMember).when('WithdrawProposal', { proposal: P }, asIlmari).thenRefused('NoSuchProposal');
  });

  test('is told to whom the proposal was: to the public once it was admitted', () => {
    const { visibility } = proposalEvents.ProposalWithdrawn;
    expect([false, true].map((admitted) => (visibility as (data: object) => unknown)({ proposal: P, admitted }))).toEqual([['community'], ['public']]);
  });

  test('ends the proposal', () => {
    given(deliberation, drafted(), submitted, withdrawal, bySteward).when('AdmitProposal', { proposal: P }, asZara).thenRefused('WrongPhase', { phase: 'withdrawn' });
  });
});

describe('a freeze', () => {
  const freeze = { proposal: P };

  test('fixes text, charter revision, rule and deadlines: by default the shortest that the charter allows', () => {
    given(deliberation, inDeliberation, bySteward).when('FreezeProposal', freeze, asZara).then(frozen());
  });

  test('takes deadlines with any offset, and keeps them in UTC', () => {
    given(deliberation, inDeliberation, bySteward)
      .when('FreezeProposal', { ...freeze, opensAt: '2026-06-25T02:00:00+02:00', closesAt: '2026-07-10T00:00:00Z' }, asZara)
      .then({
        type: 'ProposalFrozen',
        data: { ...(frozen().data as Extract<ProposalEvent, { type: 'ProposalFrozen' }>['data']), opensAt: '2026-06-25T00:00:00.000Z', closesAt: '2026-07-10T00:00:00.000Z' },
      });
  });

  test('leaves everybody the time to read and the time to vote, to the millisecond', () => {
    const earlier = (instant: string) => new Date(Date.parse(instant) - 1).toISOString();
    given(deliberation, inDeliberation, bySteward).when('FreezeProposal', { ...freeze, opensAt: earlier(OPENS) }, asZara).thenRefused('ReadingTooShort', { earliest: OPENS });
    given(deliberation, inDeliberation, bySteward).when('FreezeProposal', { ...freeze, closesAt: earlier(CLOSES) }, asZara).thenRefused('VotingTooShort', { earliest: CLOSES });
    given(deliberation, inDeliberation, bySteward).when('FreezeProposal', { ...freeze, opensAt: OPENS, closesAt: CLOSES }, asZara).then(frozen());
  });

  test('sets no deadline in the past, and none more than a year away', () => {
    given(deliberation, inDeliberation, bySteward).when('FreezeProposal', { ...freeze, opensAt: '2020-01-01T00:00:00Z' }, asZara).thenRefused('ReadingTooShort');
    const latest = after(NOON, { days: 365 });
    given(deliberation, inDeliberation, bySteward).when('FreezeProposal', { ...freeze, closesAt: after(latest, { seconds: 1 }) }, asZara).thenRefused('VotingTooFar', { latest });
  });

  test('is a steward’s, of an admitted proposal, once', () => {
    given(deliberation, inDeliberation, byMember).when('FreezeProposal', freeze, asIlmari).thenRefused('StewardRequired');
    given(deliberation, drafted(), submitted, bySteward).when('FreezeProposal', freeze, asZara).thenRefused('WrongPhase', { phase: 'submitted' });
    given(deliberation, inDeliberation, frozen(), sealed(), bySteward).when('FreezeProposal', freeze, asZara).thenRefused('WrongPhase', { phase: 'frozen' });
  });

  test('is refused when the protocol has changed since the text was written: nothing is overwritten unseen', () => {
    const moved = folded(charter, ...inForce, enacted('rival', 2));
    given(deliberation, inDeliberation, { ...bySteward, charter: moved })
      .when('FreezeProposal', freeze, asZara)
      .thenRefused('NeedsRebase', { protocol: text.protocol, writtenAgainst: 1, movedTo: 2 });
  });

  test('goes on when only other protocols have changed, or when the text was written after the change', () => {
    const elsewhere = folded(charter, ...inForce, enacted('other', 2, 'another-protocol'));
    given(deliberation, inDeliberation, { ...bySteward, charter: elsewhere }).when('FreezeProposal', freeze, asZara).then(frozen(2));
    const moved = folded(charter, ...inForce, enacted('older', 2));
    given(deliberation, drafted(ILMARI, 2), submitted, admittedBy(), { ...bySteward, charter: moved }).when('FreezeProposal', freeze, asZara).then(frozen(2));
  });

  test('hashes the very text that is put to the vote', () => {
    const { state } = given(deliberation, inDeliberation, bySteward).when('FreezeProposal', freeze, asZara);
    if (state.status === 'absent' || state.frozen?.textHash !== contentHash(text)) throw new Error('another text was frozen');
    if (state.frozen.membershipBeforeFreeze !== FOUNDING_RULES.membershipBeforeFreeze) throw new Error('another waiting time was frozen');
  });
});
