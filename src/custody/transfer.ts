// Transfers: a lot is offered, and taken over, declined, taken back or left to lapse. Custody of right passes by nothing else.
import { isMember, type Charter, type Membership } from '../community/index.ts';
import { accept, decider, instantOf, msOf, refuse, SYSTEM_ACTOR, type Act, type Decision, type Rejection } from '../kernel/index.ts';
import { attemptByAcceptance, denial, denied, deniedOffer, isKeptOut, type Asked } from './denial.ts';
import { actsFor, canHold, isInNameOf, isOutside, type Actor, type Holder } from './holder.ts';
import type { LapseForbiddenOffer } from './grandfathering.commands.ts';
import type { AcceptOffer, ConfirmTransfer, DeclineOffer, LapseOffer, OfferCustody, WithdrawOffer } from './lot.commands.ts';
import { lotFold, type HeldLot, type Lot, type LotEvent, type OfferEnds, type OpenOffer, type Passes } from './lot.events.ts';
import { custodyRejections as rejections } from './rejections.ts';
import type { Request } from './request.events.ts';

export interface TransferContext extends Act {
  readonly charter: Charter;
  /** The actor's. */
  readonly membership: Membership;
  readonly custodian: Holder;
  readonly owner: Holder;
  /** To whom the lot is, or is to be, offered. */
  readonly recipient: Holder;
}

export interface AnswerContext extends TransferContext {
  /** Who has confirmed the open offer, as they stand now. */
  readonly seconds: readonly { readonly person: string; readonly standing: Membership }[];
}

export interface OfferContext extends TransferContext {
  /** The request that the offer names. */
  readonly request?: Request | undefined;
}

/**
 * Custody is offered by who holds, ownership by who owns; who passes both acts for both. Where holder and owner differ and nobody
 * acts for both, custody goes back to the owner first.
 */
function mayOffer(passes: Passes, { custodian, owner }: TransferContext, actor: Actor): Rejection | undefined {
  if (!actsFor(custodian, actor, 'transfers')) return rejections.NotTheCustodian();
  if (passes === 'ownership-and-custody' && !actsFor(owner, actor, 'transfers')) return rejections.NotTheOwner();
  const concerned = passes === 'custody' ? [custodian] : [custodian, owner];
  return isInNameOf(actor.act, ...concerned) ? undefined : rejections.InAnotherName();
}

/** An offer answers only a request that waits, for this lot, by who gets it. */
function mayAnswer(lot: HeldLot, to: string, request: Request | undefined): Rejection | undefined {
  if (request === undefined) return undefined;
  if (request.status === 'absent') return rejections.NoSuchRequest();
  if (request.lot !== lot.lot || request.party !== to) return rejections.RequestIsForAnother();
  return request.status === 'open' && !lot.met.includes(request.request) ? undefined : rejections.RequestSettled();
}

const endsOf = ({ lot, material }: HeldLot, { transfer, from, owner, to, passes, request }: OfferEnds) => ({
  lot,
  material,
  transfer,
  from,
  owner,
  to,
  passes,
  ...(request === undefined ? {} : { request }),
});

interface Open {
  readonly lot: HeldLot;
  readonly offer: OpenOffer;
}

/** The lot with the offer that the command is about. */
function openOffer(lot: Lot, transfer: string): Open | Rejection {
  if (lot.status === 'absent') return rejections.NoSuchLot();
  return lot.offer?.transfer === transfer ? { lot, offer: lot.offer } : rejections.NoSuchOffer();
}

/** An offer that a protocol ended: to come for it while that stands is an attempt. */
const forbiddenOffer = (lot: Lot, transfer: string): Open | undefined =>
  lot.status === 'held' && lot.forbidden?.transfer === transfer ? { lot, offer: lot.forbidden } : undefined;

const isOpen = (found: Open | Rejection): found is Open => 'offer' in found;

/** What its holder could not acquire now may go back to the community's own, and nowhere else: asked as if it were to be got again. */
function passingOn({ material }: HeldLot, passes: Passes, { custodian, owner, recipient }: TransferContext): Asked[] {
  if (!isOutside(recipient)) return [];
  const had = (holder: Holder, gets: Asked['gets']): Asked => ({ act: 'offer', material, holder, gets });
  return passes === 'custody' ? [had(custodian, 'custody')] : [had(custodian, 'custody'), had(owner, 'ownership')];
}

export const offering = decider<LotEvent, Lot>()({
  ...lotFold,
  decide: {
    OfferCustody(command: OfferCustody, lot: Lot, context: OfferContext): Decision<LotEvent> {
      if (lot.status === 'absent') return refuse(rejections.NoSuchLot());
      const { to, passes } = command;
      const { recipient, charter, membership } = context;
      const forbidden = mayOffer(passes, context, { act: context, membership });
      if (forbidden) return refuse(forbidden);
      if (lot.offer) return refuse(rejections.AlreadyOffered({ transfer: lot.offer.transfer }));
      if (to === lot.custodian) return refuse(rejections.OfferedToItsHolder());
      if (!canHold(recipient)) return refuse(rejections.CannotHold({ party: to }));
      const mismatch = mayAnswer(lot, to, context.request);
      if (mismatch) return refuse(mismatch);
      const expiresAt = command.expiresAt === undefined ? undefined : instantOf(msOf(command.expiresAt));
      if (expiresAt !== undefined && expiresAt <= context.now) return refuse(rejections.OfferEndsInThePast({ expiresAt }));
      const by = denied(charter, context.now, { act: 'offer', material: lot.material, holder: recipient, gets: passes }, ...passingOn(lot, passes, context));
      if (by) return refuse(denial(by, context.commandId), deniedOffer(lot, command, by, context));
      const { request } = command;
      const ends = { transfer: context.newId(), from: lot.custodian, owner: lot.owner, to, passes };
      const offer = request === undefined ? ends : { ...ends, request };
      return accept({ type: 'CustodyOffered', data: { ...endsOf(lot, offer), ...(expiresAt === undefined ? {} : { expiresAt }) } });
    },
  },
});

export const answering = decider<LotEvent, Lot>()({
  ...lotFold,
  decide: {
    /** Judged by the protocols in force at this place of the log, whatever was in force when it was offered. */
    AcceptOffer(command: AcceptOffer, state: Lot, context: AnswerContext): Decision<LotEvent> {
      const found = openOffer(state, command.transfer);
      const tried = isOpen(found) ? found : forbiddenOffer(state, command.transfer);
      if (!tried) return refuse(found as Rejection);
      const { lot, offer } = tried;
      const { recipient, charter, membership, now } = context;
      if (!actsFor(recipient, { act: context, membership }, 'transfers')) return refuse(rejections.NotTheRecipient());
      if (!isInNameOf(context, recipient)) return refuse(rejections.InAnotherName());
      if (!canHold(recipient)) return refuse(rejections.CannotHold({ party: recipient.id }));
      if (offer.expiresAt !== undefined && now >= offer.expiresAt) return refuse(rejections.OfferExpired({ expiresAt: offer.expiresAt }));
      if (lot.custodian !== offer.from || lot.owner !== offer.owner) return refuse(rejections.CustodyHasMoved());
      const seconds = context.seconds.flatMap(({ person, standing }) => (person === context.actor ? [] : [standing]));
      const passes = { act: 'acceptance', material: lot.material, holder: recipient, gets: offer.passes, taker: membership, seconds } as const;
      const by = denied(charter, now, passes);
      if (by && !isKeptOut(charter, by)) return refuse(denial(by));
      if (by) return refuse(denial(by, context.commandId), attemptByAcceptance(lot, offer, by, context));
      if (tried !== found) return refuse(found as Rejection);
      const onward = denied(charter, now, ...passingOn(lot, offer.passes, context));
      if (onward) return refuse(denial(onward));
      const { location } = command;
      return accept({ type: 'OfferAccepted', data: { ...endsOf(lot, offer), ...(location === undefined ? {} : { location }) } });
    },

    DeclineOffer(command: DeclineOffer, state: Lot, context: TransferContext): Decision<LotEvent> {
      const found = openOffer(state, command.transfer);
      if (!isOpen(found)) return refuse(found);
      const { recipient, membership } = context;
      if (!actsFor(recipient, { act: context, membership }, 'transfers')) return refuse(rejections.NotTheRecipient());
      if (!isInNameOf(context, recipient)) return refuse(rejections.InAnotherName());
      return accept({ type: 'OfferDeclined', data: endsOf(found.lot, found.offer) });
    },

    WithdrawOffer(command: WithdrawOffer, state: Lot, context: TransferContext): Decision<LotEvent> {
      const found = openOffer(state, command.transfer);
      if (!isOpen(found)) return refuse(found);
      const forbidden = mayOffer('custody', context, { act: context, membership: context.membership });
      if (forbidden) return refuse(forbidden);
      return accept({ type: 'OfferWithdrawn', data: endsOf(found.lot, found.offer) });
    },
  },
});

/** Before a material of which a clause wants it passes on: another person than who offers and who accepts says that it may. */
export const confirming = decider<LotEvent, Lot>()({
  ...lotFold,
  decide: {
    ConfirmTransfer(command: ConfirmTransfer, state: Lot, context: { readonly membership: Membership } & Act): Decision<LotEvent> {
      const found = openOffer(state, command.transfer);
      if (!isOpen(found)) return refuse(found);
      const { lot, offer } = found;
      const { actor, membership } = context;
      if (!isMember(membership)) return refuse(rejections.MayNotConfirm());
      if (!isInNameOf(context)) return refuse(rejections.InAnotherName());
      if (actor === offer.offeredBy) return refuse(rejections.OwnOffer());
      if (offer.confirmedBy.includes(actor)) return refuse(rejections.ConfirmedAlready());
      return accept({ type: 'TransferConfirmed', data: { ...endsOf(lot, offer), by: actor } });
    },
  },
});

export const lapsing = decider<LotEvent, Lot>()({
  ...lotFold,
  decide: {
    LapseOffer(command: LapseOffer, state: Lot, { actor, now }: Act): Decision<LotEvent> {
      const found = openOffer(state, command.transfer);
      if (!isOpen(found)) return refuse(found);
      const { lot, offer } = found;
      if (actor !== SYSTEM_ACTOR || offer.expiresAt === undefined || now < offer.expiresAt) return refuse(rejections.OnlyTheServiceLapses());
      return accept({ type: 'OfferLapsed', data: endsOf(lot, offer) });
    },

    LapseForbiddenOffer({ transfer, because }: LapseForbiddenOffer, state: Lot, { actor }: Act): Decision<LotEvent> {
      const found = openOffer(state, transfer);
      if (!isOpen(found)) return refuse(found);
      if (actor !== SYSTEM_ACTOR) return refuse(rejections.OnlyTheServiceLapses());
      return accept({ type: 'OfferLapsed', data: { ...endsOf(found.lot, found.offer), because } });
    },
  },
});
