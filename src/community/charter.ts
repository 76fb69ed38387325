// The charter: one quiet stream that says which community this is and which protocols are in force. Enactment and every
// movement of material are guarded on it.
import { describeEvents, type Event, type Fold, type Instant, type Recorded } from '../kernel/index.ts';
import type { Sealed } from '../runtime/index.ts';
import type { Clause } from './clause.ts';
import type { Rules } from './rules.ts';

export const CHARTER_STREAM = 'charter-self';

/** An invited founder's seat: taken by who accepts the invitation. */
export interface FounderInvitation {
  readonly invitation: string;
  /** SHA-256 of the code, 64 hexadecimal digits. */
  readonly codeHash: string;
  readonly expiresAt: Instant;
}

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
        /** Of the charter with this protocol in it. */
        readonly charterRevision: number;
      }
    >
  /** A passed text that was written against a protocol which has moved since: nothing is overwritten. */
  | Event<
      'EnactmentRefused',
      { readonly proposal: string; readonly protocol: string; readonly reason: 'NeedsRebase'; readonly frozenAt: number; readonly movedTo: number }
    >;

export const charterEvents = describeEvents<CharterEvent>({
  CommunityFounded: { wire: 'community.founded.v1', visibility: 'public' },
  FounderInvitationReplaced: { wire: 'community.founder-invitation-replaced.v1', visibility: 'officers' },
  CharterAccepted: { wire: 'community.charter-accepted.v1', visibility: 'public' },
  CommunityInForce: { wire: 'community.in-force.v1', visibility: 'public' },
  ProtocolEnacted: { wire: 'community.protocol-enacted.v1', visibility: 'public' },
  EnactmentRefused: { wire: 'community.enactment-refused.v1', visibility: 'public' },
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
      /** 1 at founding, one more with each enactment. */
      readonly revision: number;
      /** By proposal: whether it was enacted, and the revision that this made or that it ran into. Each is judged once. */
      readonly settled: Readonly<Record<string, { readonly enacted: boolean; readonly charterRevision: number }>>;
      readonly protocols: readonly ProtocolInForce[];
    };

export type CharterInForce = Extract<Charter, { status: 'forming' | 'in-force' }> & { readonly status: 'in-force' };

export const isInForce = (state: Charter): state is CharterInForce => state.status === 'in-force';

/** The text in force under a protocol's code. */
export const inForceAs = (state: Charter, protocol: string): ProtocolInForce | undefined =>
  state.status === 'absent' ? undefined : state.protocols.find((one) => one.protocol === protocol);

function evolve(state: Charter, event: Recorded<CharterEvent>): Charter {
  if (event.type === 'CommunityFounded') {
    const { charterText: _, founderInvitations, ...founded } = event.data;
    return { status: 'forming', ...founded, openSeats: founderInvitations, founders: [], revision: 1, settled: {}, protocols: [] };
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
      const { protocol, title, clauses, proposal, charterRevision } = event.data;
      const enacted = { protocol, title, clauses, proposal, charterRevision, since: event.position };
      return {
        ...state,
        revision: charterRevision,
        settled: { ...state.settled, [proposal]: { enacted: true, charterRevision } },
        protocols: [...state.protocols.filter((one) => one.protocol !== protocol), enacted],
      };
    }
    case 'EnactmentRefused': {
      const { proposal, movedTo } = event.data;
      return { ...state, settled: { ...state.settled, [proposal]: { enacted: false, charterRevision: movedTo } } };
    }
    default:
      return state;
  }
}

export const charter: Fold<CharterEvent, Charter> = { name: 'charter', initial: { status: 'absent' }, evolve };

export const rulesOf = (state: Charter, otherwise: Rules): Rules => (state.status === 'absent' ? otherwise : state.rules);
