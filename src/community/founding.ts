// Founding: a community is proposed by its first founder and in force when each founder has accepted the charter.
import { accept, after, decider, isUuid, refuse, type Act } from '../kernel/index.ts';
import { charter, type Charter, type CharterEvent } from './charter.ts';
import type { AcceptCharter, FoundCommunity, ReplaceFounderInvitation } from './founding.commands.ts';
import type { Person } from './person.ts';
import { communityRejections as rejections } from './rejections.ts';
import { changed, FOUNDING_RULES, faultOfRules } from './rules.ts';

/** Certificate no. 1 of every founder: the accepted charter. */
const CHARTER_CERTIFICATE = 1;

export interface FoundingContext {
  /** SHA-256 of the code of an invitation. */
  readonly codeHashOf: (invitation: string) => string;
  /** Who acts. */
  readonly person: Person;
}

const seatLabel = (seat: number): string => `founder ${seat}`;

/** Ids of the invitations that a founding issues, for who tells their codes. `newId` is the act's. */
export const founderInvitations = (founders: number, newId: Act['newId']): readonly string[] =>
  Array.from({ length: founders - 1 }, (_, index) => newId(seatLabel(index + 2)));

export const founding = decider<CharterEvent, Charter>()({
  name: charter.name,
  initial: charter.initial,
  evolve: charter.evolve,
  decide: {
    FoundCommunity(command: FoundCommunity, state, { actor, now, newId, codeHashOf }: FoundingContext & Act) {
      if (state.status !== 'absent') return refuse(rejections.CommunityAlreadyFounded());
      if (!isUuid(actor)) return refuse(rejections.PersonRequired());
      const rules = changed(FOUNDING_RULES, command.rules ?? {});
      const fault = faultOfRules(rules);
      if (fault !== undefined) return refuse(rejections.InvalidRules({ fault }));
      const { name, timeZone, language, charterText, founderName } = command;
      const expiresAt = after(now, rules.invitation);
      return accept({
        type: 'CommunityFounded',
        data: {
          community: newId(),
          name,
          timeZone,
          language,
          charterText,
          firstFounder: actor,
          firstFounderName: founderName,
          founderInvitations: founderInvitations(command.founders, newId).map((invitation) => ({
            invitation,
            codeHash: codeHashOf(invitation),
            expiresAt,
          })),
          rules,
        },
      });
    },

    AcceptCharter(_: AcceptCharter, state, { actor, person }: FoundingContext & Act) {
      if (state.status === 'absent') return refuse(rejections.CommunityNotFounded());
      if (state.founders.includes(actor)) return refuse(rejections.CharterAlreadyAccepted());
      const founded = actor === state.firstFounder;
      const seat = founded ? undefined : state.openSeats.find(({ invitation }) => person.links.some((link) => link.invitation === invitation));
      if (!founded && !seat) return refuse(rejections.NoFoundersSeat());
      const founders = [...state.founders, actor];
      const openSeats = state.openSeats.filter((open) => open !== seat);
      const invitation = seat ? { invitation: seat.invitation } : {};
      const accepted: CharterEvent = { type: 'CharterAccepted', data: { person: actor, certificate: CHARTER_CERTIFICATE, ...invitation } };
      if (openSeats.length > 0 || !founders.includes(state.firstFounder)) return accept(accepted);
      return accept<CharterEvent>(accepted, { type: 'CommunityInForce', data: { community: state.community, founders } });
    },

    ReplaceFounderInvitation(command: ReplaceFounderInvitation, state, { actor, now, newId, codeHashOf }: FoundingContext & Act) {
      if (state.status === 'absent') return refuse(rejections.CommunityNotFounded());
      if (state.status !== 'forming') return refuse(rejections.CommunityInForceAlready());
      if (actor !== state.firstFounder) return refuse(rejections.FirstFounderOnly());
      const seat = state.openSeats.find(({ invitation }) => invitation === command.invitation);
      if (!seat || now < seat.expiresAt) return refuse(rejections.SeatStillOffered());
      const invitation = newId();
      return accept({
        type: 'FounderInvitationReplaced',
        data: {
          invitation,
          replaces: seat.invitation,
          codeHash: codeHashOf(invitation),
          expiresAt: after(now, state.rules.invitation),
        },
      });
    },
  },
});
