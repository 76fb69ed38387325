// A registry with inquiries of a village: loaded by their threads.
import { defineRejections, describeEvents, EventCatalogue, type Event, type Recorded } from '../../src/kernel/index.ts';
import type { Inquiry } from '../../src/runtime/index.ts';

type NoteEvent = Event<'Noted', { readonly n: number }>;

export const catalogue = new EventCatalogue([describeEvents<NoteEvent>({ Noted: { wire: 'village.noted.v1', visibility: 'public' } })]);
export const noted = (n: number) => catalogue.encode({ type: 'Noted', data: { n } });

const rejections = defineRejections({ NothingToTell: [409, 'there is nothing to tell', 'What is not known is not told.'] });

const count = { name: 'count', initial: 0, evolve: (state: number, { data }: Recorded<NoteEvent>) => (data.n >= 0 ? state + 1 : state) };

interface Span {
  readonly after: number;
  readonly upTo: number;
  readonly stream: string;
}

export const counting: Inquiry<Span, { notes: number; ofStream: number; sum: number }> = {
  name: 'counting',
  answer(log, { after, upTo, stream }) {
    const events = [...log.events<NoteEvent>(['Noted'], after, upTo)];
    return { notes: events.length, ofStream: log.fold(count, stream), sum: events.reduce((sum, { data }) => sum + data.n, 0) };
  },
};

export const refusing: Inquiry<object, never> = {
  name: 'refusing',
  answer() {
    throw rejections.NothingToTell({ why: 'silence' });
  },
};

export const breaking: Inquiry<object, never> = {
  name: 'breaking',
  answer() {
    throw new Error('a bug');
  },
};

export const waiting: Inquiry<{ readonly ms: number; readonly n?: number }, string> = {
  name: 'waiting',
  answer(_, { ms }) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    return 'waited';
  },
};

export const inquiries = [counting, refusing, breaking, waiting] as readonly Inquiry[];
