// From draft to freeze.
import { describe, expect, test } from '@jest/globals';
import { charter, FOUNDING_RULES, type CharterEvent, type Rules } from '../../src/community/index.ts';
import { deliberation, proposalEvents, type Measure, type ProposalEvent } from '../../src/governance/index.ts';
import { after, contentHash, derivedId } from '../../src/kernel/index.ts';
import { folded, given, NOON } from '../support/given.ts';
import {
  admittedBy, clause, CLOSES, drafted, enacted, EXTENDED_TO, forming, frozen, ILMARI, inDeliberation, inForce, inVoting, living, measure, member, needsRebase, OPENS, outsider, P, passed, rebased, sealed, steward,
  STRANGER, submitted, text, ZARA,
} from './village.ts';

const byMember = { charter: living, membership: member, unregistered: [], uncatalogued: [] };
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
    given(deliberation, byMember).when('DraftProposal', { ...text, measure: { ...measure, clauses: [clause, clause] } }, asIlmari).thenRefused('ClauseIdTwice');
    given(deliberation, { ...byMember, uncatalogued: ['mos'] }).when('DraftProposal', text, asIlmari).thenRefused('NotInTheCatalogue', { materials: ['mos'] });
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
    given(deliberation, drafted(), withdrawal, byMember).when('WithdrawProposal', { proposal: P }, asIlmari).thenRefused('WrongPhase', { phase: 'withdrawn' });
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
        data: {
          ...(frozen().data as Extract<ProposalEvent, { type: 'ProposalFrozen' }>['data']), opensAt: '2026-06-25T00:00:00.000Z', closesAt: '2026-07-10T00:00:00.000Z',
          // A tenth of fifteen days is a day and a half.
          lateSwing: { from: '2026-07-08T12:00:00.000Z', until: '2026-07-11T12:00:00.000Z' },
        },
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
    // A late swing could extend it by a tenth of the vote: that, too, must end within the year.
    const latest = after(NOON, { days: 365 });
    given(deliberation, inDeliberation, bySteward).when('FreezeProposal', { ...freeze, closesAt: after(NOON, { days: 340 }) }, asZara).thenRefused('VotingTooFar', { latest });
    for (const closesAt of [after(latest, { seconds: 1 }), '2999-01-01T00:00:00Z', '9999-12-31T23:59:59Z']) {
      given(deliberation, inDeliberation, bySteward).when('FreezeProposal', { ...freeze, closesAt }, asZara).thenRefused('VotingTooFar', { latest });
    }
    given(deliberation, inDeliberation, bySteward).when('FreezeProposal', { ...freeze, opensAt: '9999-12-31T23:59:59Z' }, asZara).thenRefused('VotingTooFar', { latest });
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
      .thenRefused('NeedsRebase', { touched: 'protocol moss-stays', writtenAgainst: 1, movedTo: 2 });
  });

  test('goes on when only other protocols have changed, or when the text was written after the change', () => {
    const elsewhere = folded(charter, ...inForce, enacted('other', 2, 'another-protocol'));
    given(deliberation, inDeliberation, { ...bySteward, charter: elsewhere }).when('FreezeProposal', freeze, asZara).then(frozen(2));
    const moved = folded(charter, ...inForce, enacted('older', 2));
    given(deliberation, drafted(ILMARI, 2), submitted, admittedBy(), { ...bySteward, charter: moved }).when('FreezeProposal', freeze, asZara).then(frozen(2));
  });

  test('sets no time for late swings where the charter has none', () => {
    const rules = { ...FOUNDING_RULES, lateSwing: { n: 0, d: 1 } };
    const changed: CharterEvent = { type: 'RulesChanged', data: { proposal: 'c', rules, charterRevision: 2 } };
    const { lateSwing: _, ...data } = frozen(2).data as Extract<ProposalEvent, { type: 'ProposalFrozen' }>['data'];
    given(deliberation, inDeliberation, { ...bySteward, charter: folded(charter, ...inForce, changed) }).when('FreezeProposal', freeze, asZara).then({ type: 'ProposalFrozen', data });
  });

  test('hashes the very text that is put to the vote', () => {
    const { state } = given(deliberation, inDeliberation, bySteward).when('FreezeProposal', freeze, asZara);
    if (state.status === 'absent' || state.frozen?.textHash !== contentHash(text)) throw new Error('another text was frozen');
    if (state.frozen.membershipBeforeFreeze !== FOUNDING_RULES.membershipBeforeFreeze) throw new Error('another waiting time was frozen');
  });
});

const measured = (of: Measure) => ({ ...text, measure: of });
const charterRule = FOUNDING_RULES.decision.charter;

describe('a measure', () => {
  test('repeals only what is in force', () => {
    const repeal = measured({ kind: 'repeal-protocol', protocol: measure.protocol });
    given(deliberation, byMember).when('DraftProposal', repeal, asIlmari).thenRefused('ProtocolNotInForce', { protocol: measure.protocol });
    const { decision } = given(deliberation, { ...byMember, charter: folded(charter, ...inForce, enacted('a', 2)) }).when('DraftProposal', repeal, asIlmari);
    expect(decision).toMatchObject({ accepted: true, events: [{ data: { measure: repeal.measure, writtenAgainst: 2 } }] });
  });

  test('that puts a protocol in force for a time has it end after its vote, and after what extends that', () => {
    const until = (instant: string) => measured({ ...measure, until: instant });
    given(deliberation, byMember).when('DraftProposal', until(NOON), asIlmari).thenRefused('SunsetTooEarly');
    const { decision } = given(deliberation, byMember).when('DraftProposal', until('2027-01-01T01:00:00+01:00'), asIlmari);
    expect(decision).toMatchObject({ accepted: true, events: [{ data: { measure: { until: '2027-01-01T00:00:00.000Z' } } }] });
    const freeze = (instant: string) => given(deliberation, drafted(ILMARI, 1, until(instant)), submitted, admittedBy(), bySteward).when('FreezeProposal', { proposal: P }, asZara);
    freeze(EXTENDED_TO).thenRefused('SunsetTooEarly', { earliest: EXTENDED_TO });
    expect(freeze(after(EXTENDED_TO, { seconds: 1 })).decision).toMatchObject({ accepted: true });
  });

  test('changes the rules to such as a charter can have, and to others than it has', () => {
    const change = (rules: Extract<Measure, { kind: 'change-rules' }>['rules']) => given(deliberation, byMember).when('DraftProposal', measured({ kind: 'change-rules', rules }), asIlmari);
    expect(change({ reading: { days: 5 } }).decision).toMatchObject({ accepted: true });
    change({ reading: { days: 100 } }).thenRefused('InvalidRules');
    change({ decision: { charter: { ...charterRule, threshold: { n: 1, d: 3, strict: false } } } }).thenRefused('InvalidRules');
    change({}).thenRefused('RulesUnchanged');
    change({ reading: FOUNDING_RULES.reading }).thenRefused('RulesUnchanged');
    change({ lateSwing: { n: 2, d: 3 } }).thenRefused('InvalidRules');
    change({ voting: { hours: 168 }, lateSwing: { n: 2, d: 20 } }).thenRefused('RulesUnchanged');
  });

  test('is decided by the rule of its class; one that changes that rule by the stricter of the old and the new one', () => {
    const frozenAs = (of: Measure) => {
      const { decision } = given(deliberation, drafted(ILMARI, 1, measured(of)), submitted, admittedBy(), bySteward).when('FreezeProposal', { proposal: P }, asZara);
      const [event] = decision.accepted ? (decision.events as ProposalEvent[]) : [];
      return event?.data as Extract<ProposalEvent, { type: 'ProposalFrozen' }>['data'];
    };
    expect(frozenAs({ kind: 'resolution' })).toMatchObject({ decisionClass: 'ordinary', rule: FOUNDING_RULES.decision.ordinary });
    expect(frozenAs({ kind: 'change-rules', rules: { reading: { days: 5 } } })).toMatchObject({ decisionClass: 'charter', rule: charterRule });
    const lax = { quorum: { n: 0, d: 1 }, threshold: { n: 1, d: 2, strict: true }, floor: { n: 0, d: 1 } };
    expect(frozenAs({ kind: 'change-rules', rules: { decision: { charter: lax } } }).rule).toEqual(charterRule);
    const hard = { quorum: { n: 3, d: 4 }, threshold: { n: 3, d: 4, strict: true }, floor: { n: 1, d: 2 } };
    expect(frozenAs({ kind: 'change-rules', rules: { decision: { charter: hard } } }).rule).toEqual(hard);
    // It is the rule of its own class that a measure may not soften for itself; that of another class is free.
    expect(frozenAs({ kind: 'change-rules', rules: { decision: { ordinary: hard } } }).rule).toEqual(charterRule);
  });
});

describe('a rebase', () => {
  const moved = { ...byMember, charter: folded(charter, ...inForce, enacted('rival', 2)) };
  const anew = { ...text, title: 'Moss stays, and ferns' };
  const again = { ...anew, proposal: P };

  test('takes what passed too late back to deliberation, with a text written against the charter as it is', () => {
    given(deliberation, passed, needsRebase(2), moved).when('RebaseProposal', again, asIlmari).then(rebased(2, anew));
    given(deliberation, passed, needsRebase(2), rebased(2, anew), { ...moved, membership: steward })
      .when('FreezeProposal', { proposal: P }, asZara)
      .then({ type: 'ProposalFrozen', data: { ...(frozen(2).data as Extract<ProposalEvent, { type: 'ProposalFrozen' }>['data']), textRevision: 2, textHash: contentHash(anew) } });
  });

  test('is open to a text in deliberation too, once the charter has moved where it touches it', () => {
    given(deliberation, inDeliberation, moved).when('RebaseProposal', again, asIlmari).then(rebased(2, anew));
    given(deliberation, inDeliberation, byMember).when('RebaseProposal', again, asIlmari).thenRefused('NoRebaseNeeded');
    const elsewhere = { ...byMember, charter: folded(charter, ...inForce, enacted('other', 2, 'another-protocol')) };
    given(deliberation, inDeliberation, elsewhere).when('RebaseProposal', again, asIlmari).thenRefused('NoRebaseNeeded');
  });

  test('is the proposer’s, who is still a member, of a measure that can be enacted', () => {
    given(deliberation, passed, needsRebase(2), { ...moved, membership: steward }).when('RebaseProposal', again, asZara).thenRefused('NotTheProposer');
    given(deliberation, passed, needsRebase(2), { ...moved, membership: outsider }).when('RebaseProposal', again, asIlmari).thenRefused('MembersOnly');
    const gone: ProposalEvent[] = [drafted(ILMARI, 1, measured({ kind: 'repeal-protocol', protocol: 'gone' })), ...passed.slice(1) as ProposalEvent[]];
    given(deliberation, gone, needsRebase(2), moved).when('RebaseProposal', { ...again, measure: { kind: 'repeal-protocol', protocol: 'gone' } }, asIlmari).thenRefused('ProtocolNotInForce');
    given(deliberation, passed, moved).when('RebaseProposal', again, asIlmari).thenRefused('WrongPhase', { phase: 'passed' });
    given(deliberation, moved).when('RebaseProposal', again, asIlmari).thenRefused('NoSuchProposal');
  });

  test('stays with what was admitted: the kind of measure, and the protocol', () => {
    const rebase = (of: Measure) => given(deliberation, passed, needsRebase(2), moved).when('RebaseProposal', { ...again, measure: of }, asIlmari);
    rebase({ kind: 'change-rules', rules: { voting: { seconds: 1 } } }).thenRefused('AnotherMatter', { proposed: 'adopt-protocol, protocol moss-stays' });
    rebase({ kind: 'repeal-protocol', protocol: measure.protocol }).thenRefused('AnotherMatter');
    rebase({ ...measure, protocol: 'fern-stays' }).thenRefused('AnotherMatter');
    rebase({ ...measure, clauses: [] }).then(rebased(2, { ...anew, measure: { ...measure, clauses: [] } }));
  });

  test('can be forgone: the proposal is withdrawn before everybody', () => {
    given(deliberation, passed, needsRebase(2), moved).when('WithdrawProposal', { proposal: P }, asIlmari).then({ type: 'ProposalWithdrawn', data: { proposal: P, admitted: true } });
  });

  test('is asked for as well when the rules have moved, or a protocol was repealed', () => {
    const repealed: CharterEvent = { type: 'ProtocolRepealed', data: { proposal: 'r', protocol: measure.protocol, charterRevision: 3 } };
    const rules: Rules = { ...FOUNDING_RULES, reading: { days: 4 } };
    const changed: CharterEvent = { type: 'RulesChanged', data: { proposal: 'c', rules, charterRevision: 2 } };
    const freeze = (written: ProposalEvent, ...events: CharterEvent[]) =>
      given(deliberation, written, submitted, admittedBy(), { ...bySteward, charter: folded(charter, ...inForce, ...events) }).when('FreezeProposal', { proposal: P }, asZara);
    freeze(drafted(ILMARI, 2), enacted('a', 2), repealed).thenRefused('NeedsRebase', { touched: 'protocol moss-stays', writtenAgainst: 2, movedTo: 3 });
    freeze(drafted(ILMARI, 1, measured({ kind: 'change-rules', rules: { token: { days: 5 } } })), changed).thenRefused('NeedsRebase', { touched: 'rules', writtenAgainst: 1, movedTo: 2 });
    expect(freeze(drafted(ILMARI, 1, measured({ kind: 'resolution' })), changed).decision).toMatchObject({ accepted: true });
  });
});
