// A resend storm: one command sent several times at once, to one service or to several replicas, some connections cut before the reply.
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { expect } from '@jest/globals';
import fc from 'fast-check';
import { call, type CallOptions, type Reply } from './town.ts';

/** One sending of a command. */
export interface Copy {
  /** Which of the services gets it. */
  readonly to: number;
  /** The connection is cut when the request is out. */
  readonly cut: boolean;
}

/** One to five copies each, of so many commands. */
export const stormsOf = (commands: number, replicas: number): fc.Arbitrary<Copy[][]> => {
  const copies = fc.array(fc.record({ to: fc.nat(replicas - 1), cut: fc.nat(3).map((n) => n === 0) }), { minLength: 1, maxLength: 5 });
  return fc.array(copies, { minLength: commands, maxLength: commands });
};

/** Runs once with random storms; a failure prints the seed that makes them again. */
export const inStorms = (commands: number, replicas: number, send: (storms: readonly (readonly Copy[])[]) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(stormsOf(commands, replicas), send), { numRuns: 1, endOnFailure: true });

/** Sends a request and cuts the connection without reading the reply. */
export function sendAndCut(url: string, method: string, path: string, { token, key, body }: CallOptions): Promise<void> {
  const { hostname, port } = new URL(url);
  const text = JSON.stringify(body ?? {});
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `${method} ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\nidempotency-key: ${key}\r\n` +
          `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
        () => {
          socket.destroy();
          resolve();
        },
      );
    });
    socket.on('error', () => resolve());
  });
}

/** All copies at once, and one more when they are done; gives the replies that were read. */
export async function storm(urls: readonly string[], method: string, path: string, token: string, body: object | undefined, copies: readonly Copy[]): Promise<Reply[]> {
  const options = { token, body, key: randomUUID() };
  const urlOf = ({ to }: Copy): string => urls[to] as string;
  const send = async (copy: Copy): Promise<Reply[]> => {
    if (!copy.cut) return [await call(urlOf(copy), method, path, options)];
    await sendAndCut(urlOf(copy), method, path, options);
    return [];
  };
  const replies = (await Promise.all(copies.map(send))).flat();
  return [...replies, await call(urlOf(copies[0] as Copy), method, path, options)];
}

/** `instance` names the request, not the refusal, so it alone may differ. */
export function expectEqualAnswers(replies: readonly Reply[]): void {
  const told = ({ status, body }: Reply): object => ({ status, body: { ...body, instance: undefined } });
  for (const reply of replies) expect(told(reply)).toEqual(told(replies[0] as Reply));
}

export function expectAccepted(replies: readonly Reply[]): void {
  expect(replies[0]).toMatchObject({ status: 200 });
  expectEqualAnswers(replies);
}
