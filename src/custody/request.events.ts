// A party's request for a lot: events, and the fold that knows whether it still waits.
import type { PartyId } from '../community/index.ts';
import { describeEvents, type Audience, type Event, type Fold, type Recorded } from '../kernel/index.ts';
import type { Because } from './grandfathering.ts';
import type { LotId, RequestId } from './lot.events.ts';

export const requestStream = (request: RequestId): string => `request-${request}`;

interface Asked {
  readonly request: RequestId;
  readonly party: PartyId;
  readonly lot: LotId;
}

interface Concerning extends Asked {
  /** Who holds the lot, and so has to answer. */
  readonly holder: PartyId;
}

export type RequestEvent =
  | Event<'MaterialRequested', Concerning & { readonly material: string; readonly purpose: string }>
  | Event<'RequestDeclined', Concerning>
  | Event<'RequestWithdrawn', Concerning>
  /** A protocol came into force that it stands against. */
  | Event<'RequestLapsed', Concerning & { readonly because: Because }>;

const concerned = ({ party, holder }: Concerning): readonly Audience[] => ['community', { party }, ...(holder === party ? [] : [{ party: holder }])];

export const requestEvents = describeEvents<RequestEvent>({
  MaterialRequested: {
    wire: 'custody.material-requested.v1',
    visibility: concerned,
  },
  RequestDeclined: { wire: 'custody.request-declined.v1', visibility: concerned },
  RequestWithdrawn: { wire: 'custody.request-withdrawn.v1', visibility: concerned },
  RequestLapsed: { wire: 'custody.request-lapsed.v1', visibility: concerned },
});

export type Request =
  | { readonly status: 'absent' }
  | (Asked & { readonly status: 'open' })
  | (Asked & { readonly status: 'declined' | 'withdrawn' | 'lapsed' });

export const requestFold: Fold<RequestEvent, Request> = {
  name: 'request',
  initial: { status: 'absent' },
  evolve: evolveRequest,
};

export function evolveRequest(state: Request, event: Recorded<RequestEvent>): Request {
  switch (event.type) {
    case 'MaterialRequested': {
      const { request, party, lot } = event.data;
      return { status: 'open', request, party, lot };
    }
    case 'RequestDeclined':
      return state.status === 'open' ? { ...state, status: 'declined' } : state;
    case 'RequestWithdrawn':
      return state.status === 'open' ? { ...state, status: 'withdrawn' } : state;
    case 'RequestLapsed':
      return state.status === 'open' ? { ...state, status: 'lapsed' } : state;
    default:
      return state;
  }
}
