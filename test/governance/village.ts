// A small community as decisions on proposals see it: its charter, its people, and a proposal on its way.
import {
  charter, FOUNDING_RULES, membership,
  type CharterEvent, type DecisionRule, type Membership, type MembershipEvent, type Outcome, type Role, type Untouchable,
} from '../../src/community/index.ts';
import type { BallotEvent, Choice, Measure, ProposalEvent, ProposedText } from '../../src/governance/index.ts';
import { after, contentHash, instantOf, msOf } from '../../src/kernel/index.ts';
import { at, folded, NOON, type Past } from '../support/given.ts';

export const [ZARA, ILMARI, NOOR, STRANGER] = [1, 2, 3, 4].map((n) => `0000000${n}-0000-5000-8000-000000000000`) as [string, string, string, string];
export const P = '00000000-0000-5000-8000-0000000000aa';
export const ORDINARY: DecisionRule = FOUNDING_RULES.decision.ordinary;

export const OPENS = after(NOON, FOUNDING_RULES.reading);
export const CLOSES = after(OPENS, FOUNDING_RULES.voting);
/** The last tenth of seven days, and as long after them. */
export const [SWING_FROM, EXTENDED_TO] = [-1, 1].map((sign) => instantOf(msOf(CLOSES) + sign * 0.7 * 86_400_000)) as [string, string];

export const clause: Untouchable = { kind: 'untouchable', id: 'c1', materials: ['moss'], parties: 'all-external', exceptions: [] };
export const measure = { kind: 'adopt-protocol', protocol: 'moss-stays', clauses: [clause] } as const satisfies Measure;
export const text: ProposedText = { title: 'Moss stays', prose: 'Nobody outside gets our moss.', measure };

const founded: CharterEvent[] = [
  {
    type: 'CommunityFounded',
    data: {
      community: 'mossgate', name: 'Mossgate', timeZone: 'UTC', language: 'en', charterText: '', firstFounder: ZARA, firstFounderName: 'sealed',
      founderInvitations: [], rules: FOUNDING_RULES,
    },
  },
  { type: 'CharterAccepted', data: { person: ZARA, certificate: 1 } },
];
export const forming = folded(charter, ...founded);
export const inForce: CharterEvent[] = [...founded, { type: 'CommunityInForce', data: { community: 'mossgate', founders: [ZARA] } }];
export const living = folded(charter, ...inForce);
export const enacted = (proposal: string, charterRevision: number, protocol: string = measure.protocol): CharterEvent => ({
  type: 'ProtocolEnacted',
  data: { proposal, protocol, title: text.title, prose: text.prose, clauses: measure.clauses, charterRevision },
});

/** Admitted at position 5 at noon, unless it says otherwise. */
export const admitted = (person: string, roles: readonly Role[] = ['member'], place: { position?: number; time?: number } = {}): Past<MembershipEvent> =>
  at({ type: 'MemberAdmitted', data: { person, roles, as: 'admitted' } }, { position: 5, ...place });
export const member: Membership = folded(membership, admitted(ILMARI));
export const steward: Membership = folded(membership, admitted(ZARA, ['member', 'steward']));
export const outsider: Membership = membership.initial;

export const drafted = (by = ILMARI, writtenAgainst = 1, written = text): ProposalEvent => ({
  type: 'ProposalDrafted',
  data: { proposal: P, proposer: by, writtenAgainst, ...written },
});
export const submitted: ProposalEvent = { type: 'ProposalSubmitted', data: { proposal: P } };
export const admittedBy = (by = ZARA): ProposalEvent => ({ type: 'ProposalAdmitted', data: { proposal: P, by } });
export const frozen = (charterRevision = 1, rule = ORDINARY): ProposalEvent => ({
  type: 'ProposalFrozen',
  data: { proposal: P, textHash: contentHash(text), textRevision: 1, charterRevision, decisionClass: 'ordinary', rule, membershipBeforeFreeze: {}, opensAt: OPENS, closesAt: CLOSES, lateSwing: { from: SWING_FROM, until: EXTENDED_TO } },
});
export const sealed = (size = 9): ProposalEvent => ({ type: 'RollSealed', data: { proposal: P, size, root: 'root', opensAt: OPENS } });
export const opened: ProposalEvent = { type: 'VotingOpened', data: { proposal: P, closesAt: CLOSES } };
export const lapsed = (reason: 'EmptyRoll' | 'NotOpenedInTime'): ProposalEvent => ({ type: 'ProposalLapsed', data: { proposal: P, reason } });
export const pollsClosed: ProposalEvent = { type: 'PollsClosed', data: { proposal: P } };
export const votingClosed = (pollsClosedAt: number): ProposalEvent => ({ type: 'VotingClosed', data: { proposal: P, pollsClosedAt } });
export const certified = (yes: number, no: number, outcome: Outcome, abstain = 0, roll = 9): ProposalEvent => ({
  type: 'ProposalCertified',
  data: { proposal: P, yes, no, abstain, roll, rollRoot: 'root', rule: ORDINARY, frozenAt: 4, pollsClosedAt: 7, stampedLater: [], outcome },
});

/** Drafted at 1, submitted at 2, admitted at 3. */
export const inDeliberation: readonly ProposalEvent[] = [drafted(), submitted, admittedBy()];
/** Frozen at 4, rolled at 5, opened at 6, and so on. */
export const inVoting: readonly Past<ProposalEvent>[] = [...inDeliberation, at(frozen(), { position: 4 }), sealed(), opened];
export const passed: readonly Past<ProposalEvent>[] = [...inVoting, pollsClosed, votingClosed(7), certified(5, 1, 'passed')];

export const cast = (voter: string, choice: string, replaces?: number, round = 1): BallotEvent => ({
  type: 'BallotCast',
  data: { proposal: P, round, voter, choice, ...(replaces === undefined ? {} : { replaces }) },
});
export const withdrawn = (voter: string, choice: Choice): BallotEvent => ({ type: 'BallotWithdrawn', data: { proposal: P, round: 1, voter, choice } });

export const needsRebase = (movedTo: number): ProposalEvent => ({ type: 'ProposalNeedsRebase', data: { proposal: P, touched: `protocol ${measure.protocol}`, movedTo } });
export const rebased = (writtenAgainst: number, written = text): ProposalEvent => ({ type: 'ProposalRebased', data: { proposal: P, writtenAgainst, ...written } });
export const refusal: CharterEvent = {
  type: 'EnactmentRefused',
  data: { proposal: P, touched: `protocol ${measure.protocol}`, reason: 'NeedsRebase', frozenAt: 1, movedTo: 2 },
};
export const extended: ProposalEvent = { type: 'VotingExtended', data: { proposal: P, reason: 'LateSwing', pollsClosedAt: 42, closesAt: EXTENDED_TO } };
