// Standing: what the log says, now, of a person. The token says only who it is.
import { isLinked, person, personStream, viewerOf, type LoadNow, type Viewer } from '../community/index.ts';
import type { EventLog } from '../event-log/index.ts';
import { instantOf, type Clock, type EventCatalogue } from '../kernel/index.ts';
import { StreamCache } from '../runtime/index.ts';

/** Memory for the folds of those who call; a person takes about a kilobyte. */
const CACHE_BYTES = 8 * 1024 * 1024;

export class Standing {
  private readonly cache: StreamCache;
  private readonly load: LoadNow;
  private readonly log: Pick<EventLog, 'readStream' | 'catchUp'>;
  private readonly clock: Clock;

  constructor(log: Pick<EventLog, 'readStream' | 'catchUp'>, catalogue: EventCatalogue, clock: Clock) {
    this.log = log;
    this.cache = new StreamCache(log, catalogue, CACHE_BYTES);
    // Always asks the log for what is new: a role taken is a role gone.
    this.load = (fold, stream) => this.cache.load(fold, stream, true).state;
    this.clock = clock;
  }

  /** Has the log know what other replicas acknowledged before. @throws LogUnavailable */
  catchUp(): Promise<void> {
    return this.log.catchUp();
  }

  /** Whether the person is linked to this community. */
  isLinked(id: string): boolean {
    const stream = personStream(id);
    // Once linked, always linked: only a stranger is looked up anew.
    return isLinked(this.cache.load(person, stream, false).state) || isLinked(this.load(person, stream));
  }

  /** For filtering what is shown; undefined = the public. */
  viewerOf(id: string | undefined): Viewer {
    return viewerOf(id, this.load, instantOf(this.clock.now()));
  }

  /** Whether the person may act for the party, in whatever scope. */
  represents(id: string, party: string): boolean {
    return this.viewerOf(id).parties.includes(party);
  }
}
