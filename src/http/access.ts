// Who may knock at a route. What is not granted is refused.
import { SetMetadata } from '@nestjs/common';

export type Access =
  | { readonly to: 'public' }
  | { readonly to: 'identified' }
  | { readonly to: 'linked' }
  | { readonly to: 'operator' }
  | { readonly to: 'roles'; readonly roles: readonly string[] };

export const ACCESS = 'biolithic:access';

const grant = (access: Access) => SetMetadata(ACCESS, access);

/** Everybody, also without a token. A valid token is honoured, an invalid one refused. */
export const Public = () => grant({ to: 'public' });
/** Whoever has a valid token, linked to a person of this community or not yet. */
export const ForIdentified = () => grant({ to: 'identified' });
/** Persons linked to this community: members, applicants, parties' representatives. */
export const ForLinkedPersons = () => grant({ to: 'linked' });
/** Persons who hold one of the roles now. */
export const ForRoles = (...roles: readonly string[]) => grant({ to: 'roles', roles });
/** Who runs the service. */
export const ForOperator = () => grant({ to: 'operator' });
