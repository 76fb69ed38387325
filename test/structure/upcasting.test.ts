// Events as earlier versions wrote them, read as today's.
import { describe, expect, test } from '@jest/globals';
import { FOUNDING_RULES } from '../../src/community/index.ts';
import { catalogue } from '../../src/registry.ts';

const clauses = [{ kind: 'untouchable', id: 'silk', materials: ['silk'], parties: 'all-external', exceptions: [] }];
const { ordinary } = FOUNDING_RULES.decision;
const { lateSwing: _, ...rules } = FOUNDING_RULES;
const charter = { quorum: { n: 1, d: 2 }, threshold: { n: 2, d: 3, strict: false }, floor: { n: 0, d: 1 } };
const founding = { community: 'c', name: 'n', timeZone: 'UTC', language: 'en', charterText: 'x', firstFounder: 'f', firstFounderName: 's', founderInvitations: [] };
const frozen = { proposal: 'p', textHash: 'h', charterRevision: 1, rule: ordinary, membershipBeforeFreeze: {}, opensAt: 'o', closesAt: 'c' };

/** [wire name, as it was written, code name, as it is read]. */
const BEFORE: readonly [wire: string, written: object, type: string, read: object][] = [
  [
    'community.founded.v1', { ...founding, rules: { ...rules, decision: { ordinary } } },
    'CommunityFounded', { ...founding, rules: { ...rules, decision: { ordinary, charter }, lateSwing: { n: 0, d: 1 } } },
  ],
  [
    'community.enactment-refused.v1', { proposal: 'p', protocol: 'silk-stays', reason: 'NeedsRebase', frozenAt: 1, movedTo: 2 },
    'EnactmentRefused', { proposal: 'p', touched: 'protocol silk-stays', reason: 'NeedsRebase', frozenAt: 1, movedTo: 2 },
  ],
  [
    'governance.proposal-drafted.v1', { proposal: 'p', kind: 'adopt-protocol', proposer: 'm', writtenAgainst: 1, protocol: 'silk-stays', title: 't', prose: 'x', clauses },
    'ProposalDrafted', { proposal: 'p', proposer: 'm', writtenAgainst: 1, title: 't', prose: 'x', measure: { kind: 'adopt-protocol', protocol: 'silk-stays', clauses } },
  ],
  ['governance.proposal-frozen.v1', frozen, 'ProposalFrozen', { ...frozen, decisionClass: 'ordinary' }],
  ['governance.proposal-needs-rebase.v1', { proposal: 'p', protocol: 'silk-stays', movedTo: 2 }, 'ProposalNeedsRebase', { proposal: 'p', touched: 'protocol silk-stays', movedTo: 2 }],
  ['governance.ballot-cast.v1', { proposal: 'p', voter: 'm', choice: 'yes', replaces: 0 }, 'BallotCast', { proposal: 'p', round: 1, voter: 'm', choice: 'yes', replaces: 0 }],
  ['governance.ballot-withdrawn.v1', { proposal: 'p', voter: 'm', choice: 'yes' }, 'BallotWithdrawn', { proposal: 'p', round: 1, voter: 'm', choice: 'yes' }],
];

describe('what an earlier version wrote', () => {
  test.each(BEFORE)('%s is read as today’s', (wire, written, type, read) => {
    expect(catalogue.decode(wire, written)).toEqual({ type, data: read });
  });

  test('is listed here, every name of it', () => {
    const names = catalogue.types().flatMap((type) => catalogue.wireNamesOf(type).slice(1));
    expect(BEFORE.map(([wire]) => wire).toSorted()).toEqual(names.toSorted());
  });
});
