// A first day without times, for any running service: from the founding to the first refused request, with a vote of a few seconds.
import { LIVING, MATERIALS, OUTSIDERS } from './cast.ts';
import { people } from './people.ts';
import { Script, type ActsFor } from './script.ts';
import { adopt } from './voting.ts';

const FRIENDS = people(7);
const [keeper] = FRIENDS.map(({ name }) => name) as [string];
const TERM = '{founded+365d}';

export function firstDay(): string {
  const s = new Script('2147-01-01T00:00:00Z', { timed: false, seed: 1 });
  s.comment('A first day, for a service without a community: biolithic play story/first-day.jsonl');
  s.founder('zara');
  const rules = { reading: { seconds: 0 }, voting: { seconds: 5 } };
  s.send('zara', 'POST /community', {
    name: 'Biolithic Estuary', timeZone: 'Atlantic/Azores', language: 'en', charterText: 'What we reclaim is ours to decide on.', founderName: 'Zara Okonkwo', founders: 3, rules,
  }, { save: { community: 'id', founded: 'time', 'oren-invitation': 'invitations.0.invitation', 'oren-code': 'invitations.0.code', 'iva-invitation': 'invitations.1.invitation', 'iva-code': 'invitations.1.code' } });
  s.accept('oren', 'Oren Blum');
  s.accept('iva', 'Iva Marín');
  for (const name of ['zara', 'oren', 'iva']) s.send(name, 'POST /charter/acceptance');
  s.tell('Zara, Oren and Iva have accepted the charter: the community is in force.');
  for (const [i, { name, fullName }] of FRIENDS.entries()) s.member(name, fullName, 'zara', i === 0 ? ['keeper'] : []);
  s.party('biolooms', 'facility', 'Hall of the Biolooms', 'zara', TERM, { name: keeper });
  const [meridian] = OUTSIDERS;
  if (!meridian) throw new Error('nobody is outside');
  s.party(meridian.name, meridian.kind, meridian.title, 'zara', TERM, { name: meridian.agent, fullName: meridian.agentName });
  for (const { code, name, productClass } of MATERIALS.filter((one) => LIVING.includes(one.code))) s.send(keeper, 'POST /materials', { material: code, name, productClass: productClass as string });
  const silk = s.lot(keeper, 'biosilk', '84.5', 'KGM', 'community', 'biolooms', 'Hall of the Biolooms', 'spun on the first day');
  const board = s.lot(keeper, 'mycelium-board', '120', 'H87', 'community', 'community', 'Common store', 'grown on the first day');
  const actsFor: ActsFor = (party) => (party === 'community' || party === 'biolooms' ? keeper : party === meridian.name ? meridian.agent : party);
  s.passOn(board, 'biolooms', actsFor, 'custody', 'Hall of the Biolooms');
  s.tell('Seven members, ten people in all; two lots on the books.');
  asks(s, meridian.agent, silk.name, { save: { early: 'id' } });
  s.send(keeper, 'POST /requests/{early}/refusal');
  s.tell('Meridian may ask for biosilk, and be told no.');

  s.send('oren', 'POST /proposals', {
    title: 'Waste Sovereignty', prose: 'What we have grown and spun stays with us.',
    measure: adopt('waste-sovereignty', { kind: 'untouchable', id: 'living-materials', materials: LIVING, parties: 'all-external', exceptions: [] }),
  }, { save: { sovereignty: 'id' } });
  s.send('oren', 'POST /proposals/{sovereignty}/submission');
  s.send('iva', 'POST /proposals/{sovereignty}/admission');
  s.send('iva', 'POST /proposals/{sovereignty}/freeze', {}, { tell: 'The vote on Waste Sovereignty is open for five seconds.' });
  const voters = ['zara', 'oren', 'iva', ...FRIENDS.map(({ name }) => name)];
  for (const [i, voter] of voters.entries()) {
    s.send(voter, 'PUT /proposals/{sovereignty}/ballot', { choice: i % 4 === 3 ? 'no' : 'yes' }, { within: 5 });
  }
  s.send('iva', 'GET /proposals/{sovereignty}', undefined, {
    within: 30,
    answer: { state: 'enacted', outcome: 'passed', counts: { yes: 8, no: 2, abstain: 0 } },
    tell: 'Eight to two: Waste Sovereignty is in force.',
  });
  asks(s, meridian.agent, silk.name, { expect: 'DeniedByProtocol', save: { refusal: 'details.attempt' } });
  s.send('iva', 'GET /refused-requests/{refusal}', undefined, {
    answer: { party: '{meridian}', clauses: [{ protocol: 'waste-sovereignty', clause: 'living-materials' }] },
    tell: 'Meridian asks again. The protocol refuses, and the defence log has it.',
  });
  return s.text();
}

const asks = (s: Script, agent: string, lot: string, rest: { readonly expect?: string; readonly save: Readonly<Record<string, string>> }): void =>
  s.send(agent, 'POST /requests', { party: '{meridian}', lot: `{${lot}}`, purpose: rest.expect ? 'Samples, again' : 'Samples' }, { for: '{meridian}', ...rest });
