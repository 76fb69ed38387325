// A service without an edge, to be killed: a log file, an executor and a runner, with polls opened and voted on without pause.
import { randomUUID } from 'node:crypto';
import { openSqliteLog } from '../../src/event-log/index.ts';
import { commandIdOfRequest, instantOf, systemClock } from '../../src/kernel/index.ts';
import { ClockWatch, CommandExecutor, ObligationsRunner, openSecretsDirectory, type Acknowledgement } from '../../src/runtime/index.ts';
import { owedIn } from './owed.ts';
import { CastVote, catalogue, handlings, make, OpenPoll, processes } from './village.ts';

const [, , directory = '', votersText = '8'] = process.argv;
const clock = systemClock;
const clockWatch = new ClockWatch(clock);
const log = await openSqliteLog({ directory: `${directory}/log`, namespace: 'village', clock });
const secrets = openSecretsDirectory(`${directory}/secrets`, { create: true });
const views = { read: () => Promise.reject(new Error('the village has no views')) };
const executor = new CommandExecutor({ log, catalogue, handlings, views, secrets, clock, clockWatch });
const runner = new ObligationsRunner({ log, catalogue, processes, owed: owedIn(log), executor, clock, clockWatch });
await runner.start();
await runner.ready;
process.send?.({ ready: log.head().position });

async function tell(command: object, actor: string, key: string): Promise<Acknowledgement | undefined> {
  const answer = executor.execute({ command, actor, commandId: commandIdOfRequest(actor, key) });
  return answer.then(
    (acknowledged) => {
      process.send?.({ acknowledged, actor, key, body: command });
      return acknowledged;
    },
    () => undefined,
  );
}

async function vote(voter: number): Promise<never> {
  for (;;) {
    const poll = randomUUID();
    await tell(make(OpenPoll, { poll, closesAt: instantOf(clock.now() + Math.random() * 60) }), `voter-${voter}`, `open ${poll}`);
    const votes = Array.from({ length: 6 }, (_, n) => tell(make(CastVote, { poll, choice: 'yes' }), `${voter}-${n}`, `vote ${poll}`));
    await Promise.all(votes);
  }
}

for (let voter = 0; voter < Number(votersText); voter += 1) void vote(voter);
