// A certified vote, counted once more from the log alone.
import { afterEach, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { outcomeOf, type MembershipEvent } from '../../src/community/index.ts';
import { ballotStream, proposalStream, recount, type BallotEvent, type Choice, type ProposalEvent } from '../../src/governance/index.ts';
import { derivedId, type Event } from '../../src/kernel/index.ts';
import { catalogue } from '../../src/registry.ts';
import { wholeLog } from '../../src/runtime/index.ts';
import { append } from '../support/log-of.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { certified, frozen, inDeliberation, needsRebase, opened, ORDINARY, P, pollsClosed, rebased, sealed, votingClosed } from './village.ts';

let log: MemoryLog;
afterEach(() => log.shutdown());

const happens = (stream: string, ...events: readonly Event[]): Promise<number> => append(log, stream, ...events);

const voter = (n: number): string => `voter-${n}`;
const admits = (n: number): MembershipEvent => ({ type: 'MemberAdmitted', data: { person: voter(n), roles: ['member'], as: 'founder' } });

type Deed = readonly [voter: number, choice: Choice | 'withdraw'];

/** A vote of so many members, with ballots of another proposal, of late-comers, and after the close, in between. */
async function voted(members: number, deeds: readonly Deed[], late: readonly Deed[] = []): Promise<{ pollsClosedAt: number; counts: Record<Choice, number> }> {
  log = new MemoryLog();
  for (let n = 0; n < members; n += 1) await happens(`member-${voter(n)}`, admits(n));
  await happens(proposalStream(P), ...inDeliberation, frozen());
  await happens(`member-${voter(99)}`, admits(99));
  await happens(proposalStream(P), sealed(members), opened);
  const ballots = new Map<number, Choice>();
  const does = async ([n, choice]: Deed, proposal = P): Promise<void> => {
    const data = { proposal, round: 1, voter: voter(n) };
    const event: BallotEvent = choice === 'withdraw' ? { type: 'BallotWithdrawn', data: { ...data, choice: 'yes' } } : { type: 'BallotCast', data: { ...data, choice } };
    await happens(ballotStream(proposal, voter(n)), event);
  };
  for (const deed of deeds) {
    await does(deed);
    const [n, choice] = deed;
    if (choice === 'withdraw') ballots.delete(n);
    else ballots.set(n, choice);
    await does([n, 'no'], 'another');
  }
  const pollsClosedAt = await happens(proposalStream(P), pollsClosed);
  for (const deed of late) await does(deed);
  const counts = { yes: 0, no: 0, abstain: 0 };
  for (const choice of ballots.values()) counts[choice] += 1;
  return { pollsClosedAt, counts };
}

async function certify(pollsClosedAt: number, counts: Record<Choice, number>, roll: number): Promise<void> {
  const outcome = outcomeOf(ORDINARY, { ...counts, roll });
  const certificate = certified(counts.yes, counts.no, outcome, counts.abstain, roll);
  await happens(proposalStream(P), votingClosed(pollsClosedAt), { ...certificate, data: { ...certificate.data, pollsClosedAt } } as ProposalEvent);
}

const recounted = (under = {}) => recount.answer(wholeLog(log, catalogue, log.head().position), { proposal: P, under });

test('agrees with an honest certificate, whatever the ballots: of this proposal, up to its close, by who is on the roll', async () => {
  const deed = fc.tuple(fc.nat(5), fc.constantFrom('yes' as const, 'no' as const, 'abstain' as const, 'withdraw' as const));
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 20 }), fc.array(deed, { maxLength: 3 }), async (deeds, late) => {
      const { pollsClosedAt, counts } = await voted(6, deeds, late);
      await certify(pollsClosedAt, counts, 6);
      expect(recounted()).toMatchObject({ agrees: true, recounted: { ...counts, roll: 6, outcome: outcomeOf(ORDINARY, { ...counts, roll: 6 }) } });
      await log.shutdown();
    }),
    { numRuns: 40 },
  );
});

test('does not agree with a certificate that says otherwise of a ballot, the roll or the outcome', async () => {
  for (const [counts, roll] of [[{ yes: 3, no: 0, abstain: 0 }, 4], [{ yes: 2, no: 1, abstain: 0 }, 5]] as const) {
    const { pollsClosedAt } = await voted(4, [[0, 'yes'], [1, 'yes'], [2, 'no']]);
    await certify(pollsClosedAt, counts, roll);
    expect(recounted()).toMatchObject({ agrees: false, recounted: { yes: 2, no: 1, abstain: 0, roll: 4, outcome: 'passed' } });
    await log.shutdown();
  }
});

test('gives the same hash for the same ballots, and another for others', async () => {
  const hashes: string[] = [];
  for (const last of ['no', 'no', 'yes'] as const) {
    const { pollsClosedAt, counts } = await voted(4, [[0, 'yes'], [2, 'abstain'], [1, last]]);
    await certify(pollsClosedAt, counts, 4);
    hashes.push(recounted().recounted.ballotsHash);
    await log.shutdown();
  }
  expect(hashes[0]).toBe(hashes[1]);
  expect(hashes[2]).not.toBe(hashes[0]);
});

test('says what would have been under another rule, and refuses one that could not decide', async () => {
  const { pollsClosedAt, counts } = await voted(6, [[0, 'yes'], [1, 'yes'], [2, 'yes'], [3, 'no'], [4, 'no']]);
  await certify(pollsClosedAt, counts, 6);
  expect(recounted().otherwise).toBeUndefined();
  expect(recounted({ threshold: { n: 2, d: 3, strict: false } }).otherwise).toEqual({ rule: { ...ORDINARY, threshold: { n: 2, d: 3, strict: false } }, outcome: 'NotApproved' });
  expect(() => recounted({ threshold: { n: 1, d: 3, strict: false } })).toThrow(expect.objectContaining({ name: 'InvalidRules' }));
});

test('of a rebased proposal is of the vote that was certified last, and as of before it of none', async () => {
  const { pollsClosedAt, counts } = await voted(4, [[0, 'yes'], [1, 'yes'], [2, 'no']]);
  await certify(pollsClosedAt, counts, 4);
  await happens(proposalStream(P), needsRebase(2), rebased(2), frozen(2), sealed(4), opened);
  await happens(ballotStream(P, voter(3)), { type: 'BallotCast', data: { proposal: P, round: 2, voter: voter(3), choice: 'no' } });
  expect(recounted()).toMatchObject({ round: 1, agrees: true, recounted: { yes: 2, no: 1 } });
  expect(() => recount.answer(wholeLog(log, catalogue, pollsClosedAt), { proposal: P, under: {} })).toThrow(expect.objectContaining({ name: 'NotCertified' }));
});

test('needs a certificate', async () => {
  await voted(4, [[0, 'yes']]);
  expect(() => recounted()).toThrow(expect.objectContaining({ name: 'NotCertified', details: { phase: 'polls-closed' } }));
  expect(() => recount.answer(wholeLog(log, catalogue, log.head().position), { proposal: derivedId(P), under: {} })).toThrow(expect.objectContaining({ name: 'NoSuchProposal' }));
});
