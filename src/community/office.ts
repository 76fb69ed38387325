// An office: the register of who holds a role, one stream per role. It is kept after the memberships, so it is asked together with them: who
// is listed and holds the role by the own stream, counts. Whatever takes a role away is guarded on the memberships of as many others as the
// charter asks for; so no two replicas can take the last two away at once.
import { accept, decider, describeEvents, type Act, type Decision, type Event, type Recorded } from '../kernel/index.ts';
import type { Load } from '../runtime/index.ts';
import { CHARTER_STREAM, charter } from './charter.ts';
import { holdsRole, membership, memberStream, OFFICES, type Membership, type Office } from './membership.ts';
import type { KeepOffice } from './office.commands.ts';
import type { PersonId } from './person.ts';
import { minimumOf } from './rules.ts';

export const officeStream = (role: Office): string => `office-${role}`;

export const officeKey = (role: string, person: PersonId): string => `${role}/${person}`;

export type OfficeEvent =
  | Event<'OfficeEntered', { readonly role: Office; readonly person: PersonId }>
  | Event<'OfficeVacated', { readonly role: Office; readonly person: PersonId }>;

export const officeEvents = describeEvents<OfficeEvent>({
  OfficeEntered: { wire: 'community.office-entered.v1', visibility: 'community' },
  OfficeVacated: { wire: 'community.office-vacated.v1', visibility: 'community' },
});

/** PersonIds, in the order in which they came. */
export type OfficeRegister = readonly PersonId[];

export const office = decider<OfficeEvent, OfficeRegister>()({
  name: 'office',
  initial: [],
  decide: {
    /** Writes down whether the person holds the role at this very place of the log. */
    KeepOffice({ role, person }: KeepOffice, _: OfficeRegister, { holder }: { readonly holder: Membership } & Act): Decision<OfficeEvent> {
      return accept({ type: holdsRole(holder, role) ? 'OfficeEntered' : 'OfficeVacated', data: { role, person } });
    },
  },
  evolve(state: OfficeRegister, { type, data: { person } }: Recorded<OfficeEvent>): OfficeRegister {
    const others = state.filter((one) => one !== person);
    return type === 'OfficeEntered' ? [...others, person] : others;
  },
});

/** Those of a person's roles that the community cannot do without: too few others hold them. */
export function indispensable(roles: readonly string[], person: PersonId, load: Load): Office[] {
  const self = load(charter, CHARTER_STREAM);
  return OFFICES.filter((role) => roles.includes(role)).filter((role) => {
    let missing = self.status === 'absent' ? 0 : minimumOf(self.rules, role);
    if (missing === 0) return false;
    for (const other of load(office, officeStream(role))) {
      if (missing === 0) break;
      if (other !== person && holdsRole(load(membership, memberStream(other)), role)) missing -= 1;
    }
    return missing > 0;
  });
}
