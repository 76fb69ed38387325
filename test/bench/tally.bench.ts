// Counting a vote: every ballot of one proposal counted once more from the log, as the service answers a recount, against one pass over the
// same ballots that reads, parses and counts them; and how long the service's own loop stands still meanwhile.
import { logFileIn, openLogReader, openSqliteLog } from '../../src/event-log/index.ts';
import { FOUNDING_RULES } from '../../src/community/index.ts';
import { ballotStream, proposalStream, recount, type ProposalEvent } from '../../src/governance/index.ts';
import { derivedId, systemClock, type Event } from '../../src/kernel/index.ts';
import { catalogue } from '../../src/registry.ts';
import { Inquiries } from '../../src/runtime/index.ts';
import { compared, interleaved, quantile, stated, type Bench } from './harness.ts';
import { memberOf } from './history.ts';
import { newDirectory } from './product.ts';

const PROPOSAL = derivedId(memberOf(0), 'counted');
const FAR = '2999-01-01T00:00:00.000Z';
/** Appends in flight while the log is filled. */
const FILLING = 512;
/** How often the loop is looked at, ms. */
const GLANCE = 2;

const rule = FOUNDING_RULES.decision.ordinary;
const before: readonly ProposalEvent[] = [
  { type: 'ProposalDrafted', data: { proposal: PROPOSAL, proposer: memberOf(1), title: 'Keep it', prose: 'All of it.', writtenAgainst: 1, measure: { kind: 'resolution' } } },
  { type: 'ProposalSubmitted', data: { proposal: PROPOSAL } },
  { type: 'ProposalAdmitted', data: { proposal: PROPOSAL, by: memberOf(0) } },
  {
    type: 'ProposalFrozen',
    data: { proposal: PROPOSAL, textHash: '0'.repeat(64), charterRevision: 1, decisionClass: 'ordinary', rule, membershipBeforeFreeze: {}, opensAt: '2020-01-01T00:00:00.000Z', closesAt: FAR },
  },
  { type: 'RollSealed', data: { proposal: PROPOSAL, size: 1, root: '0'.repeat(64), opensAt: FAR } },
  { type: 'VotingOpened', data: { proposal: PROPOSAL, closesAt: FAR } },
];

const choiceOf = (n: number): 'yes' | 'no' => (n % 3 === 0 ? 'no' : 'yes');

/** A log with one certified vote. Gives its data directory, and how many said yes. */
async function voted(ballots: number): Promise<{ data: string; yes: number }> {
  const data = newDirectory();
  const log = await openSqliteLog({ directory: data, namespace: 'bench', clock: systemClock });
  let commands = 0;
  const put = (stream: string, expected: number | 'none', events: readonly Event[]) =>
    log.append({
      stream, expected, events: events.map((event) => catalogue.encode(event)), guards: [],
      commandId: derivedId(PROPOSAL, String((commands += 1))), attempt: 0, metadata: { actor: memberOf(0) },
    });
  const stream = proposalStream(PROPOSAL);
  await put(stream, 'none', before);
  let [next, yes] = [0, 0];
  const worker = async (): Promise<void> => {
    for (let n = next++; n < ballots; n = next++) {
      const voter = memberOf(n);
      if (choiceOf(n) === 'yes') yes += 1;
      await put(ballotStream(PROPOSAL, voter), 'none', [{ type: 'BallotCast', data: { proposal: PROPOSAL, round: 1, voter, choice: choiceOf(n) } }]);
    }
  };
  await Promise.all(Array.from({ length: FILLING }, worker));
  const { lastPosition: pollsClosedAt } = await put(stream, before.length - 1, [{ type: 'PollsClosed', data: { proposal: PROPOSAL } }]);
  const certificate = { yes, no: ballots - yes, abstain: 0, roll: ballots, rollRoot: '0'.repeat(64), rule, frozenAt: 1, pollsClosedAt, stampedLater: [], outcome: 'passed' } as const;
  await put(stream, before.length, [
    { type: 'VotingClosed', data: { proposal: PROPOSAL, pollsClosedAt } },
    { type: 'ProposalCertified', data: { proposal: PROPOSAL, ...certificate } },
  ]);
  await log.shutdown();
  return { data, yes };
}

/** The floor: one pass that reads, parses and counts. */
function countedPlainly(file: string): number {
  const reader = openLogReader(file);
  let yes = 0;
  for (let page = reader.readAll(0); page.length > 0; page = reader.readAll(page.at(-1)?.position ?? 0)) {
    for (const { data } of page) if ((data as { choice?: string }).choice === 'yes') yes += 1;
  }
  reader.close();
  return yes;
}

export const bench: Bench = {
  name: 'tally',
  async run({ quick }, emit) {
    const ballots = quick ? 100_000 : 1_000_000;
    const rounds = quick ? 3 : 5;
    const { data, yes } = await voted(ballots);
    const logFile = logFileIn(data);
    const inquiries = new Inquiries({ logFile, registryUrl: new URL('../../src/registry.ts', import.meta.url).href });
    const reader = openLogReader(logFile);
    const asOf = reader.head().position;
    reader.close();
    const stalls: number[] = [];
    const rateOf = async (count: () => Promise<number> | number): Promise<number> => {
      const began = performance.now();
      if ((await count()) !== yes) throw new Error('a count is wrong');
      return ballots / ((performance.now() - began) / 1000);
    };
    let round = 0;
    const ours = async (): Promise<number> => {
      let last = performance.now();
      let worst = 0;
      const watch = setInterval(() => {
        const now = performance.now();
        worst = Math.max(worst, now - last - GLANCE);
        last = now;
      }, GLANCE);
      const { recounted } = await inquiries.answer(recount, { proposal: PROPOSAL, under: {} }, { by: `round ${(round += 1)}`, asOf });
      clearInterval(watch);
      stalls.push(worst);
      if ('election' in recounted) throw new Error('there were no options');
      return recounted.yes;
    };
    const rates = await interleaved(rounds, { ours: () => rateOf(ours), theirs: () => rateOf(() => countedPlainly(logFile)) });
    await inquiries.close();
    const against = 'one pass that reads, parses and counts';
    emit(compared({ name: 'tally/recount', unit: 'ballots/s', ours: rates.ours, theirs: rates.theirs, against, bound: ['at least', 0.5] }));
    emit(stated('tally/loop-stall', 'ms', quantile(stalls, 0.5), rounds));
  },
};
