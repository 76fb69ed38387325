// Random histories of the yard, and logs in memory that they happened in.
import fc from 'fast-check';
import { derivedId, instantOf, SimulatedClock, type Event, type Recorded } from '../../../src/kernel/index.ts';
import { recordedOf } from '../../../src/runtime/index.ts';
import { MemoryLog } from '../../support/memory-log.ts';
import { catalogue, type YardEvent } from '../../support/registry-views.ts';

/** What an append brings: its events, who acted for whom, how much later, and whether it is void. */
export interface Happening {
  readonly events: readonly YardEvent[];
  readonly actor: string;
  readonly onBehalfOf: string | undefined;
  readonly later: number;
  readonly isVoid: boolean;
}

// Few keys, so that they come again; texts that a key or a list's value might be confused by; half a character.
const LOTS = ['a', 'b', 'c', 'A', '', 'é', 'e\u0301', '🍄', 'x\0y', 'x', '__proto__', 'constructor', '\ud800', 'nil', ' a', 'a ', `long ${'o'.repeat(60)}ng`];
const OWNERS = ['ada', 'Ada', 'zoë', '', 's3:ada', 'n', '1', '🪵🪵', 'nobody'];
const INSTANTS = [
  '2026-03-01T00:00:00.000Z', '2026-03-01T00:00:00.001Z', '2026-03-01T00:00:00.999Z', '2026-03-01T01:00:00+01:00', '2026-03-01T00:00:01Z',
  '1969-12-31T23:59:59.999Z', '1912-06-23T00:00:00Z', '1970-01-01T00:00:00Z', '2106-02-07T06:28:14Z', '2106-02-07T06:28:16Z', '9999-12-31T23:59:59.999Z',
];

const lot = fc.constantFrom(...LOTS);
const owner = fc.constantFrom(...OWNERS);
const mass = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(0, 50, 51, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER));
const note = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>('', 'n', null, 0, false, {}, { a: 1, b: [null] }, { b: [null], a: 1 }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
);
const at = fc.option(fc.constantFrom(...INSTANTS), { nil: null });
const chore = fc.constantFrom('sweep', 'mend', 'ö', '');

const happens = <Type extends YardEvent['type']>(type: Type, data: fc.Arbitrary<Extract<YardEvent, { type: Type }>['data']>): fc.Arbitrary<YardEvent> =>
  data.map((of) => ({ type, data: of }) as YardEvent);

const yardEvent: fc.Arbitrary<YardEvent> = fc.oneof(
  { weight: 8, arbitrary: happens('LotStored', fc.record({ lot, owner, mass, note }, { requiredKeys: ['lot', 'owner', 'mass'] })) },
  { weight: 5, arbitrary: happens('LotPassed', fc.record({ lot, owner })) },
  { weight: 5, arbitrary: happens('LotWeighed', fc.record({ lot, mass, at }, { requiredKeys: ['lot', 'mass'] })) },
  { weight: 3, arbitrary: happens('LotSplit', fc.record({ lot, into: fc.array(lot, { maxLength: 5 }) })) },
  { weight: 5, arbitrary: happens('LotGone', fc.record({ lot })) },
  { weight: 1, arbitrary: happens('LotGlimpsed', fc.record({ lot })) },
  { weight: 2, arbitrary: happens('ChoreOwed', fc.record({ chore, due: fc.constantFrom(...INSTANTS) }, { requiredKeys: ['chore'] })) },
  { weight: 1, arbitrary: happens('ChoreDone', fc.record({ chore })) },
);

const happening: fc.Arbitrary<Happening> = fc.record({
  events: fc.array(yardEvent, { minLength: 1, maxLength: 4 }),
  actor: fc.constantFrom('ada', 'zoë'),
  onBehalfOf: fc.option(fc.constantFrom('acme', ''), { nil: undefined }),
  later: fc.constantFrom(0, 1, 700, 86_400_000),
  isVoid: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

/** Histories, cut into the batches in which a live view meets them. */
export const histories = (maxBatches: number): fc.Arbitrary<Happening[][]> =>
  fc.array(fc.array(happening, { maxLength: 6, size: 'max' }), { minLength: 1, maxLength: maxBatches, size: 'max' });

/** A log in memory that histories happen in. */
export class YardMemory {
  private readonly clock = new SimulatedClock('2026-03-01T00:00:00.000Z');
  readonly log = new MemoryLog({ clock: this.clock, voids: true });
  private commands = 0;

  async happen({ events, actor, onBehalfOf, later, isVoid }: Happening): Promise<void> {
    this.clock.advanceTo(this.clock.now() + later);
    const commandId = derivedId('00000000-0000-5000-8000-0000000000bb', `${this.commands++}`);
    const appended = this.log.append({
      stream: `yard-${commandId}`,
      expected: 'none',
      events: events.map((event) => catalogue.encode(event)),
      guards: isVoid ? [{ stream: 'yard-that-is-not', revision: 1 }] : [],
      commandId,
      attempt: 0,
      metadata: onBehalfOf === undefined ? { actor } : { actor, onBehalfOf },
    });
    // A broken guard is found when the events have their numbers: they are void.
    await (isVoid ? appended.catch(() => undefined) : appended);
  }

  /** What folds and views see of it: nothing that is void. */
  events(): Recorded<Event>[] {
    const inEffect = this.log.readAll(0, Infinity).filter((stored) => !stored.void);
    return inEffect.flatMap((stored) => recordedOf(catalogue, stored) ?? []);
  }
}

/** Every instant of the histories, and some between and beyond. */
export const MOMENTS: readonly string[] = [...INSTANTS, instantOf(0), '2026-03-01T00:00:00.500Z', '2200-01-01T00:00:00Z', '1900-01-01T00:00:00Z'];
