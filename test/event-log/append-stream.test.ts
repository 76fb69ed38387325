// The call over which appends travel: nobody waits for it longer than was said.
import { expect, test } from '@jest/globals';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { AppendStream } from '../../src/event-log/eventstoredb/append-stream.ts';

test('an append gives up in time while the cluster has no leader to open the call to', async () => {
  const leaderless = { GRPCStreamCreator: () => () => new Promise(() => {}), callArguments: () => [] };
  const stream = new AppendStream(leaderless as object as EventStoreDBClient);
  const began = performance.now();
  await expect(stream.append({ stream: 'grove.lot-a', expected: 'none', events: [] }, 100)).rejects.toThrow('no answer within 100 ms');
  expect(performance.now() - began).toBeLessThan(5_000);
});
