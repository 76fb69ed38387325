// July: votes can be delegated; then a choice between several ways, ranked by everybody who is there, counted once more by those who lost.
import { MEMBERS } from './cast.ts';
import type { Script } from './script.ts';
import { adopt, ELECTORATE, propose } from './voting.ts';

/** Three camps, each with a way of its own; what they have in common decides. */
const CAMPS: readonly (readonly [voters: number, choice: string])[] = [
  [34, 'looms>commons>status-quo'],
  [31, 'nursery>commons>status-quo>looms'],
  [14, 'commons=nursery>looms'],
  [9, 'status-quo>commons'],
  [4, 'abstain'],
];

/** Half the community sails in summer: from now on a vote can be left with somebody who stays. */
function delegates(s: Script): void {
  s.on('2147-07-08T08:00:00Z');
  propose(s, {
    name: 'delegates', title: 'Delegates', prose: 'Who is away can leave the own vote with somebody who is here; nobody carries more than twenty.',
    measure: { kind: 'change-rules', rules: { delegation: { allowed: true, topics: ['building', 'trade'], cap: 20 } } },
    proposer: 'kaito', admittedBy: 'oren', opensAt: '2147-07-09T08:00:00Z', closesAt: '2147-07-13T08:00:00Z',
  });
  s.on('2147-07-09T09:00:00Z');
  for (const voter of ELECTORATE.slice(0, 80)) s.send(voter, 'PUT /proposals/{delegates}/ballot', { choice: 'yes' });
  s.on('2147-07-13T08:00:00Z');
  s.send(undefined, 'GET /proposals/{delegates}', undefined, { answer: { state: 'enacted', decisionClass: 'charter' }, tell: 'July. From now on a vote can be left with somebody who stays.' });
}

export function filterHall(s: Script): void {
  delegates(s);
  s.on('2147-07-18T08:00:00Z');
  const words = (title: string, prose: string) => ({ title, prose });
  propose(s, {
    name: 'filter-hall',
    title: 'The old filter hall',
    topic: 'building',
    prose: 'It stands empty. What becomes of it?',
    measure: {
      kind: 'choose-one',
      method: 'ranked',
      options: [
        { option: 'looms', ...words('More looms', 'Biolooms from wall to wall.'), measure: { kind: 'resolution' } },
        { option: 'nursery', ...words('A nursery', 'For children, and for moss.'), measure: { kind: 'resolution' } },
        { option: 'commons', ...words('A commons', 'Open to everybody, looms by the wall, moss on the roof.'), measure: adopt('filter-hall-commons') },
      ],
    },
    proposer: MEMBERS[7]?.name as string,
    admittedBy: 'oren',
    opensAt: '2147-07-19T08:00:00Z',
    closesAt: '2147-07-26T08:00:00Z',
  });
  s.tell('July. Looms, a nursery or a commons: the old filter hall is put to a ranked vote.');
  s.on('2147-07-19T09:00:00Z');
  s.send(ELECTORATE[3], 'PUT /proposals/{filter-hall}/ballot', { choice: 'yes' }, { expect: 'InvalidChoice' });
  let next = 0;
  for (const [voters, choice] of CAMPS) {
    for (const voter of ELECTORATE.slice(next, next + voters)) s.send(voter, 'PUT /proposals/{filter-hall}/ballot', { choice });
    next += voters;
    s.pass(20);
  }
  awayAtSea(s);
  s.on('2147-07-26T08:00:00Z');
  s.send(undefined, 'GET /proposals/{filter-hall}', undefined, {
    answer: {
      state: 'enacted', outcome: 'passed', elected: 'commons', counts: { marked: 89, abstain: 4 },
      certificate: { ballots: 97, delegation: { delegates: 1, carried: 8 }, election: { order: [['commons'], ['nursery'], ['looms'], ['status-quo']], eligible: ['looms', 'nursery', 'commons'] } },
    },
    tell: 'Most would have put looms first, but more prefer the commons to looms, and more prefer it to the nursery: the commons is elected.',
  });
  s.send(undefined, 'GET /protocols/filter-hall-commons', undefined, { answer: { proposal: '{filter-hall}' } });
  s.send(ELECTORATE[0], 'GET /proposals/{filter-hall}/recount?method=approval', undefined, {
    answer: { agrees: true, otherwise: { outcome: 'passed', election: { elected: 'commons' } } },
    tell: 'Those of the looms have it recounted from the log, and also by approval: it comes to the same.',
  });
}

/** Nine leave their votes with somebody who stays, one of them by way of another; the last one is back in time, and votes after all. */
function awayAtSea(s: Script): void {
  const stays = ELECTORATE[70] as string;
  const [first, ...others] = ELECTORATE.slice(100, 109) as [string, ...string[]];
  const back = others.at(-1) as string;
  s.send(first, 'PUT /delegations/all', { to: `{${stays}}` });
  s.send(others[0] as string, 'PUT /delegations/topic.building', { to: `{${first}}`, named: true });
  for (const sailor of others.slice(1)) s.send(sailor, 'PUT /delegations/all', { to: `{${stays}}` });
  s.send(others[0] as string, 'GET /proposals/{filter-hall}/delegation', undefined, { answer: { standing: 'carried' } });
  s.send(back, 'PUT /proposals/{filter-hall}/ballot', { choice: 'nursery' });
}
