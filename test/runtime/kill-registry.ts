// What the service that is killed knows: the village, with views that take in everything that happens there.
import type { Event } from '../../src/kernel/index.ts';
import { facts, temporal, view, type View } from '../../src/runtime/index.ts';
import {
  CastVote, ForbidHandover, HandOver, OpenPoll, PermitHandover, TallyPoll, views as ballots, WriteLetter, type BallotEvent, type BylawEvent, type ParcelEvent,
  type PollEvent,
} from './village.ts';

export { catalogue, processes } from './village.ts';

/** By name: what is sent to the service, and sent again from its notes. */
export const COMMANDS = { CastVote, ForbidHandover, HandOver, OpenPoll, PermitHandover, TallyPoll, WriteLetter };

type Polled = PollEvent | BallotEvent;

const polls = view<Polled>()({
  name: 'village-polls',
  version: 1,
  tables: { poll: temporal({ phase: 'text', closesAt: 'instant', votes: 'integer' }, [['phase']], { ordered: ['closesAt'] }) },
  project: {
    PollOpened: ({ data }, { poll }) => poll.open(data.poll, { phase: 'open', closesAt: data.closesAt, votes: 0 }),
    VoteCast: ({ data }, { poll }) => poll.change(data.poll, { votes: (poll.current(data.poll)?.votes ?? 0) + 1 }),
    PollClosed: ({ data }, { poll }) => poll.change(data.poll, { phase: 'closed' }),
    PollCounted: ({ data }, { poll }) => poll.change(data.poll, { phase: 'counted' }),
  },
});

const holdings = view<ParcelEvent | BylawEvent>()({
  name: 'village-holdings',
  version: 1,
  tables: {
    parcel: temporal({ holder: 'text', under: 'integer' }, [['holder']]),
    law: temporal({ forbids: 'boolean' }),
  },
  project: {
    ParcelHandedOver: ({ data: { parcel: key, to, under } }, { parcel }) => {
      if (parcel.current(key)) parcel.change(key, { holder: to, under });
      else parcel.open(key, { holder: to, under });
    },
    HandoverForbidden: (_, { law }) => (law.current('handover') ? law.change('handover', { forbids: true }) : law.open('handover', { forbids: true })),
    HandoverPermitted: (_, { law }) => law.change('handover', { forbids: false }),
  },
});

const annals = view<Event>()({
  name: 'village-annals',
  version: 1,
  tables: { act: facts({ what: 'text', actor: 'text', data: 'json' }, [['what'], ['actor']]) },
  project: { '*': ({ type, actor, data }, { act }) => act.add({ what: type, actor, data }) },
});

export const views: readonly View[] = [...ballots, polls, holdings, annals] as readonly View[];
