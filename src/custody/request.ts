// Requests: a registered party asks for a lot that others hold. What a protocol forbids it to have, it may not even ask for.
import type { Charter, Membership } from '../community/index.ts';
import { accept, decider, refuse, SYSTEM_ACTOR, type Act, type Decision, type Rejection } from '../kernel/index.ts';
import { attemptByRequest, denial, denied } from './denial.ts';
import { actsFor, canHold, isInNameOf, type Holder } from './holder.ts';
import type { LapseForbiddenRequest } from './grandfathering.commands.ts';
import type { Lot } from './lot.events.ts';
import { custodyRejections as rejections } from './rejections.ts';
import type { DeclineRequest, RequestMaterial, WithdrawRequest } from './request.commands.ts';
import { requestFold, type Request, type RequestEvent } from './request.events.ts';

export interface RequestContext extends Act {
  readonly charter: Charter;
  /** The actor's. */
  readonly membership: Membership;
  /** The party that asks, or asked. */
  readonly party: Holder;
  /** The lot asked for. */
  readonly lot: Lot;
  /** Who holds it. */
  readonly custodian: Holder;
}

/** Registered parties ask, through who is appointed for it; members and the community are offered lots without asking. */
const mayAsk = (context: RequestContext): boolean =>
  canHold(context.party) && 'party' in context.party && actsFor(context.party, { act: context, membership: context.membership }, 'requests');

type OpenRequest = Extract<Request, { status: 'open' }>;

/** The request as it waits for an answer: neither settled, nor met, nor being answered by an offer. */
function waiting(request: Request, lot: Lot): OpenRequest | Rejection {
  if (request.status === 'absent') return rejections.NoSuchRequest();
  if (request.status !== 'open') return rejections.RequestSettled();
  if (lot.status === 'held' && lot.met.includes(request.request)) return rejections.RequestSettled();
  if (lot.status === 'held' && lot.offer?.request === request.request) return rejections.RequestBeingAnswered();
  return request;
}

const waits = (found: OpenRequest | Rejection): found is OpenRequest => 'request' in found;

const concerning = ({ request, party, lot }: OpenRequest, holder: Holder) => ({ request, party, lot, holder: holder.id });

export const request = decider<RequestEvent, Request>()({
  ...requestFold,
  decide: {
    RequestMaterial(command: RequestMaterial, _: Request, context: RequestContext): Decision<RequestEvent> {
      const { lot, party, charter } = context;
      if (!mayAsk(context)) return refuse(rejections.MayNotRequest());
      if (!isInNameOf(context, party)) return refuse(rejections.InAnotherName());
      if (lot.status === 'absent') return refuse(rejections.NoSuchLot());
      if (lot.custodian === party.id) return refuse(rejections.HeldAlready());
      const by = denied(charter, context.now, { act: 'request', material: lot.material, holder: party, gets: 'custody' });
      if (by) return refuse(denial(by, context.commandId), attemptByRequest(lot, party.id, by, context));
      const { purpose } = command;
      const { material, custodian: holder } = lot;
      return accept({
        type: 'MaterialRequested',
        data: { request: context.newId(), party: party.id, lot: lot.lot, material, holder, purpose },
      });
    },

    DeclineRequest(_: DeclineRequest, state: Request, context: RequestContext): Decision<RequestEvent> {
      if (state.status === 'absent') return refuse(rejections.NoSuchRequest());
      const { custodian, membership } = context;
      if (!actsFor(custodian, { act: context, membership }, 'transfers')) return refuse(rejections.NotTheCustodian());
      if (!isInNameOf(context, custodian)) return refuse(rejections.InAnotherName());
      const found = waiting(state, context.lot);
      return waits(found) ? accept({ type: 'RequestDeclined', data: concerning(found, custodian) }) : refuse(found);
    },

    WithdrawRequest(_: WithdrawRequest, state: Request, context: RequestContext): Decision<RequestEvent> {
      if (state.status === 'absent') return refuse(rejections.NoSuchRequest());
      if (!mayAsk(context)) return refuse(rejections.MayNotRequest());
      if (!isInNameOf(context, context.party)) return refuse(rejections.InAnotherName());
      const found = waiting(state, context.lot);
      return waits(found) ? accept({ type: 'RequestWithdrawn', data: concerning(found, context.custodian) }) : refuse(found);
    },

    LapseForbiddenRequest({ because }: LapseForbiddenRequest, state: Request, context: RequestContext): Decision<RequestEvent> {
      if (context.actor !== SYSTEM_ACTOR) return refuse(rejections.OnlyTheServiceLapses());
      const found = waiting(state, context.lot);
      return waits(found) ? accept({ type: 'RequestLapsed', data: { ...concerning(found, context.custodian), because } }) : refuse(found);
    },
  },
});
