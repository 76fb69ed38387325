// April to July: Oren's protocol, the data that turned its vote, what it stops from then on, and two votes that came to nothing.
import { actsFor, LIVING, MEMBERS, RAIDERS } from './cast.ts';
import { everyday, isFree, keep } from './everyday.ts';
import type { Lot, Script } from './script.ts';
import { adopt, ballot, count, ELECTORATE, propose, vote } from './voting.ts';

const LEAKED =
  'time,account,recipient,amount,memo\n2147-04-09T02:14:00Z,meridian-outreach,canvassers,4800,"every no counts"\n' +
  '2147-04-10T02:20:00Z,meridian-outreach,canvassers,5200,"tell them the looms will stop"\n';

function communityLot(s: Script, material: string): Lot {
  const lot = s.lots.find((one) => one.material === material && one.owner === 'community' && isFree(s, one));
  if (!lot) throw new Error(`no free lot of ${material}`);
  return lot;
}

export function sovereigntyVote(s: Script): void {
  s.on('2147-04-05T16:00:00Z');
  propose(s, {
    name: 'sovereignty',
    title: 'Waste Sovereignty',
    prose: 'What we have grown and spun stays with us: no party from outside may acquire living materials, as owner or as custodian.',
    measure: adopt('waste-sovereignty', { kind: 'untouchable', id: 'living-materials', materials: LIVING, parties: 'all-external', exceptions: [] }),
    proposer: 'oren',
    admittedBy: 'iva',
    opensAt: '2147-04-08T09:00:00Z',
    closesAt: '2147-04-14T12:00:00Z',
  });
  s.tell('April. Oren puts his Waste Sovereignty protocol to the vote. Meridian\'s canvassers are in every lane.');
  const latecomer = { name: 'latecomer', fullName: 'Ilya Brandvold' };
  s.member(latecomer.name, latecomer.fullName, 'kaito');
  s.on('2147-04-08T10:00:00Z');
  s.send('latecomer', 'PUT /proposals/{sovereignty}/ballot', { choice: 'yes' }, { expect: 'NotOnRoll' });
  const cast = vote(s, 'sovereignty', ELECTORATE.slice(4, 74), { yes: 34, no: 56 }, 6);
  s.on('2147-04-11T12:00:00Z');
  const atNoon = count(cast);
  s.send('zara', 'GET /proposals/{sovereignty}', undefined, { answer: { state: 'voting', counts: atNoon } });
  s.tell(`11 April, noon: ${atNoon.yes} yes, ${atNoon.no} no, ${atNoon.abstain} abstain.`);
  s.on('2147-04-11T18:00:00Z');
  s.send('iva', 'POST /evidence', undefined, { file: { type: 'text/plain', text: LEAKED }, save: { 'leaked-accounts': 'hash' } });
  s.tell('11 April, evening. Iva files Meridian\'s own accounts as evidence: the canvassers were paid for. Minds change.');
  for (const [i, [voter, choice]] of [...cast].entries()) {
    if (choice !== 'no' || i % 2 === 0) continue;
    ballot(s, 'sovereignty', voter, 'yes');
    cast.set(voter, 'yes');
    if (i % 8 === 1) s.pass(1);
  }
  for (const [voter, choice] of vote(s, 'sovereignty', [...ELECTORATE.slice(0, 4), ...ELECTORATE.slice(74, 108)], { yes: 88, no: 8 }, 5)) cast.set(voter, choice);
  const final = count(cast);
  offeredTooLate(s);
  s.on('2147-04-14T12:00:00Z');
  s.send(ELECTORATE[110], 'PUT /proposals/{sovereignty}/ballot', { choice: 'no' }, { expect: 'VotingNotOpen' });
  s.send(undefined, 'GET /protocols/waste-sovereignty', undefined, { answer: { proposal: '{sovereignty}', charterRevision: 2 } });
  s.send(undefined, 'GET /proposals/{sovereignty}', undefined, {
    answer: { state: 'enacted', outcome: 'passed', counts: final },
    tell: `14 April, noon: the polls close. ${final.yes} yes, ${final.no} no, ${final.abstain} abstain: Waste Sovereignty is in force.`,
  });
  s.pass(2);
  s.send('aurelia-agent', 'POST /lots/{promised}/offers/{promise}/acceptance', {}, {
    expect: 'DeniedByProtocol',
    tell: 'Aurelia comes for a lot that was offered while it was allowed: the acceptance is refused, and recorded.',
  });
  s.send(actsFor('community'), 'POST /lots/{promised}/offers/{promise}/withdrawal', undefined, { expect: 'NoSuchOffer' });
  s.send('iva', 'GET /transfers/{promise}', undefined, { answer: { state: 'lapsed', because: { protocol: 'waste-sovereignty', clauses: ['living-materials'] } } });
  s.send('iva', 'GET /grandfathered-holdings?protocol=waste-sovereignty', undefined, { save: { 'held-before': 'rows' } });
}

/** An offer from before the enactment, still open after it. */
function offeredTooLate(s: Script): void {
  const lot = s.lots.find(({ material, owner, custodian }) => material === 'biosilk' && owner === 'community' && custodian === 'community') ?? bring(s);
  keep(s, lot);
  const body = { to: '{aurelia}', passes: 'ownership-and-custody' };
  s.send(actsFor('community'), `POST /lots/{${lot.name}}/offers`, body, { save: { promise: 'id' } });
  s.send(actsFor('community'), `GET /lots/{${lot.name}}`, undefined, { save: { promised: 'key' } });
}

function bring(s: Script): Lot {
  const lot = communityLot(s, 'biosilk');
  s.passOn(lot, 'community', actsFor, 'custody', 'Common store');
  return lot;
}

export function firstRefusals(s: Script): void {
  s.on('2147-04-16T08:30:00Z');
  const silk = communityLot(s, 'biosilk');
  keep(s, silk);
  s.send('meridian-agent', 'POST /requests', { party: '{meridian}', lot: `{${silk.name}}`, purpose: 'Samples' }, {
    for: '{meridian}',
    expect: 'DeniedByProtocol',
    save: { 'first-refusal': 'details.attempt' },
    tell: 'Meridian asks for biosilk. The protocol refuses, and the defence log has its first entry under it.',
  });
  for (const { name, agent } of RAIDERS) {
    for (const code of LIVING) {
      s.pass(3);
      const lot = communityLot(s, code);
      s.send(agent, 'POST /requests', { party: `{${name}}`, lot: `{${lot.name}}`, purpose: 'Refining' }, { for: `{${name}}`, expect: 'DeniedByProtocol' });
    }
  }
  s.send('meridian-agent', 'POST /requests', { party: '{aurelia}', lot: `{${silk.name}}`, purpose: 'For a friend' }, { expect: 'MayNotRequest' });
}

export function summer(s: Script): void {
  s.on('2147-05-02T09:00:00Z');
  everyday(s, 220, 4);
  s.on('2147-06-01T08:00:00Z');
  propose(s, {
    name: 'night-shift', title: 'Night shifts at the Biolooms', prose: 'The Biolooms also run from ten to six.', measure: adopt('night-shifts'),
    proposer: MEMBERS[20]?.name as string, admittedBy: 'zara', opensAt: '2147-06-02T08:00:00Z', closesAt: '2147-06-09T20:00:00Z',
  });
  s.on('2147-06-02T09:00:00Z');
  const nights = vote(s, 'night-shift', ELECTORATE.slice(0, 64), { yes: 30, no: 58 }, 12);
  everyday(s, 60, 4);
  s.on('2147-06-09T20:00:00Z');
  s.send('iva', 'GET /proposals/{night-shift}', undefined, {
    answer: { state: 'failed', outcome: 'NotApproved', counts: count(nights) },
    tell: 'June. Night shifts at the Biolooms are voted down: people want to sleep.',
  });
  s.on('2147-06-20T08:00:00Z');
  propose(s, {
    name: 'anthem', title: 'An anthem', prose: 'The community has an anthem.', measure: { kind: 'resolution' },
    proposer: MEMBERS[33]?.name as string, admittedBy: 'oren', opensAt: '2147-06-21T08:00:00Z', closesAt: '2147-06-28T08:00:00Z',
  });
  s.on('2147-06-21T09:00:00Z');
  const anthem = vote(s, 'anthem', ELECTORATE.slice(30, 42), { yes: 60, no: 30 }, 8);
  s.on('2147-06-28T08:00:00Z');
  s.send('iva', 'GET /proposals/{anthem}', undefined, {
    answer: { state: 'failed', outcome: 'NoQuorum', counts: count(anthem) },
    tell: 'Twelve people care about an anthem: no quorum.',
  });
  s.on('2147-07-04T09:00:00Z');
  everyday(s, 160, 4);
  quietDeals(s);
}

/** Members who would sell outside on the quiet. */
function quietDeals(s: Script): void {
  const own = s.lots.filter((lot) => LIVING.includes(lot.material) && lot.owner === lot.custodian && MEMBERS.some(({ name }) => name === lot.owner)).slice(0, 6);
  for (const lot of own) {
    s.pass(5);
    s.send(lot.custodian, `POST /lots/{${lot.name}}/offers`, { to: `{${s.pick(RAIDERS).name}}`, passes: 'ownership-and-custody' }, { expect: 'DeniedByProtocol' });
  }
  if (own.length === 0) throw new Error('nobody owns living material');
  s.tell(`July. ${own.length} members offer living material to outsiders. The offers are denied, on record, and held apart from siphon attempts.`);
}
