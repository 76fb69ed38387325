// How an open vote stands, and what it needs to pass.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { FOUNDING_RULES, outcomeOf, type DecisionRule } from '../../src/community/index.ts';
import { FRACTION, outlookOf, partsOf, THRESHOLD } from '../../src/governance/index.ts';

const { ordinary } = FOUNDING_RULES.decision;
const counts = (yes: number, no: number, abstain: number, roll: number) => ({ yes, no, abstain, roll });

describe('the outlook', () => {
  test('says how many more yes would carry it', () => {
    expect(outlookOf(ordinary, counts(2, 3, 0, 9))).toEqual({ outcome: 'NotApproved', outstanding: 4, yesNeeded: 2 });
    expect(outlookOf(ordinary, counts(3, 1, 0, 9))).toEqual({ outcome: 'passed', outstanding: 5, yesNeeded: 0 });
    expect(outlookOf(ordinary, counts(1, 0, 3, 9))).toEqual({ outcome: 'NoQuorum', outstanding: 5, yesNeeded: 2 });
    expect(outlookOf(ordinary, counts(1, 7, 0, 9))).toEqual({ outcome: 'NotApproved', outstanding: 1, yesNeeded: null });
  });

  test('needs exactly the least number that passes', () => {
    const fraction = fc.integer({ min: 1, max: 9 }).chain((d) => fc.record({ n: fc.nat(d), d: fc.constant(d) }));
    const rules = fc.record({ quorum: fraction, threshold: fraction, floor: fraction, strict: fc.boolean() }).map(({ threshold, strict, ...rest }): DecisionRule => ({ ...rest, threshold: { ...threshold, strict } }));
    fc.assert(
      fc.property(rules, fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9), (rule, yes, no, abstain, absent) => {
        const counted = counts(yes, no, abstain, Math.max(1, yes + no + abstain + absent));
        const { outstanding, yesNeeded } = outlookOf(rule, counted);
        const passing = Array.from({ length: outstanding + 1 }, (_, more) => more).filter((more) => outcomeOf(rule, { ...counted, yes: yes + more }) === 'passed');
        expect(yesNeeded).toBe(passing[0] ?? null);
      }),
    );
  });
});

describe('a rule in words', () => {
  test('is read as people write it', () => {
    expect(partsOf({ quorum: '1/3', turnout: '1/2', threshold: '>1/2', floor: '0/1' })).toEqual({ quorum: { n: 1, d: 3 }, turnout: { n: 1, d: 2 }, threshold: { n: 1, d: 2, strict: true }, floor: { n: 0, d: 1 } });
    expect([partsOf({ threshold: '2/3' }), partsOf({ threshold: '>=2/3' })]).toEqual(Array(2).fill({ threshold: { n: 2, d: 3, strict: false } }));
    expect(partsOf({})).toEqual({});
  });

  test('is a fraction of whole numbers, and nothing else', () => {
    for (const text of ['1', '1/0', '-1/2', '1.5/2', '01/2', '1 / 2', '1/2/3', '', '1/99999999']) expect([FRACTION.test(text), THRESHOLD.test(text)]).toEqual([false, false]);
    expect([FRACTION.test('>1/2'), THRESHOLD.test('=1/2'), THRESHOLD.test('>>1/2')]).toEqual([false, false, false]);
  });
});
