// August to December: the sabotaged bioreactor, the emergency summit, the Post-Consumer Carnival under blockade, and the quiet after.
import { actsFor, FACILITIES, KEEPERS, LIVING, MEMBERS, OUTSIDERS, RAIDERS } from './cast.ts';
import { everyday, isFree, keep } from './everyday.ts';
import type { Script } from './script.ts';
import { secondHands } from './second-hands.ts';
import { adopt, ballot, count, ELECTORATE, propose, vote } from './voting.ts';
import { placeOf } from './winter.ts';

const TEMPERATURES = 'time,vessel,celsius\n2147-08-11T23:40:00Z,3,37.1\n2147-08-12T00:10:00Z,3,58.9\n2147-08-12T00:40:00Z,3,71.4\n';

export function sabotage(s: Script): void {
  s.on('2147-08-12T06:20:00Z');
  const reporter = actsFor('bioreactor-three');
  const witnesses = MEMBERS.slice(60, 64).map(({ name }) => name) as [string, string, string, string];
  s.send(reporter, 'POST /evidence', undefined, { file: { type: 'text/plain', text: TEMPERATURES }, save: { temperatures: 'hash' } });
  s.send(reporter, 'POST /evidence', undefined, { file: { type: 'text/plain', text: 'The lock of the heating cabinet is cut. Fresh filings on the floor.\n' }, save: { 'lock-note': 'hash' } });
  s.send(reporter, 'POST /sabotage', {
    facility: '{bioreactor-three}', statement: 'Somebody overrode the heating at night. The culture is dead.', evidence: ['{temperatures}', '{lock-note}'], occurredAt: '2147-08-12T00:10:00Z',
  }, { save: { overheating: 'id' }, tell: 'August. Bioreactor Three is found boiled. Its keeper reports sabotage, with the temperatures as evidence.' });
  s.send(reporter, 'POST /sabotage/{overheating}/corroborations', {}, { expect: 'OwnReport' });
  s.send(reporter, 'POST /sabotage', { facility: '{meridian}', statement: 'Them.', evidence: [] }, { expect: 'NotAFacility' });
  for (const [i, witness] of witnesses.slice(0, 3).entries()) {
    s.pass(4);
    s.send(witness, 'POST /sabotage/{overheating}/corroborations', i === 0 ? { statement: 'I saw a light in the cabinet room after midnight.' } : {});
  }
  s.send(witnesses[3], 'POST /sabotage/{overheating}/corroborations', {}, { expect: 'SabotageConfirmedAlready' });
  s.send('iva', 'GET /sabotage/{overheating}', undefined, {
    answer: { state: 'confirmed', corroborations: 3 },
    tell: 'Three others corroborate it: the sabotage is confirmed.',
  });
  everyday(s, 120, 4);
}

export function summit(s: Script): void {
  s.on('2147-09-01T16:00:00Z');
  propose(s, {
    name: 'blockade',
    title: 'Blockade',
    prose: 'Until the Carnival is over and counted, no material of any kind passes to a party from outside. Tidal Carriers, who carry for us, are free.',
    measure: adopt('blockade', { kind: 'untouchable', id: 'everything', materials: 'all', parties: 'all-external', exceptions: ['{tidal-carriers}'] }),
    proposer: 'zara',
    admittedBy: 'oren',
    opensAt: '2147-09-01T22:00:00Z',
    closesAt: '2147-09-12T06:00:00Z',
  });
  s.tell('September. Emergency summit: Zara moves a blockade, six hours to read, then the vote.');
  s.on('2147-09-01T22:00:00Z');
  const cast = vote(s, 'blockade', ELECTORATE.slice(0, 112), { yes: 72, no: 18 }, 5);
  const canopy = s.lot(KEEPERS[2] as string, 'biosilk', '312.5', 'KGM', 'community', 'biolooms', placeOf('biolooms'), 'spun in the Biolooms for the Carnival');
  keep(s, canopy);
  s.send('zara', `GET /lots/{${canopy.name}}`, undefined, { save: { canopy: 'key' } });
  s.on('2147-09-10T09:00:00Z');
  s.passOn(canopy, 'carnival-ground', actsFor, 'custody', placeOf('carnival-ground'));
  s.tell('10 September. The great canopy of biosilk goes up over the carnival ground.');
  s.on('2147-09-12T06:00:00Z');
  const final = count(cast);
  s.send(undefined, 'GET /proposals/{blockade}', undefined, {
    answer: { state: 'enacted', outcome: 'passed', counts: final },
    tell: `12 September, six in the morning: ${final.yes} yes, ${final.no} no. The blockade stands.`,
  });
  s.pass(1);
  s.passOn(canopy, 'mycelial-network', actsFor, 'custody', 'Mycelial Network, node 7');
  s.tell('Kaito takes the canopy down into the mycelial network before anybody can ask for it.');
}

export function carnival(s: Script): void {
  let attempts = 0;
  for (let day = 14; day <= 20; day++) {
    s.on(`2147-09-${day}T10:00:00Z`);
    everyday(s, 28, 7);
    for (let i = 0; i < 21; i++) {
      if (i % 7 === 6) s.pass(1);
      const raider = s.pick(RAIDERS);
      const lot = s.pick(s.lots.filter((one) => isFree(s, one)));
      s.send(raider.agent, 'POST /requests', { party: `{${raider.name}}`, lot: `{${lot.name}}`, purpose: s.pick(['Urgent order', 'Health inspection', 'Recall', 'Debt service']) }, {
        for: `{${raider.name}}`,
        expect: 'DeniedByProtocol',
        ...(attempts === 70 ? { save: { 'carnival-refusal': 'details.attempt' } } : {}),
      });
      attempts += 1;
    }
    if (day === 17) carried(s);
  }
  s.send('zara', 'GET /lots/{canopy}', undefined, { answer: { custodian: '{mycelial-network}', owner: '{community}' } });
  s.tell(`The Post-Consumer Carnival: seven days, ${attempts} requests from four outsiders, all refused and recorded. The canopy is where Kaito put it.`);
}

/** Tidal Carriers are free of the blockade, but not of Waste Sovereignty. */
function carried(s: Script): void {
  const glass = s.lots.find((lot) => lot.material === 'glass-cullet' && lot.owner === 'community' && isFree(s, lot));
  const silk = s.lots.find((lot) => lot.material === 'biosilk' && lot.owner === 'community' && isFree(s, lot));
  if (!glass || !silk) throw new Error('nothing to carry');
  s.passOn(glass, 'tidal-carriers', actsFor, 'custody', 'On the water');
  s.pass(2);
  s.passOn(glass, 'bioreactor-three', actsFor, 'custody', placeOf('bioreactor-three'));
  s.send(actsFor(silk.custodian), `POST /lots/{${silk.name}}/offers`, { to: '{tidal-carriers}', passes: 'custody' }, { expect: 'DeniedByProtocol' });
}

/** Two rewrite the same protocol at once: one is enacted, the other is written anew and passes in a vote of its own. */
function secondThoughts(s: Script): void {
  const untouchable = (materials: readonly string[], exceptions: readonly string[] = []) =>
    adopt('waste-sovereignty', { kind: 'untouchable', id: 'living-materials', materials, parties: 'all-external', exceptions });
  const times = { opensAt: '2147-10-29T08:00:00Z', closesAt: '2147-11-05T08:00:00Z' };
  const wider = [...LIVING, 'glass-cullet'];
  s.on('2147-10-28T08:00:00Z');
  propose(s, { name: 'glass-too', title: 'Waste Sovereignty, glass included', prose: 'Glass stays with us as well.', measure: untouchable(wider), proposer: 'oren', admittedBy: 'iva', ...times });
  propose(s, { name: 'carriers', title: 'Waste Sovereignty, carriers excepted', prose: 'Tidal Carriers may carry what lives.', measure: untouchable(LIVING, ['{tidal-carriers}']), proposer: 'kaito', admittedBy: 'oren', ...times });
  s.on('2147-10-29T09:00:00Z');
  for (const name of ['glass-too', 'carriers']) vote(s, name, ELECTORATE.slice(0, 60), { yes: 75, no: 15 }, 6);
  s.on('2147-11-05T08:00:00Z');
  s.send('iva', 'GET /proposals/{glass-too}', undefined, { answer: { state: 'enacted' } });
  s.send('iva', 'GET /proposals/{carriers}', undefined, {
    answer: { state: 'needs-rebase', touched: 'protocol waste-sovereignty' },
    tell: 'November. Two rewrite Waste Sovereignty at once, and both pass. One is enacted; the other would have undone it unseen, and needs a new text.',
  });
  s.send('kaito', 'POST /proposals/{carriers}/rebase', { title: 'Waste Sovereignty, carriers excepted', prose: 'Tidal Carriers may carry what lives, and glass.', measure: untouchable(wider, ['{tidal-carriers}']) });
  s.send('oren', 'POST /proposals/{carriers}/freeze', { opensAt: '2147-11-06T08:00:00Z', closesAt: '2147-11-12T08:00:00Z' });
  s.on('2147-11-06T09:00:00Z');
  const again = vote(s, 'carriers', ELECTORATE.slice(0, 60), { yes: 70, no: 20 }, 6);
  s.on('2147-11-12T08:00:00Z');
  s.send('iva', 'GET /proposals/{carriers}', undefined, {
    answer: { state: 'enacted', round: 2, counts: count(again) },
    tell: 'Kaito writes his anew, with the glass in it, and the second vote carries it.',
  });
}

/** What was decided for an emergency ends by a decision; and the rules are made for quieter times. */
function lifting(s: Script): void {
  const times = { opensAt: '2147-12-02T08:00:00Z', closesAt: '2147-12-09T08:00:00Z' };
  s.on('2147-12-01T08:00:00Z');
  propose(s, { name: 'lifting', title: 'The blockade is lifted', prose: 'The Carnival is over and counted.', measure: { kind: 'repeal-protocol', protocol: 'blockade' }, proposer: 'oren', admittedBy: 'zara', ...times });
  propose(s, { name: 'slower', title: 'A day to read', prose: 'Six hours were for the emergency.', measure: { kind: 'change-rules', rules: { reading: { days: 1 } } }, proposer: 'iva', admittedBy: 'zara', ...times });
  propose(s, { name: 'thanks', title: 'Thanks to the mycelial network', prose: 'The community thanks Kaito and the network.', measure: { kind: 'resolution' }, proposer: 'oren', admittedBy: 'zara', ...times });
  s.on('2147-12-02T09:00:00Z');
  vote(s, 'lifting', ELECTORATE.slice(0, 70), { yes: 80, no: 10 }, 5);
  vote(s, 'slower', ELECTORATE.slice(0, 80), { yes: 85, no: 10 }, 5);
  vote(s, 'thanks', ELECTORATE.slice(0, 50), { yes: 90, no: 2 }, 5);
  s.on('2147-12-09T08:00:00Z');
  s.send('iva', 'GET /proposals/{lifting}', undefined, { answer: { state: 'enacted', decisionClass: 'ordinary' } });
  s.send('iva', 'GET /proposals/{slower}', undefined, {
    answer: { state: 'enacted', decisionClass: 'charter' },
    tell: 'December. The blockade is repealed by the same people who put it up, and the reading time is set back to a day, by two thirds.',
  });
  s.send(undefined, 'GET /community', undefined, { answer: { rules: { reading: { days: 1 } } } });
  closeCall(s);
  s.send(undefined, 'GET /resolutions', undefined, { answer: { rows: [{ title: 'Thanks to the mycelial network' }] } });
}

/** A protocol for the days of frost: nobody has to end it. */
function frost(s: Script): void {
  s.on('2147-11-13T08:00:00Z');
  propose(s, {
    name: 'frost', title: 'Frost days', prose: 'While it freezes, board stays where it keeps somebody warm.', proposer: 'kaito', admittedBy: 'iva',
    measure: { ...(adopt('frost-days', { kind: 'untouchable', id: 'warmth', materials: ['mycelium-board'], parties: 'all-external', exceptions: [] }) as object), until: '2147-12-15T00:00:00Z' },
    opensAt: '2147-11-13T15:00:00Z', closesAt: '2147-11-14T16:00:00Z',
  });
  s.on('2147-11-13T15:30:00Z');
  vote(s, 'frost', ELECTORATE.slice(0, 60), { yes: 85, no: 5 }, 1);
  s.on('2147-11-14T16:00:00Z');
  s.send(undefined, 'GET /protocols/frost-days', undefined, { answer: { until: '2147-12-15T00:00:00.000Z' }, tell: 'Frost days: a protocol for a month, that ends by itself.' });
}

/** A vote that is turned in its last hours goes on, and those who were asleep answer. */
function closeCall(s: Script): void {
  s.on('2147-12-10T08:00:00Z');
  propose(s, {
    name: 'lanterns', title: 'Lanterns on the dykes', prose: 'Every dyke has a lantern, paid in common.', measure: { kind: 'resolution' }, proposer: 'kaito', admittedBy: 'iva',
    opensAt: '2147-12-11T20:00:00Z', closesAt: '2147-12-12T20:00:00Z',
  });
  s.on('2147-12-11T20:30:00Z');
  const [against, supporters, late] = [ELECTORATE.slice(0, 26), ELECTORATE.slice(26, 48), ELECTORATE.slice(48, 56)];
  for (const voter of against) ballot(s, 'lanterns', voter, 'no');
  for (const voter of supporters) ballot(s, 'lanterns', voter, 'yes');
  s.on('2147-12-12T19:30:00Z');
  for (const voter of late.slice(0, 5)) ballot(s, 'lanterns', voter, 'yes');
  s.on('2147-12-12T20:00:00Z');
  s.send('iva', 'GET /proposals/{lanterns}', undefined, {
    answer: { state: 'voting', extended: 'LateSwing', counts: { yes: 27, no: 26, abstain: 0 }, closesAt: '2147-12-12T22:24:00.000Z' },
    tell: 'Lanterns on the dykes: five voters turn it in the last half hour. The vote goes on for as long as a swing would have been late.',
  });
  for (const voter of late.slice(5)) ballot(s, 'lanterns', voter, 'no');
  s.on('2147-12-12T22:24:00Z');
  s.send('iva', 'GET /proposals/{lanterns}', undefined, {
    answer: { state: 'failed', outcome: 'NotApproved', certificate: { extended: 'LateSwing', yes: 27, no: 29 } },
    tell: 'Three more had slept, and say no: 27 to 29.',
  });
}

export function yearsEnd(s: Script): void {
  s.on('2147-10-05T08:00:00Z');
  everyday(s, 180, 3);
  secondThoughts(s);
  frost(s);
  s.on('2147-11-14T18:00:00Z');
  everyday(s, 140, 3);
  for (const { name, agent } of OUTSIDERS.slice(0, 4)) {
    const lot = s.pick(s.lots.filter((one) => isFree(s, one) && one.owner === 'community'));
    s.send(agent, 'POST /requests', { party: `{${name}}`, lot: `{${lot.name}}`, purpose: 'One last try' }, { for: `{${name}}`, expect: 'DeniedByProtocol' });
  }
  lifting(s);
  secondHands(s);
  s.on('2147-12-20T17:00:00Z');
  s.send(undefined, 'GET /protocols/frost-days', undefined, { expect: 'NotFound', tell: 'The frost is over, and so is its protocol.' });
  const held = new Map<string, number>();
  for (const { custodian } of s.lots) held.set(custodian, (held.get(custodian) ?? 0) + 1);
  for (const { name } of FACILITIES) {
    s.send('iva', `GET /lots?custodian={${name}}&limit=1`, undefined, (held.get(name) ?? 0) > 0 ? { answer: { rows: [{ custodian: `{${name}}` }] } } : {});
  }
  s.send(undefined, 'GET /protocols', undefined, { save: { 'protocols-at-the-end': 'rows' } });
  s.tell('Iva closes the chronicle of 2147: everything in it can be asked again, as of any day.');
}
