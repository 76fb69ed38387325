// Several replicas of one log: they number and void alike, and nothing is in effect twice.
import { describe, expect, test } from '@jest/globals';
import { LogError, type Appended, type EventLog } from '../../src/event-log/index.ts';
import type { Subject } from './event-log.contract.ts';
import type { Capability } from './harness.ts';
import { everything, notes, request, settled, until } from './requests.ts';

async function atTheSameHead(...logs: EventLog[]): Promise<void> {
  await until(() => {
    const heads = logs.map((log) => log.head().position);
    return heads.every((head) => head === heads[0]);
  }, 'the replicas at the same head');
}

export function replicas(subject: Subject, capabilities: readonly Capability[]): void {
  if (!capabilities.includes('openReplica')) return;

  describe('replicas', () => {
    test('two followers number and void alike while both append under guards that the other breaks', async () => {
      const { log, under } = subject;
      const other = (await under.openReplica?.()) as EventLog;
      await log.append(request({ stream: 'phase-1' }));
      await atTheSameHead(log, other);
      const guarded = new Map<string, number | 'none'>();
      const acknowledged = new Map<string, Appended>();
      await Promise.all(
        [log, other].flatMap((replica) =>
          Array.from({ length: 8 }, async (_, writer) => {
            for (let n = 0; n < 15; n++) {
              const head = replica.streamHead('phase-1');
              const one =
                writer === 0
                  ? request({ stream: 'phase-1', expected: head?.revision ?? 'none' })
                  : request({ guards: [{ stream: 'phase-1', revision: head?.inEffect ?? 'none' }], events: notes(2) });
              if (one.guards[0]) guarded.set(one.commandId, one.guards[0].revision);
              const outcome = await settled(replica.append(one));
              if (outcome instanceof Error) expect(outcome).toBeInstanceOf(LogError);
              else acknowledged.set(one.commandId, outcome);
            }
          }),
        ),
      );
      await atTheSameHead(log, other);
      expect(other.head()).toEqual(log.head());
      expect(everything(other)).toEqual(everything(log));

      let phase: number | 'none' = 'none';
      const inEffect = new Map<string, number>();
      for (const event of everything(log)) {
        if (event.void) continue;
        if (event.index === 0) {
          expect(inEffect.has(event.commandId)).toBe(false);
          inEffect.set(event.commandId, event.position);
          if (guarded.has(event.commandId)) expect(guarded.get(event.commandId)).toBe(phase);
        }
        if (event.stream === 'phase-1') phase = event.revision;
      }
      for (const [commandId, appended] of acknowledged) expect(inEffect.get(commandId)).toBe(appended.firstPosition);
    }, 90_000);

    test('what one replica acknowledged is there to be read on the other when it has caught up', async () => {
      const { log, under } = subject;
      const other = (await under.openReplica?.()) as EventLog;
      for (let n = 0; n < 40; n++) {
        if (n === 20) await under.dropSubscriptions?.();
        const one = request({ events: notes(2) });
        const { lastPosition } = await log.append(one);
        await Promise.all([other.catchUp(), other.catchUp()]);
        expect(other.head().position).toBeGreaterThanOrEqual(lastPosition);
        expect(other.streamHead(one.stream)).toMatchObject({ position: lastPosition });
      }
    }, 60_000);

    test('one command sent to both replicas at once is in effect once', async () => {
      const { log, under } = subject;
      const other = (await under.openReplica?.()) as EventLog;
      const wanted = Array.from({ length: 50 }, () => request({ events: notes(2) }));
      await Promise.all(wanted.flatMap((one) => [log, other, log].map((replica) => settled(replica.append(one)))));
      await atTheSameHead(log, other);
      for (const replica of [log, other]) {
        for (const { commandId } of wanted) {
          expect(replica.findCommand(commandId)?.events.filter((event) => !event.void)).toHaveLength(2);
        }
      }
    }, 60_000);

    if (capabilities.includes('goAway')) {
      test('a replica that cannot ask the cluster does not say that it has caught up', async () => {
        const { log, under } = subject;
        await log.append(request());
        await log.catchUp();
        await under.goAway?.();
        try {
          expect(await settled(log.catchUp())).toMatchObject({ name: 'LogUnavailable', outcome: 'none' });
        } finally {
          await under.comeBack?.();
        }
      }, 60_000);
    }
  });
}
