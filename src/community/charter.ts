// The charter: one quiet stream that says which community this is and which protocols are in force. Enactment and every
// movement of material are guarded on it.
import { describeEvents, type Event, type Fold, type Instant, type Recorded } from '../kernel/index.ts';
import type { Sealed } from '../runtime/index.ts';
import type { Binding, Clause } from './clause.ts';
import type { Order } from './order.ts';
import type { Rules } from './rules.ts';

export const CHARTER_STREAM = 'charter-self';

/** An invited founder's seat: taken by who accepts the invitation. */
export interface FounderInvitation {
  readonly invitation: string;
  /** SHA-256 of the code, 64 hexadecimal digits. */
  readonly codeHash: string;
  readonly expiresAt: Instant;
}

/** Why a clause may be suspended: nothing else is a reason. */
export const SUSPENSION_GROUNDS = ['endangers-people', 'hits-whom-it-should-not', 'contradicts-another-clause', 'cannot-be-carried-out'] as const;
export type SuspensionGround = (typeof SUSPENSION_GROUNDS)[number];

/** A part of the charter that can be changed apart from the others. */
export type Touched = 'rules' | `protocol ${string}`;

/** What holds in communities that were founded before these could be said: for good, whatever is usual later. */
const UNSAID = {
  charter: { quorum: { n: 1, d: 2 }, threshold: { n: 2, d: 3, strict: false }, floor: { n: 0, d: 1 } },
  lateSwing: { n: 0, d: 1 },
};

type FoundedBefore = Omit<Extract<CharterEvent, { type: 'CommunityFounded' }>['data'], 'rules'> & {
  readonly rules: Omit<Rules, 'decision' | 'lateSwing'> & { readonly decision: Pick<Rules['decision'], 'ordinary'> };
};
type RefusedBefore = { readonly proposal: string; readonly protocol: string; readonly reason: 'NeedsRebase'; readonly frozenAt: number; readonly movedTo: number };

export type CharterEvent =
  | Event<
      'CommunityFounded',
      {
        /** The community's id, also as a party. */
        readonly community: string;
        readonly name: string;
        readonly timeZone: string;
        readonly language: string;
        readonly charterText: string;
        readonly firstFounder: string;
        readonly firstFounderName: Sealed;
        readonly founderInvitations: readonly FounderInvitation[];
        readonly rules: Rules;
      }
    >
  /** The invitation `replaces` was not used in time: its seat is offered anew. */
  | Event<'FounderInvitationReplaced', FounderInvitation & { readonly replaces: string }>
  | Event<'CharterAccepted', { readonly person: string; readonly certificate: 1; readonly invitation?: string }>
  | Event<'CommunityInForce', { readonly community: string; readonly founders: readonly string[] }>
  | Event<
      'ProtocolEnacted',
      {
        readonly proposal: string;
        /** Code of the protocol, chosen by who drafted it. */
        readonly protocol: string;
        readonly title: string;
        readonly prose: string;
        readonly clauses: readonly Clause[];
        /** When it ends by itself. */
        readonly until?: Instant;
        /** Of the charter with this protocol in it. */
        readonly charterRevision: number;
      }
    >
  | Event<'ProtocolRepealed', { readonly proposal: string; readonly protocol: string; readonly charterRevision: number }>
  /** Its time was over; `proposal` is the one that had put it in force. */
  | Event<'ProtocolEnded', { readonly proposal: string; readonly protocol: string; readonly charterRevision: number }>
  /** A guardian found the clause faulty: it is suspended, for a time. `charterRevision` is the one that its text made. */
  | Event<
      'ClauseSuspended',
      { readonly protocol: string; readonly clause: string; readonly charterRevision: number; readonly ground: SuspensionGround; readonly by: string; readonly until: Instant }
    >
  /** The time is over: where its text is still in force, the clause binds again. */
  | Event<'SuspensionEnded', { readonly protocol: string; readonly clause: string; readonly charterRevision: number }>
  /** `rules`: all of them, as they are from here on. */
  | Event<'RulesChanged', { readonly proposal: string; readonly rules: Rules; readonly charterRevision: number }>
  | Event<'ResolutionAdopted', { readonly proposal: string; readonly title: string; readonly prose: string }>
  /** What was decided about a person or a party, to be carried out there. The charter itself stays as it is. */
  | Event<'MeasureOrdered', { readonly proposal: string; readonly order: Order }>
  /** What passed was written against a part of the charter that has moved since: nothing is overwritten. */
  | Event<
      'EnactmentRefused',
      { readonly proposal: string; readonly touched: Touched; readonly reason: 'NeedsRebase'; readonly frozenAt: number; readonly movedTo: number }
    >;

export const charterEvents = describeEvents<CharterEvent>({
  CommunityFounded: {
    wire: 'community.founded.v2',
    visibility: 'public',
    upcasters: {
      'community.founded.v1': ({ rules, ...founded }: FoundedBefore) => ({
        ...founded,
        rules: { ...rules, decision: { ...rules.decision, charter: UNSAID.charter }, lateSwing: UNSAID.lateSwing },
      }),
    },
  },
  FounderInvitationReplaced: { wire: 'community.founder-invitation-replaced.v1', visibility: 'officers' },
  CharterAccepted: { wire: 'community.charter-accepted.v1', visibility: 'public' },
  CommunityInForce: { wire: 'community.in-force.v1', visibility: 'public' },
  ProtocolEnacted: { wire: 'community.protocol-enacted.v1', visibility: 'public' },
  ProtocolRepealed: { wire: 'community.protocol-repealed.v1', visibility: 'public' },
  ProtocolEnded: { wire: 'community.protocol-ended.v1', visibility: 'public' },
  ClauseSuspended: { wire: 'community.clause-suspended.v1', visibility: 'public' },
  SuspensionEnded: { wire: 'community.suspension-ended.v1', visibility: 'public' },
  RulesChanged: { wire: 'community.rules-changed.v1', visibility: 'public' },
  ResolutionAdopted: { wire: 'community.resolution-adopted.v1', visibility: 'public' },
  MeasureOrdered: { wire: 'community.measure-ordered.v1', visibility: 'public' },
  EnactmentRefused: {
    wire: 'community.enactment-refused.v2',
    visibility: 'public',
    upcasters: {
      'community.enactment-refused.v1': ({ protocol, ...refused }: RefusedBefore) => ({ ...refused, touched: `protocol ${protocol}` as const }),
    },
  },
});

export interface ProtocolInForce {
  readonly protocol: string;
  readonly title: string;
  readonly clauses: readonly Clause[];
  /** The proposal whose vote enacted it. */
  readonly proposal: string;
  /** Charter revision that its enactment made. */
  readonly charterRevision: number;
  /** Log position from which it binds. */
  readonly since: number;
  readonly until?: Instant;
}

/** A clause of a text in force was suspended: once, whether that is over or not. */
export interface Suspension {
  readonly protocol: string;
  readonly clause: string;
  readonly until: Instant;
  readonly over: boolean;
}

/** The revision that an enactment made, or the one that it ran into. */
interface Settled {
  readonly charterRevision: number;
  /** What had moved, where that kept it from being enacted … */
  readonly refused?: Touched;
  /** … since this revision. */
  readonly frozenAt?: number;
  /** What is to be carried out elsewhere. */
  readonly ordered?: Order;
}

export type Charter =
  | { readonly status: 'absent' }
  | {
      /** Forming until each founder has accepted the charter. */
      readonly status: 'forming' | 'in-force';
      readonly community: string;
      readonly name: string;
      readonly timeZone: string;
      readonly language: string;
      readonly rules: Rules;
      readonly firstFounder: string;
      readonly firstFounderName: Sealed;
      /** Seats not yet taken by an accepted charter. */
      readonly openSeats: readonly FounderInvitation[];
      /** Founders who accepted the charter, in order. */
      readonly founders: readonly string[];
      /** 1 at founding, one more with each measure that changes it. */
      readonly revision: number;
      /** By proposal: how the charter dealt with it last. */
      readonly settled: Readonly<Record<string, Settled>>;
      readonly protocols: readonly ProtocolInForce[];
      /** Of clauses of the texts in force. */
      readonly suspensions: readonly Suspension[];
      /** The revision at which a part last changed; what is not here never has since the founding. */
      readonly moved: Readonly<Partial<Record<Touched, number>>>;
    };

export type CharterInForce = Extract<Charter, { status: 'forming' | 'in-force' }> & { readonly status: 'in-force' };

export const isInForce = (state: Charter): state is CharterInForce => state.status === 'in-force';

/** The text in force under a protocol's code. */
export const inForceAs = (state: Charter, protocol: string): ProtocolInForce | undefined =>
  state.status === 'absent' ? undefined : state.protocols.find((one) => one.protocol === protocol);

/** The protocols in force as they bind at an instant. */
export const bindingsOf = (state: Charter, at: Instant): readonly Binding[] =>
  state.status === 'absent'
    ? []
    : state.protocols.map(({ protocol, title, clauses }) => {
        const suspended = state.suspensions.filter((one) => one.protocol === protocol && !one.over && at < one.until).map(({ clause }) => clause);
        return suspended.length === 0 ? { protocol, title, clauses } : { protocol, title, clauses, suspended };
      });

/** The charter revision at which a part last changed. */
export const lastMoved = (state: Charter, touched: Touched): number => (state.status === 'absent' ? 0 : (state.moved[touched] ?? 0));

type Present = Exclude<Charter, { status: 'absent' }>;

const partMoved = (state: Present, touched: Touched, revision: number): Present => ({ ...state, revision, moved: { ...state.moved, [touched]: revision } });

const settledAs = (state: Present, proposal: string, settled: Settled): Present => ({ ...state, settled: { ...state.settled, [proposal]: settled } });

/** The charter after a proposal changed a part of it. */
const movedBy = (state: Present, proposal: string, touched: Touched, charterRevision: number): Present =>
  settledAs(partMoved(state, touched, charterRevision), proposal, { charterRevision });

const without = (state: Present, protocol: string): Present => ({
  ...state,
  protocols: state.protocols.filter((one) => one.protocol !== protocol),
  suspensions: state.suspensions.filter((one) => one.protocol !== protocol),
});

function evolve(state: Charter, event: Recorded<CharterEvent>): Charter {
  if (event.type === 'CommunityFounded') {
    const { charterText: _, founderInvitations, ...founded } = event.data;
    return { status: 'forming', ...founded, openSeats: founderInvitations, founders: [], revision: 1, settled: {}, protocols: [], suspensions: [], moved: {} };
  }
  if (state.status === 'absent') return state;
  switch (event.type) {
    case 'FounderInvitationReplaced': {
      const { replaces, ...seat } = event.data;
      return { ...state, openSeats: state.openSeats.map((open) => (open.invitation === replaces ? seat : open)) };
    }
    case 'CharterAccepted': {
      const { person, invitation } = event.data;
      return {
        ...state,
        founders: [...state.founders, person],
        openSeats: state.openSeats.filter((seat) => seat.invitation !== invitation),
      };
    }
    case 'CommunityInForce':
      return { ...state, status: 'in-force' };
    case 'ProtocolEnacted': {
      const { protocol, title, clauses, proposal, charterRevision, until } = event.data;
      const enacted = { protocol, title, clauses, proposal, charterRevision, since: event.position, ...(until === undefined ? {} : { until }) };
      const moved = movedBy(without(state, protocol), proposal, `protocol ${protocol}`, charterRevision);
      return { ...moved, protocols: [...moved.protocols, enacted] };
    }
    case 'ProtocolRepealed': {
      const { protocol, proposal, charterRevision } = event.data;
      return movedBy(without(state, protocol), proposal, `protocol ${protocol}`, charterRevision);
    }
    case 'ProtocolEnded': {
      const { protocol, charterRevision } = event.data;
      return partMoved(without(state, protocol), `protocol ${protocol}`, charterRevision);
    }
    case 'ClauseSuspended': {
      const { protocol, clause, until } = event.data;
      return { ...state, suspensions: [...state.suspensions, { protocol, clause, until, over: false }] };
    }
    case 'SuspensionEnded': {
      const { protocol, clause, charterRevision } = event.data;
      if (inForceAs(state, protocol)?.charterRevision !== charterRevision) return state;
      const ended = (one: Suspension): Suspension => (one.protocol === protocol && one.clause === clause ? { ...one, over: true } : one);
      return { ...state, suspensions: state.suspensions.map(ended) };
    }
    case 'RulesChanged': {
      const { rules, proposal, charterRevision } = event.data;
      return { ...movedBy(state, proposal, 'rules', charterRevision), rules };
    }
    case 'ResolutionAdopted':
      return settledAs(state, event.data.proposal, { charterRevision: state.revision });
    case 'MeasureOrdered':
      return settledAs(state, event.data.proposal, { charterRevision: state.revision, ordered: event.data.order });
    case 'EnactmentRefused': {
      const { proposal, touched, frozenAt, movedTo } = event.data;
      return settledAs(state, proposal, { charterRevision: movedTo, refused: touched, frozenAt });
    }
    default:
      return state;
  }
}

export const charter: Fold<CharterEvent, Charter> = { name: 'charter', initial: { status: 'absent' }, evolve };
