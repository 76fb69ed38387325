// Inviting and accepting: how a person comes to be known to the community.
import { accept, after, decider, instantOf, isUuid, msOf, refuse, type Act, type Instant } from '../kernel/index.ts';
import { isInForce, type Charter } from './charter.ts';
import type { AcceptInvitation, InviteMember, InviteRepresentative, RevokeInvitation } from './invitation.commands.ts';
import { codeHash, invitation, type Invitation, type InvitationEvent, type Terms } from './invitation.ts';
import { holdsRole, type Membership } from './membership.ts';
import { isRegistered, type Party } from './party.ts';
import { isLinkedAs, type Person } from './person.ts';
import { communityRejections as rejections } from './rejections.ts';

/** Longest term of a representative. */
const LONGEST_TERM = { days: 3 * 365 };

export interface InvitingContext {
  readonly charter: Charter;
  /** Who acts. */
  readonly membership: Membership;
  /** The party to be represented; absent where none is. */
  readonly party: Party;
  /** SHA-256 of the code of an invitation. */
  readonly codeHashOf: (invitation: string) => string;
}

function issue(terms: Terms, { charter, membership, now, newId, codeHashOf }: InvitingContext & Act) {
  if (!isInForce(charter)) return refuse(rejections.CommunityNotInForce());
  if (!holdsRole(membership, 'steward')) return refuse(rejections.StewardRequired());
  const id = newId();
  const data = { invitation: id, codeHash: codeHashOf(id), expiresAt: after(now, charter.rules.invitation), ...terms };
  return accept<InvitationEvent>({ type: 'InvitationIssued', data });
}

export const inviting = decider<InvitationEvent, Invitation>()({
  name: invitation.name,
  initial: invitation.initial,
  evolve: invitation.evolve,
  decide: {
    InviteMember: (_: InviteMember, _state, context: InvitingContext & Act) => issue({ purpose: 'member' }, context),

    InviteRepresentative(command: InviteRepresentative, _state, context: InvitingContext & Act) {
      const { now } = context;
      if (!isRegistered(context.party)) return refuse(rejections.PartyNotRegistered({ party: command.party }));
      const until = instantOf(msOf(command.until));
      if (until <= now || until > after(now, LONGEST_TERM)) return refuse(rejections.InvalidTerm());
      return issue({ purpose: 'representative', party: command.party, scope: command.scope, until }, context);
    },

    RevokeInvitation(command: RevokeInvitation, state, { membership }: InvitingContext & Act) {
      if (!holdsRole(membership, 'steward')) return refuse(rejections.StewardRequired());
      if (state.status !== 'open') return refuse(rejections.InvitationNotOpen());
      return accept({ type: 'InvitationRevoked', data: { invitation: command.invitation } });
    },
  },
});

export interface AcceptingContext {
  readonly charter: Charter;
  /** Who acts. */
  readonly person: Person;
  readonly membership: Membership;
}

interface Offer {
  readonly terms: Terms;
  readonly codeHash: string;
  readonly expiresAt: Instant;
}

/** A founder's invitation stands in the charter, every other one in its own stream. */
function offerOf(id: string, state: Invitation, charter: Charter): Offer | undefined {
  if (state.status === 'open' || state.status === 'revoked') return state;
  if (state.status !== 'absent' || charter.status === 'absent') return undefined;
  const seat = charter.openSeats.find((open) => open.invitation === id);
  return seat && { terms: { purpose: 'founder' }, codeHash: seat.codeHash, expiresAt: seat.expiresAt };
}

/** One identity is one founder or member; parties a person may represent as many as ask for it. */
function isKnownAs({ purpose }: Terms, actor: string, { charter, person, membership }: AcceptingContext): boolean {
  if (purpose === 'representative') return false;
  if (charter.status !== 'absent' && charter.firstFounder === actor) return true;
  return membership.status !== 'none' || isLinkedAs(person, 'founder') || isLinkedAs(person, 'member');
}

export const accepting = decider<InvitationEvent, Invitation>()({
  name: invitation.name,
  initial: invitation.initial,
  evolve: invitation.evolve,
  decide: {
    AcceptInvitation(command: AcceptInvitation, state, context: AcceptingContext & Act) {
      const { actor, now, charter } = context;
      if (!isUuid(actor)) return refuse(rejections.PersonRequired());
      if (state.status === 'accepted') return refuse(rejections.InvitationSpent());
      const offer = offerOf(command.invitation, state, charter);
      if (!offer || codeHash(command.code) !== offer.codeHash) return refuse(rejections.InvitationNotValid());
      if (state.status === 'revoked') return refuse(rejections.InvitationRevoked());
      const { terms, expiresAt } = offer;
      if (now >= expiresAt || (terms.purpose === 'representative' && now >= terms.until)) return refuse(rejections.InvitationExpired({ expiresAt }));
      if (isKnownAs(terms, actor, context)) return refuse(rejections.AlreadyLinked());
      return accept({
        type: 'InvitationAccepted',
        data: { invitation: command.invitation, person: actor, name: command.name, ...terms },
      });
    },
  },
});
