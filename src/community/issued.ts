// An issued invitation as its issuer is told of it, and never anybody else.
import type { Instant } from '../kernel/index.ts';
import type { Secrets } from '../runtime/index.ts';
import { invitationCode, INVITATION_KEY } from './invitation.ts';

export interface IssuedInvitation {
  readonly invitation: string;
  /** Proves it. */
  readonly code: string;
  readonly expiresAt: Instant;
}

export const issued = (
  { invitation, expiresAt }: { readonly invitation: string; readonly expiresAt: Instant },
  secrets: Pick<Secrets, 'key'>,
): IssuedInvitation => ({ invitation, code: invitationCode(secrets.key(INVITATION_KEY), invitation), expiresAt });
