// Acts: everything that a person did or that was done under a person's identity, in log order.
import { instantOf, isUuid } from '../kernel/index.ts';
import { facts, view } from '../runtime/index.ts';
import type { PersonEvent } from './person.ts';

export const actsView = view<PersonEvent>()({
  name: 'acts',
  version: 1,
  tables: {
    act: facts(
      {
        /** In whose name: the actor, except for a token that somebody else had minted. */
        person: 'text',
        actor: 'text',
        onBehalfOf: 'text?',
        /** What happened, by the event's code name. */
        what: 'text',
        stream: 'text',
        at: 'instant',
      },
      [['person']],
    ),
  },
  project: {
    '*'({ actor, onBehalfOf = null, type, stream, time }, rows) {
      // Neither what the service owes itself nor what the operator does is a person's act.
      if (isUuid(actor)) rows.act.add({ person: actor, actor, onBehalfOf, what: type, stream, at: instantOf(time) });
    },
    TokenMinted({ actor, onBehalfOf = null, type, stream, time, data: { person } }, rows) {
      if (actor !== person) rows.act.add({ person, actor, onBehalfOf, what: type, stream, at: instantOf(time) });
    },
  },
});
