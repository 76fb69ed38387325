// Inquiries answered in the asking thread, for logs in memory.
import type { EventLog, LogReader } from '../../src/event-log/index.ts';
import type { EventCatalogue } from '../../src/kernel/index.ts';
import { wholeLog, type Inquire } from '../../src/runtime/index.ts';

export const inquireIn = (log: EventLog & Pick<LogReader, 'readOf'>, catalogue: EventCatalogue): Inquire =>
  (inquiry, asked, asOf) => Promise.resolve(inquiry.answer(wholeLog(log, catalogue, asOf), asked));
