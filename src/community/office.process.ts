// What follows from a role: it is written into the register of its office, and its term ends.
import { owes, process, type Process } from '../runtime/index.ts';
import { OFFICES, type MembershipEvent, type Office } from './membership.ts';
import type { EndRole, KeepOffice } from './office.commands.ts';
import { officeKey, type OfficeEvent } from './office.ts';

type OfRole = { readonly data: { readonly person: string; readonly role: Office } };
const itsKey = ({ data: { person, role } }: OfRole): string => officeKey(role, person);
const moved = (event: OfRole) => ({ key: itsKey(event), data: { person: event.data.person, role: event.data.role } });

/** Opened by admissions too: so the registers learn of everybody who has got a role before there were any. */
export const officeKeeping = process<MembershipEvent | OfficeEvent>()({
  name: 'office-keeping',
  version: 1,
  opens: {
    MemberAdmitted: ({ data: { person, roles } }) =>
      OFFICES.filter((role) => roles.includes(role)).map((role) => ({ key: officeKey(role, person), data: { person, role } })),
    RoleGranted: moved,
    RoleRecalled: moved,
    RoleEnded: moved,
    RoleLaidDown: moved,
  },
  discharges: { OfficeEntered: itsKey, OfficeVacated: itsKey },
  run: ({ data }) => owes<KeepOffice>('KeepOffice', data as KeepOffice),
});

export const termEnding = process<MembershipEvent>()({
  name: 'term-ending',
  version: 1,
  opens: {
    RoleGranted: ({ data: { person, role, until } }) => (until === undefined ? undefined : { key: officeKey(role, person), due: until, data: { person, role, until } }),
  },
  discharges: { RoleGranted: itsKey, RoleRecalled: itsKey, RoleEnded: itsKey, RoleLaidDown: itsKey },
  run: ({ data }) => owes<EndRole>('EndRole', data as EndRole),
});

export const officeProcesses: readonly Process[] = [officeKeeping, termEnding];
