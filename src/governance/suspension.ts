// Suspension: a guardian takes a faulty clause out of force for a time, once; a vote decides what becomes of it, or it binds again.
import { accept, after, decider, defineRejections, instantOf, msOf, refuse, SYSTEM_ACTOR, type Act, type Decision } from '../kernel/index.ts';
import { charter, holdsRole, inForceAs, isInForce, type Charter, type CharterEvent, type Membership } from '../community/index.ts';
import { owes, process } from '../runtime/index.ts';
import { proposalRejections } from './rejections.ts';
import type { EndSuspension, SuspendClause } from './suspension.commands.ts';

/** Time enough for everybody to hear of it and to bring a proposal, and no more. */
const LONGEST = { hours: 72 };

export const suspensionRejections = defineRejections({
  NoSuchClause: [422, 'the protocol in force has no clause of this id', 'What is suspended is a clause of a text in force.'],
  SuspendedBefore: [409, 'the clause was suspended before', 'A clause of a text is suspended once: after that, a vote decides.'],
  SuspensionTooLong: [422, 'the suspension would be over already, or last longer than 72 hours', 'A suspension lasts 72 hours at most.'],
});

export const suspension = decider<CharterEvent, Charter>()({
  ...charter,
  name: 'suspension',
  decide: {
    SuspendClause({ protocol, clause, ground, until }: SuspendClause, state, { membership, actor, now, onBehalfOf }: { readonly membership: Membership } & Act): Decision<CharterEvent> {
      if (!holdsRole(membership, 'guardian') || onBehalfOf !== undefined) return refuse(proposalRejections.GuardianRequired());
      const inForce = inForceAs(state, protocol);
      if (!isInForce(state) || !inForce) return refuse(proposalRejections.ProtocolNotInForce({ protocol }));
      if (!inForce.clauses.some(({ id }) => id === clause)) return refuse(suspensionRejections.NoSuchClause({ clauses: inForce.clauses.map(({ id }) => id) }));
      if (state.suspensions.some((one) => one.protocol === protocol && one.clause === clause)) return refuse(suspensionRejections.SuspendedBefore());
      const latest = after(now, LONGEST);
      const ends = until === undefined ? latest : instantOf(msOf(until));
      if (ends <= now || ends > latest) return refuse(suspensionRejections.SuspensionTooLong({ latest }));
      return accept({ type: 'ClauseSuspended', data: { protocol, clause, charterRevision: inForce.charterRevision, ground, by: actor, until: ends } });
    },

    /** Owed to each suspension, whatever has become of its text meanwhile. */
    EndSuspension({ protocol, clause, charterRevision }: EndSuspension, _state, { actor }: Act): Decision<CharterEvent> {
      if (actor !== SYSTEM_ACTOR) return refuse(proposalRejections.NotYetDue());
      return accept({ type: 'SuspensionEnded', data: { protocol, clause, charterRevision } });
    },
  },
});

type Suspended = { readonly protocol: string; readonly clause: string; readonly charterRevision: number };
const keyOf = ({ protocol, clause, charterRevision }: Suspended): string => `${protocol} ${clause} ${charterRevision}`;

export const suspensionsEnding = process<CharterEvent>()({
  name: 'suspensions-ending',
  version: 1,
  opens: {
    ClauseSuspended: ({ data: { protocol, clause, charterRevision, until } }) => {
      const suspended = { protocol, clause, charterRevision };
      return { key: keyOf(suspended), due: until, data: suspended };
    },
  },
  discharges: { SuspensionEnded: ({ data }) => keyOf(data) },
  run: ({ data }) => owes<EndSuspension>('EndSuspension', data as Suspended),
});
