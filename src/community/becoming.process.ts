// What the community owes to who accepted an invitation or the charter: to become what was accepted.
import { process, owes } from '../runtime/index.ts';
import type { CharterEvent } from './charter.ts';
import type { InvitationEvent } from './invitation.ts';
import type { AdmitFounder, ApplyForMembership } from './membership.commands.ts';
import type { MembershipEvent } from './membership.ts';
import type { AppointRepresentative } from './party.commands.ts';
import type { PartyEvent } from './party.ts';
import type { LinkPerson } from './person.commands.ts';
import type { PersonEvent } from './person.ts';

const FIRST_FOUNDER = 'first-founder';

/** Who accepted an invitation is linked; the first founder is by founding. */
export const linkingPersons = process<InvitationEvent | CharterEvent | PersonEvent>()({
  name: 'linking-persons',
  version: 1,
  opens: {
    CommunityFounded: ({ data }) => ({ key: FIRST_FOUNDER, data: { person: data.firstFounder } }),
    InvitationAccepted: ({ data: { invitation, person } }) => ({ key: invitation, data: { person, invitation } }),
  },
  discharges: { PersonLinked: ({ data }) => data.invitation ?? FIRST_FOUNDER },
  run: ({ data }) => owes<LinkPerson>('LinkPerson', data as LinkPerson),
});

/** Who was invited as a member and is linked has applied. */
export const applications = process<PersonEvent | MembershipEvent>()({
  name: 'applications',
  version: 1,
  opens: {
    PersonLinked: ({ data: { person, purpose, invitation, again } }) =>
      purpose === 'member' && !again ? { key: person, data: { person, invitation } } : undefined,
  },
  discharges: { MembershipApplied: ({ data }) => data.person },
  run: ({ data }) => owes<ApplyForMembership>('ApplyForMembership', data as ApplyForMembership),
});

/** When the community is in force, its founders are members and stewards. */
export const foundersAdmission = process<CharterEvent | MembershipEvent>()({
  name: 'founders-admission',
  version: 1,
  opens: { CommunityInForce: ({ data }) => data.founders.map((person) => ({ key: person })) },
  discharges: { MemberAdmitted: ({ data }) => data.person },
  run: ({ key }) => owes<AdmitFounder>('AdmitFounder', { person: key }),
});

/** Who was invited as a representative and is linked is appointed. */
export const appointments = process<PersonEvent | PartyEvent>()({
  name: 'appointments',
  version: 1,
  opens: {
    PersonLinked: ({ data: { person, purpose, invitation, party } }) =>
      purpose === 'representative' && invitation !== undefined ? { key: invitation, data: { party, person, invitation } } : undefined,
  },
  discharges: { RepresentativeAppointed: ({ data }) => data.invitation },
  run: ({ data }) => owes<AppointRepresentative>('AppointRepresentative', data as AppointRepresentative),
});
