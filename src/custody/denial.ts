// Denial by protocol: the question put to the protocols in force, the refusal with the clauses that decided, and its record.
import { evaluate, type Charter, type Denial } from '../community/index.ts';
import type { AttemptEvent } from '../defence/index.ts';
import type { Act, Rejection } from '../kernel/index.ts';
import { acquisition, type Holder } from './holder.ts';
import type { HeldLot, Passes } from './lot.events.ts';
import { custodyRejections } from './rejections.ts';

export interface Denied {
  /** Every clause that denies, as a sentence. */
  readonly clauses: readonly Denial[];
  /** The charter's revision that it was judged under. */
  readonly charterRevision: number;
}

/** undefined when nothing in force forbids the holder to get the material. */
export function deniedTo(holder: Holder, material: string, charter: Charter): Denied | undefined {
  if (charter.status === 'absent') return undefined;
  const verdict = evaluate(charter.protocols, acquisition(material, holder));
  return verdict.allowed ? undefined : { clauses: verdict.denied, charterRevision: charter.revision };
}

/** `attempt`: under which id the refusal is on record. */
export const denial = (denied: Denied, attempt?: string): Rejection =>
  custodyRejections.DeniedByProtocol(attempt === undefined ? { ...denied } : { ...denied, attempt });

const refused = ({ lot, material, quantity }: HeldLot, denied: Denied, { commandId, actor }: Act) => ({
  attempt: commandId,
  lot,
  material,
  quantity,
  ...denied,
  actor,
});

/** A party asked for what it may not have. */
export const attemptByRequest = (lot: HeldLot, party: string, denied: Denied, act: Act): AttemptEvent => ({
  type: 'SiphonAttempted',
  data: { ...refused(lot, denied, act), kind: 'automatic', act: 'request', party },
});

/** A party would take over what it may not have: the offer was made while it was allowed. */
export const attemptByAcceptance = (
  lot: HeldLot,
  { to, transfer, passes }: { readonly to: string; readonly transfer: string; readonly passes: Passes },
  denied: Denied,
  act: Act,
): AttemptEvent => ({
  type: 'SiphonAttempted',
  data: { ...refused(lot, denied, act), kind: 'automatic', act: 'acceptance', party: to, transfer, passes },
});

/** A holder offered what the receiver may not have: no attempt of the receiver, who is named as intended only. */
export const deniedOffer = (
  lot: HeldLot,
  { to, passes, request }: { readonly to: string; readonly passes: Passes; readonly request?: string | undefined },
  denied: Denied,
  act: Act,
): AttemptEvent => ({
  type: 'OfferDenied',
  data: {
    ...refused(lot, denied, act),
    from: lot.custodian,
    intendedReceiver: to,
    passes,
    ...(request === undefined ? {} : { request }),
  },
});
