// Linking a person to the community, and minting tokens for linked persons.
import { accept, after, decider, refuse, type Act } from '../kernel/index.ts';
import type { Charter } from './charter.ts';
import type { Invitation } from './invitation.ts';
import type { LinkPerson, MintToken } from './person.commands.ts';
import { isLinked, isLinkedAs, OPERATOR, person, type Person, type PersonEvent } from './person.ts';
import { communityRejections as rejections } from './rejections.ts';

export interface LinkingContext {
  readonly charter: Charter;
  /** The invitation that the person accepted; absent for the first founder. */
  readonly invitation: Invitation;
}

export const linking = decider<PersonEvent, Person>()({
  name: person.name,
  initial: person.initial,
  evolve: person.evolve,
  decide: {
    LinkPerson(command: LinkPerson, state, { charter, invitation }: LinkingContext & Act) {
      if (state.links.some((link) => link.invitation === command.invitation)) return refuse(rejections.AlreadyLinked());
      if (command.invitation === undefined) {
        if (charter.status === 'absent' || charter.firstFounder !== command.person) return refuse(rejections.InvitationNotAccepted());
        const data = { person: command.person, purpose: 'founder', name: charter.firstFounderName, again: false } as const;
        return accept({ type: 'PersonLinked', data });
      }
      if (invitation.status !== 'accepted' || invitation.person !== command.person) return refuse(rejections.InvitationNotAccepted());
      const { terms, name } = invitation;
      // Two invitations accepted in the same moment: the second must not begin a second membership.
      const again = terms.purpose !== 'representative' && (isLinkedAs(state, 'founder') || isLinkedAs(state, 'member'));
      return accept({
        type: 'PersonLinked',
        data: {
          person: command.person,
          purpose: terms.purpose,
          invitation: command.invitation,
          ...(terms.purpose === 'representative' ? { party: terms.party } : {}),
          name,
          again,
        },
      });
    },
  },
});

export interface MintingContext {
  readonly charter: Charter;
}

export const minting = decider<PersonEvent, Person>()({
  name: person.name,
  initial: person.initial,
  evolve: person.evolve,
  decide: {
    MintToken(command: MintToken, state, { actor, now, newId, charter }: MintingContext & Act) {
      if (actor !== command.person && actor !== OPERATOR) return refuse(rejections.NotOwnToken());
      if (!isLinked(state) || charter.status === 'absent') return refuse(rejections.PersonNotLinked());
      return accept({
        type: 'TokenMinted',
        data: { person: command.person, tokenId: newId(), expiresAt: after(now, charter.rules.token), by: actor },
      });
    },
  },
});
