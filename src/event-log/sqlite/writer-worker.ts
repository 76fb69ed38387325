// The writer thread: everything that arrived while one commit was in flight is the next commit.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { readOperations, writeReply, type FromWriter, type Operation, type ToWriter } from './protocol.ts';
import { LogFileWriter } from './writer.ts';

/** Bounds a transaction: what arrived beyond it waits for the next. */
const GROUP_BOUND = 4096;
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;

const port = parentPort;
if (!port) throw new Error('the writer runs in a thread of its own');
const { file, namespace } = workerData as { file: string; namespace: string };
const writer = new LogFileWriter(file, namespace);
const tell = (message: FromWriter): void => port.postMessage(message);

let waiting: NodeJS.Timeout | undefined;

function retry(delay: number): void {
  waiting = setTimeout(() => {
    if (writer.recover()) {
      waiting = undefined;
      tell({ state: 'ok' });
    } else retry(Math.min(delay * 2, LAST_RETRY_MS));
  }, delay);
}

function group(first: readonly unknown[]): { operations: Operation[]; closing: boolean } {
  const operations = readOperations(first);
  while (operations.length < GROUP_BOUND) {
    const next = receiveMessageOnPort(port as NonNullable<typeof port>) as { message: ToWriter } | undefined;
    if (!next) break;
    if (next.message === 'close') return { operations, closing: true };
    operations.push(...readOperations(next.message));
  }
  return { operations, closing: false };
}

function write(operations: readonly Operation[]): void {
  const replies: unknown[] = [];
  for (const reply of writer.write(operations)) writeReply(replies, reply);
  const { trouble } = writer;
  if (trouble && !waiting) {
    tell({ state: 'unavailable', reason: trouble.reason });
    if (!trouble.lasting) retry(FIRST_RETRY_MS);
  }
  tell({ replies });
}

function close(): void {
  clearTimeout(waiting);
  writer.close();
  tell({ state: 'closed' });
  port?.close();
}

port.on('message', (message: ToWriter) => {
  if (message === 'close') return close();
  const { operations, closing } = group(message);
  write(operations);
  if (closing) close();
});
