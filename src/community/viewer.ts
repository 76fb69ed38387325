// Who asks: what the log says of a person now, and what may be shown to it.
import type { Audience, Event, Fold, Instant } from '../kernel/index.ts';
import { CHARTER_STREAM, charter } from './charter.ts';
import { holdsRole, isMember, memberStream, membership, type Role } from './membership.ts';
import { appointmentOf, party, partyStream } from './party.ts';
import { isLinked, partiesOf, person, personStream } from './person.ts';

export interface Viewer {
  /** Absent = the public. */
  readonly person?: string;
  /** Known to this community by an accepted invitation. */
  readonly linked: boolean;
  readonly member: boolean;
  readonly roles: readonly Role[];
  /**
   * PartyIds that the person represents now, the community itself for a keeper among them. A member is also a party by its own
   * PersonId; that is not listed.
   */
  readonly parties: readonly string[];
  /** When the first of these terms ends: from then on the viewer is another one. Absent where none does. */
  readonly until?: Instant;
}

/** Who asks, and is no stranger. */
export type Somebody = Viewer & { readonly person: string };

export const PUBLIC: Viewer = { linked: false, member: false, roles: [], parties: [] };

/** Reads a stream's fold as it stands now. */
export type LoadNow = <E extends Event, S>(fold: Fold<E, S>, stream: string) => S;

export function viewerOf(id: string | undefined, load: LoadNow, now: Instant): Viewer {
  if (id === undefined) return PUBLIC;
  const known = load(person, personStream(id));
  const standing = load(membership, memberStream(id));
  const parties: string[] = [];
  let until: Instant | undefined;
  for (const one of partiesOf(known)) {
    const appointment = appointmentOf(load(party, partyStream(one)), id, now);
    if (!appointment) continue;
    parties.push(one);
    if (until === undefined || appointment.until < until) until = appointment.until;
  }
  if (holdsRole(standing, 'keeper')) {
    const self = load(charter, CHARTER_STREAM);
    if (self.status !== 'absent') parties.push(self.community);
  }
  return { person: id, linked: isLinked(known), member: isMember(standing), roles: standing.roles, parties, ...(until === undefined ? {} : { until }) };
}

const includes = (viewer: Viewer, audience: Audience): boolean => {
  if (audience === 'public') return true;
  if (audience === 'community') return viewer.member;
  if ('role' in audience) return viewer.roles.includes(audience.role as Role);
  if ('party' in audience) return viewer.parties.includes(audience.party) || viewer.person === audience.party;
  return viewer.person === audience.person;
};

/** Auditors read everything. */
export const maySee = (viewer: Viewer, audience: readonly Audience[]): boolean =>
  viewer.roles.includes('auditor') || audience.some((one) => includes(viewer, one));
