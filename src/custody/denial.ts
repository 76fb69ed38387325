// Denial by protocol: the question put to the protocols in force, the refusal with the clauses that decided, and its record.
import {
  bindingsOf, evaluate, holdsRole, inForceAs, ROLES,
  type Charter, type ClauseKind, type Denial, type Membership, type Movement, type Role,
} from '../community/index.ts';
import type { AttemptEvent } from '../defence/index.ts';
import type { Act, Instant, Rejection } from '../kernel/index.ts';
import { isOutside, type Holder } from './holder.ts';
import type { HeldLot, Passes } from './lot.events.ts';
import { custodyRejections } from './rejections.ts';

export interface Denied {
  /** Every clause that denies, as a sentence. */
  readonly clauses: readonly Denial[];
  /** The charter's revision that it was judged under. */
  readonly charterRevision: number;
}

/** What would come to whom, by whose hands. */
export interface Asked extends Pick<Movement, 'act' | 'material' | 'gets'> {
  readonly holder: Holder;
  /** Standing of the person who takes it over. */
  readonly taker?: Membership;
  /** Standing of each other person who has confirmed it. */
  readonly seconds?: readonly Membership[];
}

const rolesOf = (standing: Membership | undefined): readonly Role[] => (standing ? ROLES.filter((role) => holdsRole(standing, role)) : []);

/** The question as clauses are asked it. */
export const movement = ({ act, material, gets, holder, taker, seconds = [] }: Asked, at: Instant): Movement => ({
  act, material, gets, party: holder.id, external: isOutside(holder), roles: rolesOf(taker), seconded: seconds.map(rolesOf), attempts: [], at,
});

/** undefined when nothing in force forbids any of it; else every clause that does, once. */
export function denied(charter: Charter, at: Instant, ...asked: readonly Asked[]): Denied | undefined {
  if (charter.status === 'absent') return undefined;
  const found = new Map<string, Denial>();
  const bindings = bindingsOf(charter, at);
  for (const one of asked) {
    const verdict = evaluate(bindings, movement(one, at));
    if (!verdict.allowed) for (const denial of verdict.denied) found.set(`${denial.protocol} ${denial.clause}`, denial);
  }
  return found.size === 0 ? undefined : { clauses: [...found.values()], charterRevision: charter.revision };
}

/** Kinds by which a party is kept out; the others say how a material may move, whoever gets it. */
const KEEPING_OUT: readonly ClauseKind[] = ['untouchable', 'barrier-response'];

/** Whether a party was kept out: then its act is an attempt. */
export const isKeptOut = (charter: Charter, { clauses }: Denied): boolean =>
  charter.status !== 'absent' &&
  clauses.some(({ protocol, clause: id }) => inForceAs(charter, protocol)?.clauses.some((clause) => clause.id === id && KEEPING_OUT.includes(clause.kind)));

/** `attempt`: under which id the refusal is on record. */
export const denial = (by: Denied, attempt?: string): Rejection =>
  custodyRejections.DeniedByProtocol(attempt === undefined ? { ...by } : { ...by, attempt });

const refused = ({ lot, material, quantity }: HeldLot, by: Denied, { commandId, actor }: Act) => ({
  attempt: commandId,
  lot,
  material,
  quantity,
  ...by,
  actor,
});

/** A party asked for what it may not have. */
export const attemptByRequest = (lot: HeldLot, party: string, by: Denied, act: Act): AttemptEvent => ({
  type: 'SiphonAttempted',
  data: { ...refused(lot, by, act), kind: 'automatic', act: 'request', party },
});

/** A party would take over what it may not have: the offer was made while it was allowed. */
export const attemptByAcceptance = (
  lot: HeldLot,
  { to, transfer, passes }: { readonly to: string; readonly transfer: string; readonly passes: Passes },
  by: Denied,
  act: Act,
): AttemptEvent => ({
  type: 'SiphonAttempted',
  data: { ...refused(lot, by, act), kind: 'automatic', act: 'acceptance', party: to, transfer, passes },
});

/** A holder offered what the receiver may not have: no attempt of the receiver, who is named as intended only. */
export const deniedOffer = (
  lot: HeldLot,
  { to, passes, request }: { readonly to: string; readonly passes: Passes; readonly request?: string | undefined },
  by: Denied,
  act: Act,
): AttemptEvent => ({
  type: 'OfferDenied',
  data: {
    ...refused(lot, by, act),
    from: lot.custodian,
    intendedReceiver: to,
    passes,
    ...(request === undefined ? {} : { request }),
  },
});
