// Inquiry worker: answers one inquiry from the log's file, and ends.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { LogError, openLogReader } from '../../event-log/index.ts';
import { Rejection, type EventCatalogue, type RejectionJson } from '../../kernel/index.ts';
import { isSqliteError } from '../views/view-writer.ts';
import { wholeLog, type Inquiry } from './inquiry.ts';

export interface InquiryWorkerData {
  readonly logFile: string;
  /** Module that exports `InquiryRegistry`. */
  readonly registryUrl: string;
  readonly inquiry: string;
  readonly asked: unknown;
  readonly asOf: number;
}

export interface InquiryRegistry {
  readonly catalogue: EventCatalogue;
  readonly inquiries: readonly Inquiry[];
}

/** 'unreadable': what the log's file has to do with it. */
export type FromInquiry = { readonly answer: unknown } | { readonly rejection: RejectionJson } | { readonly unreadable: string };

const port = parentPort as MessagePort;
const { logFile, registryUrl, inquiry: name, asked, asOf } = workerData as InquiryWorkerData;
const { catalogue, inquiries } = (await import(registryUrl)) as InquiryRegistry;
const inquiry = inquiries.find((one) => one.name === name);
if (!inquiry) throw new Error(`there is no inquiry ${name}`);
const tell = (message: FromInquiry): void => port.postMessage(message);
try {
  const log = openLogReader(logFile);
  try {
    tell({ answer: inquiry.answer(wholeLog(log, catalogue, asOf), asked as never) });
  } finally {
    log.close();
  }
} catch (error) {
  // Errors lose their class on the way to another thread.
  if (error instanceof Rejection) tell({ rejection: error.toJSON() });
  else if (error instanceof LogError || isSqliteError(error)) tell({ unreadable: error.message });
  else throw error;
}
