// The everyday: lots pass between members, facilities and the common store; some offers are declined, withdrawn or lapse.
import { actsFor, FACILITIES, MEMBERS, OUTSIDERS } from './cast.ts';
import { placeOf } from './winter.ts';
import type { Lot, Script } from './script.ts';

const OUTSIDE = new Set(OUTSIDERS.map(({ name }) => name));

/** Lots that the story itself needs where they are. */
const kept = new WeakMap<Script, Set<Lot>>();

export function keep(s: Script, lot: Lot): void {
  kept.set(s, (kept.get(s) ?? new Set()).add(lot));
}

export const isFree = (s: Script, lot: Lot): boolean => !OUTSIDE.has(lot.custodian) && !OUTSIDE.has(lot.owner) && !(kept.get(s)?.has(lot) ?? false);

/** `count` transfers within the community, so many to the hour. */
export function everyday(s: Script, count: number, perHour: number): void {
  for (let i = 0; i < count; i++) {
    if (i % perHour === 0) s.pass(1);
    const lot = anyOf(s);
    const to = receiver(s, lot);
    const passes = lot.owner === lot.custodian && s.roll(3) === 0 ? 'ownership-and-custody' : 'custody';
    const fate = s.roll(40);
    const from = actsFor(lot.custodian);
    if (fate === 0) {
      const transfer = s.offer(lot, to, from, passes);
      s.send(actsFor(to), `POST /lots/{${lot.name}}/offers/{${transfer}}/refusal`);
    } else if (fate === 1) {
      const transfer = s.offer(lot, to, from, passes);
      s.send(from, `POST /lots/{${lot.name}}/offers/{${transfer}}/withdrawal`);
    } else if (fate === 2) {
      const ends = new Date(Date.parse(s.instant) + 1_800_000).toISOString();
      const transfer = s.offer(lot, to, from, passes, { expiresAt: ends });
      s.pass(1);
      s.send(actsFor(to), `POST /lots/{${lot.name}}/offers/{${transfer}}/acceptance`, {}, { expect: 'NoSuchOffer' });
    } else {
      s.passOn(lot, to, actsFor, passes, placeOf(to));
    }
  }
}

function anyOf(s: Script): Lot {
  for (;;) {
    const lot = s.pick(s.lots);
    if (isFree(s, lot)) return lot;
  }
}

function receiver(s: Script, lot: Lot): string {
  for (;;) {
    const kind = s.roll(10);
    const to = kind === 0 ? 'community' : kind <= 3 ? s.pick(FACILITIES).name : s.pick(MEMBERS).name;
    if (to !== lot.custodian) return to;
  }
}
