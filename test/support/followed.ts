// A log as a cluster orders it: appends under the server's expectations, whatever their guards; for tests of those who follow.
import { eventIdOf } from '../../src/kernel/index.ts';
import type { Guard } from '../../src/event-log/index.ts';
import { logOpening } from '../../src/event-log/log-opened.ts';
import type { FollowedEvent } from '../../src/event-log/sqlite/local-copy.ts';

export interface SourceAppend {
  readonly stream: string;
  readonly commandId: string;
  readonly attempt?: number;
  readonly count?: number;
  readonly guards?: readonly Guard[];
  /** Index of the first event: not 0 for what is cut or forged. */
  readonly from?: number;
  /** Event ids that do not derive from the command. */
  readonly forged?: boolean;
}

export class FollowedSource {
  readonly events: FollowedEvent[] = [];
  private readonly revisions = new Map<string, number>();

  constructor(namespace: string) {
    const { stream, commandId } = logOpening(namespace, 'system');
    this.append({ stream, commandId });
  }

  append({ stream, commandId, attempt = 0, count = 1, guards = [], from = 0, forged = false }: SourceAppend): void {
    for (let index = from; index < from + count; index++) {
      const revision = (this.revisions.get(stream) ?? -1) + 1;
      this.revisions.set(stream, revision);
      const at = this.events.length + 1;
      this.events.push({
        stream, revision, type: 'test.noted.v1', data: { at }, metadata: { actor: 'ada' }, commandId, attempt, index,
        eventId: eventIdOf(forged ? logOpening('forger', 'system').commandId : commandId, attempt, index),
        recordedAt: 1_000 * at - (at % 7) * 900, guards: index === 0 ? guards : [], sourcePosition: String(at * 150),
      });
    }
  }
}
