// Faults: each test exists where the harness can bring the fault about.
import { describe, expect, test } from '@jest/globals';
import { CommandAlreadyAppended, LogUnavailable, type Appended, type EventLog, type StoredEvent } from '../../src/event-log/index.ts';
import type { Subject } from './event-log.contract.ts';
import type { Capability } from './harness.ts';
import { everything, notes, placeOf, request, settled, until } from './requests.ts';

/** As the executor does it: an unknown outcome is settled by sending the very same request again. */
async function surely(log: EventLog, wanted: ReturnType<typeof request>): Promise<Appended> {
  for (;;) {
    const outcome = await settled(log.append(wanted));
    if (!(outcome instanceof Error)) return outcome;
    if (!(outcome instanceof LogUnavailable)) throw outcome;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function faults(subject: Subject, capabilities: readonly Capability[]): void {
  const has = (capability: Capability): boolean => capabilities.includes(capability);
  if (!capabilities.some((capability) => capability !== 'openReplica')) return;

  describe('faults', () => {
    if (has('goAway')) {
      test('a server gone for ten seconds: named errors, then every command is in effect once', async () => {
        const { log, under } = subject;
        const seen: StoredEvent[] = [];
        const subscription = log.subscribe(0, (events) => void seen.push(...events));
        const wanted = Array.from({ length: 100 }, () => request({ events: notes(2) }));
        const sent = wanted.map((one) => surely(log, one));
        await under.goAway?.();
        await until(() => log.status().state !== 'ok', 'the status to say so');
        expect(log.status().reason).toBeTruthy();
        const outcome = await settled(log.append(request()));
        expect(outcome).toBeInstanceOf(LogUnavailable);
        await new Promise((resolve) => setTimeout(resolve, 10_000));
        await under.comeBack?.();
        await Promise.all(sent);
        await until(() => log.status().state === 'ok', 'the status to be ok again', 30_000);
        for (const { commandId } of wanted) expect(log.findCommand(commandId)?.events.filter((event) => !event.void)).toHaveLength(2);
        const head = log.head().position;
        await until(() => subscription.position >= head, 'the subscriber at the head');
        expect(seen.map((event) => event.position)).toEqual(seen.map((_, n) => n + 1));
        subscription.close();
      }, 90_000);
    }

    if (has('loseReplies')) {
      test('replies lost after the commit: the resend gives the result, and nothing is in effect twice', async () => {
        const { log, under } = subject;
        const wanted = Array.from({ length: 20 }, () => request({ events: notes(2) }));
        await under.loseReplies?.(10);
        const results = await Promise.all(wanted.map((one) => surely(log, one)));
        expect(new Set(results.map((result) => result.firstPosition)).size).toBe(20);
        for (const [n, one] of wanted.entries()) {
          const inEffect = log.findCommand(one.commandId)?.events.filter((event) => !event.void) ?? [];
          expect(inEffect.map((event) => event.position)).toEqual([results[n]?.firstPosition, results[n]?.lastPosition]);
          expect(await log.append(one)).toEqual(results[n]);
        }
      }, 60_000);
    }

    if (has('dropSubscriptions')) {
      test('a subscription dropped in a burst loses and repeats nothing', async () => {
        const { log, under } = subject;
        const seen: number[] = [];
        const subscription = log.subscribe(0, (events) => void seen.push(...events.map((event) => event.position)));
        for (let round = 0; round < 5; round++) {
          const burst = Array.from({ length: 100 }, () => surely(log, request({ events: notes(3) })));
          await under.dropSubscriptions?.();
          await Promise.all(burst);
        }
        const head = log.head().position;
        await until(() => subscription.position >= head, 'the subscriber at the head');
        expect(seen).toEqual(seen.map((_, n) => n + 1));
        expect(seen.length).toBeGreaterThanOrEqual(1_501);
        subscription.close();
      }, 60_000);
    }

    if (has('backup')) {
      test('a log restored from an older backup under newer views is told by its chain', async () => {
        const { log, under } = subject;
        await log.append(request({ events: notes(5) }));
        const backup = (await under.backup?.(log)) as string;
        const atBackup = log.head();
        const lost = request({ stream: 'lot-1', events: notes(3) });
        await log.append(lost);
        const checkpoint = log.head();
        await log.shutdown();
        await under.restore?.(backup);
        const restored = await subject.reopen();
        expect(restored.head()).toEqual(atBackup);
        expect(restored.chainAt(checkpoint.position)).toBeUndefined();
        await restored.append(request({ stream: 'lot-1', events: notes(4) }));
        expect(restored.chainAt(checkpoint.position)).not.toBe(checkpoint.chain);
        expect(restored.chainAt(atBackup.position)).toBe(atBackup.chain);
      });
    }

    if (has('deleteCopy')) {
      test('a copy deleted and taken again numbers, voids and chains alike', async () => {
        const { log, under } = subject;
        for (let n = 0; n < 20; n++) await log.append(request({ stream: 'lot-1', expected: n === 0 ? 'none' : n * 3 - 1, events: notes(3) }));
        const before = everything(log).map(placeOf);
        const head = log.head();
        await log.shutdown();
        await under.deleteCopy?.();
        const again = await subject.reopen();
        await until(() => again.head().position >= head.position, 'the copy at the head');
        expect(again.head()).toEqual(head);
        expect(everything(again).map(placeOf)).toEqual(before);
      });
    }

    if (has('openReplica')) {
      test('a resend to another replica meets its own past', async () => {
        const { log, under } = subject;
        const other = (await under.openReplica?.()) as EventLog;
        const once = request({ events: notes(2) });
        const first = await log.append(once);
        const outcome = await settled(other.append(once));
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(CommandAlreadyAppended);
        else expect(outcome).toEqual(first);
        await until(() => other.head().position >= first.lastPosition, 'the other replica to have it');
        expect(other.findCommand(once.commandId)?.events.filter((event) => !event.void)).toHaveLength(2);
      });
    }
  });
}
