// Grandfathering: when a protocol comes into force, what stands against it is listed: holdings stay where they are, open offers and
// requests lapse.
import { evaluate, type Binding, type CharterInForce } from '../community/index.ts';
import { accept, decider, defineRejections, describeEvents, refuse, SYSTEM_ACTOR, type Act, type Decision, type Event, type Fold, type Instant, type Recorded } from '../kernel/index.ts';
import type { ReviewEnactment } from './grandfathering.commands.ts';
import type { LotId, RequestId, TransferId } from './lot.events.ts';
import type { CustodyTables, LotRow } from './material-custody.queries.ts';

/** The clauses that something came to stand against. */
export interface Because {
  readonly protocol: string;
  /** Of the charter with that text in it. */
  readonly charterRevision: number;
  /** Ids of the clauses. */
  readonly clauses: readonly string[];
}

/** As rows show it, where something lapsed for such a reason. */
export const BECAUSE = {
  type: 'object',
  properties: { protocol: { type: 'string' }, charterRevision: { type: 'integer', minimum: 1 }, clauses: { type: 'array', items: { type: 'string' } } } satisfies Record<keyof Because, object>,
  required: ['protocol', 'charterRevision', 'clauses'],
  description: 'The protocol that came into force against it.',
};

export const HELD_AS = ['owner', 'custodian', 'owner-and-custodian'] as const;

/** What a party has that it could not acquire any more. */
export interface Holding {
  readonly lot: LotId;
  readonly material: string;
  readonly party: string;
  readonly as: (typeof HELD_AS)[number];
  readonly clauses: readonly string[];
}

export interface Findings {
  readonly holdings: readonly Holding[];
  readonly offers: readonly { readonly lot: LotId; readonly transfer: TransferId; readonly clauses: readonly string[] }[];
  readonly requests: readonly { readonly lot: LotId; readonly request: RequestId; readonly clauses: readonly string[] }[];
  /** The last lot looked at, where there are more. */
  readonly next?: LotId;
}

export const reviewStream = (protocol: string, charterRevision: number): string => `review-${charterRevision}-${protocol}`;

export type GrandfatheringEvent = Event<
  'Grandfathered',
  Findings & {
    readonly protocol: string;
    readonly charterRevision: number;
    /** Position of the enactment, as of which this was found. */
    readonly enactedAt: number;
  }
>;

export const grandfatheringEvents = describeEvents<GrandfatheringEvent>({
  Grandfathered: { wire: 'custody.grandfathered.v1', visibility: 'community' },
});

export const grandfatheringRejections = defineRejections({
  ReviewedAlready: [409, 'the enactment has been looked at', 'What stands against a protocol is listed once, when it comes into force.'],
});

/** Lot up to which it was looked at; `whole` when there are no more. */
type Review = { readonly whole: boolean; readonly upTo?: LotId };

const fold: Fold<GrandfatheringEvent, Review> = {
  name: 'review',
  initial: { whole: false },
  evolve: (_: Review, { data: { next } }: Recorded<GrandfatheringEvent>): Review => (next === undefined ? { whole: true } : { whole: false, upTo: next }),
};

export const reviewing = decider<GrandfatheringEvent, Review>()({
  ...fold,
  decide: {
    ReviewEnactment(command: ReviewEnactment, state: Review, { actor, findings }: { readonly findings: Findings } & Act): Decision<GrandfatheringEvent> {
      const { protocol, charterRevision, enactedAt, after } = command;
      if (actor !== SYSTEM_ACTOR || state.whole || state.upTo !== after) return refuse(grandfatheringRejections.ReviewedAlready());
      return accept({ type: 'Grandfathered', data: { protocol, charterRevision, enactedAt, ...findings } });
    },
  },
});

/** What one event lists at most: as much as fits well into one append. */
const MOST_LISTED = 2_000;

export interface Stock {
  readonly tables: Pick<CustodyTables, 'lot' | 'transfer' | 'request'>;
  /** Whether a party is outside the community. */
  readonly isExternal: (party: string) => boolean;
}

/** The text's clauses that keep parties out; beside it the codes of what is in force, as mandates name them. */
export function keepingOut({ protocols }: CharterInForce, protocol: string): readonly Binding[] {
  return protocols.map(({ protocol: code, title, clauses }) => ({
    protocol: code, title, clauses: code === protocol ? clauses.filter(({ kind }) => kind === 'untouchable') : [],
  }));
}

/** Everything of the stock that stands against the bindings, lot by lot after one, as much as one event lists. */
export function findingsIn({ tables, isExternal }: Stock, bindings: readonly Binding[], at: Instant, after?: LotId): Findings {
  const holdings: Holding[] = [];
  const offers: Findings['offers'][number][] = [];
  const requests: Findings['requests'][number][] = [];
  const denying = (act: 'request' | 'offer' | 'acceptance', material: string, party: string, gets: 'custody' | 'ownership' | 'ownership-and-custody'): string[] => {
    const verdict = evaluate(bindings, { act, material, party, external: isExternal(party), gets, roles: [], seconded: [], attempts: [], at });
    return verdict.allowed ? [] : verdict.denied.map(({ clause }) => clause);
  };
  const hold = ({ key: lot, material }: LotRow, party: string, as: Holding['as']): void => {
    const gets = as === 'owner' ? 'ownership' : as === 'custodian' ? 'custody' : 'ownership-and-custody';
    const clauses = denying('acceptance', material, party, gets);
    if (clauses.length > 0) holdings.push({ lot, material, party, as, clauses });
  };
  let reached = after === undefined;
  let last: LotId | undefined;
  for (const row of lotsOf(tables, bindings)) {
    if (!reached) {
      reached = row.key === after;
      continue;
    }
    if (holdings.length + offers.length + requests.length >= MOST_LISTED) return { holdings, offers, requests, ...(last === undefined ? {} : { next: last }) };
    const { key: lot, material, owner, custodian, transfer } = row;
    if (owner === custodian) hold(row, owner, 'owner-and-custodian');
    else {
      hold(row, owner, 'owner');
      hold(row, custodian, 'custodian');
    }
    const offer = transfer === null ? undefined : tables.transfer.get(transfer);
    if (offer) {
      const clauses = denying('offer', material, offer.to, offer.passes as 'custody' | 'ownership-and-custody');
      if (clauses.length > 0) offers.push({ lot, transfer: offer.key, clauses });
    }
    for (const id of row.requests as readonly string[]) {
      const request = tables.request.get(id);
      const clauses = request ? denying('request', material, request.party, 'custody') : [];
      if (clauses.length > 0) requests.push({ lot, request: id, clauses });
    }
    last = lot;
  }
  return { holdings, offers, requests };
}

/** Lots of the materials that the clauses are about. */
function* lotsOf({ lot }: Stock['tables'], bindings: readonly Binding[]): Generator<LotRow> {
  const clauses = bindings.flatMap((binding) => binding.clauses);
  if (clauses.some((clause) => 'materials' in clause && clause.materials === 'all')) return yield* lot.scan();
  const materials = new Set(clauses.flatMap((clause) => ('materials' in clause ? clause.materials : [])));
  for (const material of materials) yield* lot.scan({ material });
}
