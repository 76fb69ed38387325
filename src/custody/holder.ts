// Holders: whoever can own or hold material, and who may act for them.
import {
  holdsRole,
  isExternal,
  isKnown,
  isMember,
  isRegistered,
  isRepresentedBy,
  memberStream,
  membership,
  party,
  partyStream,
  type Charter,
  type Membership,
  type Party,
  type PartyId,
  type PartyKind,
  type Scope,
} from '../community/index.ts';
import type { Act } from '../kernel/index.ts';
import type { Load } from '../runtime/index.ts';

/** A party as the log knows it while a command is decided. */
export type Holder =
  | { readonly kind: 'community' | 'member'; readonly id: PartyId }
  | { readonly kind: PartyKind; readonly id: PartyId; readonly party: Party }
  /** Expelled: it hands over what it has, and gets nothing. */
  | { readonly kind: 'expelled'; readonly id: PartyId; readonly party: Party }
  /** Neither the community nor a member nor registered: it can hold nothing. */
  | { readonly kind: 'unknown'; readonly id: PartyId };

/** Who acts, with the standing that the log gives. */
export interface Actor {
  readonly act: Act;
  readonly membership: Membership;
}

export function holderOf(id: PartyId, community: Charter, standing: { readonly party: Party; readonly membership: Membership }): Holder {
  if (community.status !== 'absent' && community.community === id) return { kind: 'community', id };
  if (isKnown(standing.party) && !isRegistered(standing.party)) return { kind: 'expelled', id, party: standing.party };
  if (isRegistered(standing.party)) return { kind: standing.party.kind, id, party: standing.party };
  return isMember(standing.membership) ? { kind: 'member', id } : { kind: 'unknown', id };
}

export const loadHolder = (id: PartyId, community: Charter, load: Load): Holder =>
  holderOf(id, community, { party: load(party, partyStream(id)), membership: load(membership, memberStream(id)) });

/** Whether it can get hold of anything. */
export const canHold = ({ kind }: Holder): boolean => kind !== 'unknown' && kind !== 'expelled';

/** Outside of the community: carriers and external parties. Facilities are its own. */
export const isOutside = (holder: Holder): boolean => 'party' in holder && isExternal(holder.party);

/**
 * A member acts for itself; for the community its keepers do, as they move its material; for a registered party its
 * representatives, in scope and term.
 */
export function actsFor(holder: Holder, { act, membership: standing }: Actor, scope: Scope): boolean {
  switch (holder.kind) {
    case 'community':
      return holdsRole(standing, 'keeper');
    case 'member':
      return holder.id === act.actor;
    case 'unknown':
      return false;
    default:
      return isRepresentedBy(holder.party, act.actor, act.now, scope);
  }
}

/** An act done in a party's name is about that party. */
export const isInNameOf = ({ onBehalfOf }: Act, ...holders: readonly Holder[]): boolean =>
  onBehalfOf === undefined || holders.some(({ id }) => id === onBehalfOf);
