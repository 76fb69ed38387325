// Attempts to get around a protocol, as they are recorded: one stream per attempt, never a hot one.
import { describeEvents, type Event, type Quantity } from '../kernel/index.ts';

export type AttemptId = string;

/** The stream of a refusal's record: named by the refused command, so a resent one meets its own record. */
export const attemptStream = (attempt: AttemptId): string => `attempt-${attempt}`;

/** A clause that decided, in the words of its protocol. */
export interface DecidingClause {
  readonly protocol: string;
  readonly clause: string;
  readonly words: string;
}

type Passes = 'custody' | 'ownership-and-custody';

/** What was to move, and what stood against it. */
interface Refused {
  /** Id of the refused command. */
  readonly attempt: AttemptId;
  readonly lot: string;
  readonly material: string;
  readonly quantity: Quantity;
  /** Every clause that denied it. */
  readonly clauses: readonly DecidingClause[];
  /** The charter's revision that it was judged under. */
  readonly charterRevision: number;
}

export type AttemptEvent =
  /** A party's own request or acceptance that a protocol denies. Said in public only as a "refused request" until upheld. */
  | Event<
      'SiphonAttempted',
      Refused & {
        /** Found by the service itself at the moment of the act. */
        readonly kind: 'automatic';
        readonly act: 'request' | 'acceptance';
        /** The party whose act it was. */
        readonly party: string;
        /** The person who acted for it. */
        readonly actor: string;
        /** The open offer that was to be accepted, and what it passes; absent for a request. */
        readonly transfer?: string;
        readonly passes?: Passes;
      }
    >
  /** A holder's denied outward offer: policy-denied, no attempt by the outsider, who is named only as intended receiver. */
  | Event<
      'OfferDenied',
      Refused & {
        readonly from: string;
        /** The person who offered. */
        readonly actor: string;
        readonly intendedReceiver: string;
        readonly passes: Passes;
        /** The request that the offer was to answer. */
        readonly request?: string;
      }
    >;

export const attemptEvents = describeEvents<AttemptEvent>({
  SiphonAttempted: {
    wire: 'defence.siphon-attempted.v1',
    visibility: ({ party }) => ['community', { party }],
  },
  OfferDenied: { wire: 'defence.offer-denied.v1', visibility: 'community' },
});
