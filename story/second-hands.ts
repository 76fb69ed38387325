// December: a protocol that nobody passes copper on alone, the night on which it stood in the way, and the guardian who said so.
import { actsFor, KEEPERS, MEMBERS } from './cast.ts';
import { isFree, keep } from './everyday.ts';
import type { Lot, Script } from './script.ts';
import { adopt, ELECTORATE, propose, vote } from './voting.ts';

export function secondHands(s: Script): void {
  s.on('2147-12-13T08:00:00Z');
  propose(s, {
    name: 'second-hands', title: 'Second hands', prose: 'Copper has gone missing twice. Nobody passes it on alone: another keeper has to confirm it.', proposer: 'iva', admittedBy: 'zara',
    measure: adopt('second-hands', { kind: 'two-person', id: 'copper', materials: ['copper-scrap'], second: 'keeper' }),
    opensAt: '2147-12-14T09:00:00Z', closesAt: '2147-12-15T10:00:00Z',
  });
  s.on('2147-12-14T10:00:00Z');
  vote(s, 'second-hands', ELECTORATE.slice(0, 70), { yes: 80, no: 10 }, 1);
  s.on('2147-12-15T10:00:00Z');
  s.send(undefined, 'GET /protocols/second-hands', undefined, { answer: { suspended: [] } });

  const copper = copperOf(s);
  const [taker, other, confirming, guardian] = [MEMBERS[40], MEMBERS[41], MEMBERS[5], MEMBERS[12]].map((one) => one?.name ?? '') as [string, string, string, string];
  const from = actsFor(copper.custodian);
  const first = s.offer(copper, taker, from, 'custody');
  const at = (transfer: string) => `POST /lots/{${copper.name}}/offers/{${transfer}}`;
  s.send(taker, `${at(first)}/acceptance`, {}, { expect: 'DeniedByProtocol', tell: 'Second hands: one member alone comes for a lot of copper, and is sent back to bring a keeper.' });
  s.send(from, `${at(first)}/confirmation`, undefined, { expect: 'OwnOffer' });
  s.send(confirming, `${at(first)}/confirmation`);
  s.take(copper, first, taker, taker, 'custody');

  s.on('2147-12-16T23:00:00Z');
  s.send(taker, 'POST /protocols/second-hands/clauses/copper/suspension', { ground: 'endangers-people' }, { expect: 'GuardianRequired' });
  s.send(guardian, 'POST /protocols/second-hands/clauses/copper/suspension', { ground: 'endangers-people', until: '2147-12-17T11:00:00Z' }, {
    tell: 'Flood at night: the copper stands in the water, and no keeper is awake. A guardian suspends the clause for twelve hours.',
  });
  s.send(undefined, 'GET /protocols/second-hands', undefined, { answer: { suspended: [{ clause: 'copper', ground: 'endangers-people' }] } });
  const second = s.offer(copper, other, taker, 'custody');
  s.take(copper, second, other, other, 'custody', 'On the dyke');

  s.on('2147-12-17T11:00:00Z');
  s.send(undefined, 'GET /protocols/second-hands', undefined, { answer: { suspended: [] } });
  const back = s.offer(copper, 'community', other, 'custody');
  s.send(actsFor('community'), `${at(back)}/acceptance`, {}, { expect: 'DeniedByProtocol', tell: 'At eleven in the morning the clause binds again, by itself; and it cannot be suspended twice.' });
  s.send(guardian, 'POST /protocols/second-hands/clauses/copper/suspension', { ground: 'endangers-people' }, { expect: 'SuspendedBefore' });
  s.send(confirming, `${at(back)}/confirmation`);
  s.take(copper, back, 'community', actsFor('community'), 'custody', 'Common store');
}

function copperOf(s: Script): Lot {
  const lot = s.lots.find((one) => one.material === 'copper-scrap' && isFree(s, one) && !KEEPERS.includes(actsFor(one.custodian)));
  if (!lot) throw new Error('there is no copper');
  keep(s, lot);
  return lot;
}
