// A small domain to test the runtime with: polls with ballots, lots that pass under a charter, a notice board, letters.
import {
  accept,
  decider,
  defineRejections,
  describeEvents,
  EventCatalogue,
  refuse,
  type Act,
  type Event,
} from '../../src/kernel/index.ts';
import { handles, owes, Personal, process, temporal, view, type Handling, type Process, type View } from '../../src/runtime/index.ts';

export type PollEvent =
  | Event<'PollOpened', { poll: string; closesAt: string }>
  | Event<'PollClosed', { poll: string }>
  | Event<'PollCounted', { poll: string }>;
export type BallotEvent = Event<'VoteCast', { poll: string; voter: string; choice: string }>;
export type BylawEvent = Event<'HandoverForbidden', { revision: number }> | Event<'HandoverPermitted', { revision: number }>;
export type ParcelEvent = Event<'ParcelHandedOver', { parcel: string; to: string; under: number }>;
export type BoardEvent = Event<'NotePinned', { board: string; text: string; number: number }>;
export type LetterEvent = Event<'LetterWritten', { letter: string; text: string }>;
export type TallyEvent = Event<'PollTallied', { poll: string; votes: number }>;
export type WatchEvent = Event<'HandoverRefused', { parcel: string; to: string; under: number }>;

const community = 'community' as const;
export const catalogue = new EventCatalogue([
  describeEvents<PollEvent>({
    PollOpened: { wire: 'village.poll-opened.v1', visibility: community },
    PollClosed: { wire: 'village.poll-closed.v1', visibility: community },
    PollCounted: { wire: 'village.poll-counted.v1', visibility: community },
  }),
  describeEvents<BallotEvent>({ VoteCast: { wire: 'village.vote-cast.v1', visibility: community } }),
  describeEvents<BylawEvent>({
    HandoverForbidden: { wire: 'village.handover-forbidden.v1', visibility: community },
    HandoverPermitted: { wire: 'village.handover-permitted.v1', visibility: community },
  }),
  describeEvents<ParcelEvent>({ ParcelHandedOver: { wire: 'village.parcel-handed-over.v1', visibility: community } }),
  describeEvents<BoardEvent>({ NotePinned: { wire: 'village.note-pinned.v1', visibility: community } }),
  describeEvents<LetterEvent>({ LetterWritten: { wire: 'village.letter-written.v1', visibility: community } }),
  describeEvents<TallyEvent>({ PollTallied: { wire: 'village.poll-tallied.v1', visibility: community } }),
  describeEvents<WatchEvent>({ HandoverRefused: { wire: 'village.handover-refused.v1', visibility: community } }),
]);

const rejections = defineRejections({
  VillagePollNotOpen: [409, 'the poll is not open', 'Votes count while the poll is open.'],
  VillagePollExists: [409, 'the poll was opened before', 'A poll is opened once.'],
  VillageVotedAlready: [409, 'the voter has voted', 'One voter, one vote.'],
  VillageForbidden: [422, 'the bylaw forbids handing over', 'What the bylaw forbids is refused and recorded.'],
  VillageBoardFull: [409, 'the board is full', 'A board has a bounded number of notes.'],
});

type Phase = 'absent' | 'open' | 'closed';
interface Poll {
  readonly phase: Phase;
  readonly closesAt: string;
  readonly counted: boolean;
  /** Position. */
  readonly closedAt: number;
}

export class OpenPoll {
  readonly poll!: string;
  readonly closesAt!: string;
}
export class ClosePoll {
  readonly poll!: string;
}
export class CountPoll {
  readonly poll!: string;
}
export const poll = decider<PollEvent, Poll>()({
  name: 'village-poll',
  initial: { phase: 'absent', closesAt: '', counted: false, closedAt: 0 },
  decide: {
    OpenPoll: (command: OpenPoll, { phase }: Poll, _act: Act) =>
      phase === 'absent'
        ? accept<PollEvent>({ type: 'PollOpened', data: { poll: command.poll, closesAt: command.closesAt } })
        : refuse(rejections.VillagePollExists()),
    ClosePoll: (command: ClosePoll, { phase, closesAt }: Poll, { now }: Act) =>
      phase === 'open' && now >= closesAt
        ? accept<PollEvent>({ type: 'PollClosed', data: { poll: command.poll } })
        : refuse(rejections.VillagePollNotOpen({ now, closesAt })),
    CountPoll: (command: CountPoll, { phase, counted }: Poll, _act: Act) =>
      phase === 'closed' && !counted
        ? accept<PollEvent>({ type: 'PollCounted', data: { poll: command.poll } })
        : refuse(rejections.VillagePollNotOpen()),
  },
  evolve: (state, event) => {
    if (event.type === 'PollOpened') return { phase: 'open', closesAt: event.data.closesAt, counted: false, closedAt: 0 };
    return event.type === 'PollClosed' ? { ...state, phase: 'closed', closedAt: event.position } : { ...state, counted: true };
  },
});

export class CastVote {
  readonly poll!: string;
  readonly choice!: string;
}
export const ballot = decider<BallotEvent, { voted: boolean }>()({
  name: 'village-ballot',
  initial: { voted: false },
  decide: {
    CastVote(command: CastVote, { voted }: { voted: boolean }, { poll, actor }: { poll: Poll } & Act) {
      if (poll.phase !== 'open') return refuse(rejections.VillagePollNotOpen({ phase: poll.phase }));
      if (voted) return refuse(rejections.VillageVotedAlready());
      return accept<BallotEvent>({ type: 'VoteCast', data: { poll: command.poll, voter: actor, choice: command.choice } });
    },
  },
  evolve: () => ({ voted: true }),
});

interface Bylaw {
  readonly forbidden: boolean;
  readonly revision: number;
}
export class ForbidHandover {}
export class PermitHandover {}
export const bylaw = decider<BylawEvent, Bylaw>()({
  name: 'village-bylaw',
  initial: { forbidden: false, revision: 0 },
  decide: {
    ForbidHandover: (_command: ForbidHandover, { revision }: Bylaw, _act: Act) =>
      accept<BylawEvent>({ type: 'HandoverForbidden', data: { revision: revision + 1 } }),
    PermitHandover: (_command: PermitHandover, { revision, forbidden }: Bylaw, _act: Act) =>
      forbidden ? accept<BylawEvent>({ type: 'HandoverPermitted', data: { revision: revision + 1 } }) : accept<BylawEvent>(),
  },
  evolve: (_, event) => ({ forbidden: event.type === 'HandoverForbidden', revision: event.data.revision }),
});

export class HandOver {
  readonly parcel!: string;
  readonly to!: string;
}
export const parcel = decider<ParcelEvent, { holder: string }>()({
  name: 'village-parcel',
  initial: { holder: '' },
  decide: {
    HandOver(command: HandOver, _: { holder: string }, { bylaw }: { bylaw: Bylaw } & Act) {
      const data = { parcel: command.parcel, to: command.to, under: bylaw.revision };
      if (bylaw.forbidden) {
        return refuse(rejections.VillageForbidden({ under: bylaw.revision }), { type: 'HandoverRefused', data } satisfies WatchEvent);
      }
      return accept<ParcelEvent>({ type: 'ParcelHandedOver', data });
    },
  },
  evolve: (_, event) => ({ holder: event.data.to }),
});

export class PinNote {
  readonly board!: string;
  readonly text!: string;
}
export const board = decider<BoardEvent, { notes: number }>()({
  name: 'village-board',
  initial: { notes: 0 },
  decide: {
    PinNote: (command: PinNote, { notes }: { notes: number }, _act: Act) =>
      notes >= 10_000
        ? refuse(rejections.VillageBoardFull())
        : accept<BoardEvent>({ type: 'NotePinned', data: { board: command.board, text: command.text, number: notes + 1 } }),
  },
  evolve: ({ notes }) => ({ notes: notes + 1 }),
});

export class WriteLetter {
  readonly text!: string;
}
// As `@Personal()` would: processes of tests load this file as it is, without a compiler that knows decorators.
Personal()(WriteLetter.prototype, 'text');

export const letter = decider<LetterEvent, null>()({
  name: 'village-letter',
  initial: null,
  decide: {
    WriteLetter: (command: WriteLetter, _: null, { newId }: Act) =>
      accept<LetterEvent>({ type: 'LetterWritten', data: { letter: newId(), text: command.text } }),
  },
  evolve: (state) => state,
});

export const votesView = view<BallotEvent>()({
  name: 'village-votes',
  version: 1,
  tables: { vote: temporal({ poll: 'text', choice: 'text' }, [['poll']]) },
  project: {
    VoteCast: ({ data }, { vote }) => vote.open(`${data.poll} ${data.voter}`, { poll: data.poll, choice: data.choice }),
  },
});
export const views: readonly View[] = [votesView as unknown as View];

export class TallyPoll {
  readonly poll!: string;
}
export const tally = decider<TallyEvent, null>()({
  name: 'village-tally',
  initial: null,
  decide: {
    TallyPoll: (command: TallyPoll, _: null, { poll, votes }: { poll: Poll; votes: number } & Act) =>
      poll.phase === 'closed'
        ? accept<TallyEvent>({ type: 'PollTallied', data: { poll: command.poll, votes } })
        : refuse(rejections.VillagePollNotOpen({ phase: poll.phase })),
  },
  evolve: (state) => state,
});

export const pollStream = (id: string): string => `poll-${id}`;

export const handlings: readonly Handling[] = [
  handles(poll, [OpenPoll, ClosePoll, CountPoll], { stream: (command) => pollStream(command.poll) }),
  handles(ballot, [CastVote], {
    stream: (command, { actor }) => `ballot-${command.poll}-${actor}`,
    context: (command, load) => ({ poll: load(poll, pollStream(command.poll)) }),
  }),
  handles(bylaw, [ForbidHandover, PermitHandover], { stream: () => 'bylaw-self' }),
  handles(parcel, [HandOver], {
    stream: (command) => `parcel-${command.parcel}`,
    context: (_, load) => ({ bylaw: load(bylaw, 'bylaw-self') }),
  }),
  handles(board, [PinNote], { stream: (command) => `board-${command.board}` }),
  handles(tally, [TallyPoll], {
    stream: (command) => `tally-${command.poll}`,
    // The ballots up to the close are a closed set: none is added to it any more.
    context: async (command, load) => {
      const state = load(poll, pollStream(command.poll));
      const votes = state.phase === 'closed' ? await load.closedSet(votesView, state.closedAt, ({ vote }) => vote.count({ poll: command.poll })) : 0;
      return { poll: state, votes };
    },
  }),
  handles(letter, [WriteLetter], { stream: (_, { newId }) => `letter-${newId()}` }),
];

const closing = process<PollEvent>()({
  name: 'village-closing',
  version: 1,
  opens: { PollOpened: (event) => ({ key: event.data.poll, due: event.data.closesAt }) },
  discharges: { PollClosed: (event) => event.data.poll },
  run: ({ key }) => owes<ClosePoll>('ClosePoll', { poll: key }),
});
const counting = process<PollEvent>()({
  name: 'village-counting',
  version: 1,
  opens: { PollClosed: (event) => ({ key: event.data.poll }) },
  discharges: { PollCounted: (event) => event.data.poll },
  run: ({ key }) => owes<CountPoll>('CountPoll', { poll: key }),
});
export const processes: readonly Process[] = [closing, counting];

/** A command instance with its body. */
export const make = <C extends object>(commandClass: new () => C, body: C): C => Object.assign(new commandClass(), body);
