// January to March: the founding, the members, the places, the catalogue, the first lots, and trade with everybody.
import { actsFor, FACILITIES, FOUNDERS, KEEPERS, MATERIALS, MEMBERS, OUTSIDERS, ROLES, STEWARDS } from './cast.ts';
import { everyday } from './everyday.ts';
import type { Script } from './script.ts';
import { adopt } from './voting.ts';

const CHARTER =
  'We live from what was thrown away. What we reclaim is ours in common until we say otherwise, by votes that anybody can recount. ' +
  'Nothing leaves our hands but by our own decision, and every decision stays readable.';

const TERM = '2148-03-31T00:00:00.000Z';

export function founding(s: Script): void {
  s.on('2147-01-05T08:00:00Z');
  s.tell('January 2147. Zara founds a community on the drained estuary, with Oren, Iva and Kaito.');
  s.founder('zara');
  const rules = {
    reading: { hours: 6 },
    voting: { hours: 24 },
    membershipBeforeFreeze: { days: 7 },
    invitation: { days: 30 },
    token: { days: 365 },
    corroborations: 3,
  };
  const invited = FOUNDERS.slice(1);
  s.send('zara', 'POST /community', { name: 'Biolithic Estuary', timeZone: 'Atlantic/Azores', language: 'en', charterText: CHARTER, founderName: 'Zara Okonkwo', founders: 4, rules }, {
    save: {
      community: 'id',
      ...Object.fromEntries(
        invited.flatMap(({ name }, i) => [
          [`${name}-invitation`, `invitations.${i}.invitation`],
          [`${name}-code`, `invitations.${i}.code`],
        ]),
      ),
    },
  });
  for (const { name, fullName } of invited) {
    s.pass(5);
    s.accept(name, fullName);
  }
  s.send('zara', 'POST /proposals', { title: 'Too early', prose: 'Nobody can decide yet.', measure: adopt('too-early') }, { expect: 'CommunityNotInForce' });
  for (const { name } of FOUNDERS) s.send(name, 'POST /charter/acceptance');
  s.send(undefined, 'GET /community', undefined, { answer: { name: 'Biolithic Estuary', status: 'in-force' }, tell: 'All four have accepted the charter: the community is in force.' });
}

export function members(s: Script): void {
  const waves = [
    { on: '2147-01-12T09:00:00Z', from: 0, to: 40 },
    { on: '2147-02-02T09:00:00Z', from: 40, to: 90 },
    { on: '2147-02-16T09:00:00Z', from: 90, to: 120 },
  ];
  for (const { on, from, to } of waves) {
    s.on(on);
    for (const [i, { name, fullName }] of MEMBERS.slice(from, to).entries()) {
      s.member(name, fullName, STEWARDS[i % STEWARDS.length] as string, ROLES[from + i]);
      if (i % 5 === 4) s.pass(2);
    }
    s.tell(`${to} people have joined, each by a steward's invitation and an admission on record.`);
  }
  const [late] = MEMBERS;
  s.send(undefined, `POST /invitations/{${late?.name}-invitation}/acceptance`, { code: `{${late?.name}-code}`, name: 'Somebody Else' }, { expect: 'InvitationSpent' });
}

export function places(s: Script): void {
  s.on('2147-02-20T10:00:00Z');
  for (const { name, title, by } of FACILITIES) s.party(name, 'facility', title, 'zara', TERM, { name: by });
  for (const { name, kind, title, agent, agentName } of OUTSIDERS) s.party(name, kind, title, 'oren', TERM, { name: agent, fullName: agentName });
  for (const { code, name, wasteCode, productClass } of MATERIALS) {
    s.send(KEEPERS[0], 'POST /materials', { material: code, name, ...(wasteCode === undefined ? {} : { wasteCode }), ...(productClass === undefined ? {} : { productClass }) });
  }
  s.tell('The Biovivarium, the Biolooms, Kaito\'s mycelial network, Bioreactor Three and the carnival ground are on the books; so are five parties from outside.');
}

const SOURCES = ['the estuary\'s dredge', 'door-to-door collection', 'the old arcology\'s shafts', 'storm wrack', 'the repair cafés', 'a dissolved warehouse'];

export function intake(s: Script): void {
  s.on('2147-02-23T07:00:00Z');
  for (let i = 0; i < 360; i++) {
    const material = MATERIALS[i % MATERIALS.length] ?? MATERIALS[0];
    if (!material) continue;
    const holder = i % 3 === 0 ? 'community' : i % 3 === 1 ? s.pick(FACILITIES).name : s.pick(MEMBERS).name;
    const owner = i % 3 === 2 && s.roll(2) === 0 ? holder : 'community';
    const whole = 1 + s.roll(material.most);
    const amount = material.unit === 'H87' ? String(whole) : `${whole}.${1 + s.roll(9)}`;
    s.lot(KEEPERS[i % KEEPERS.length] as string, material.code, amount, material.unit, owner, holder, placeOf(holder), s.pick(SOURCES));
    if (i % 12 === 11) s.pass(3);
  }
  s.send(KEEPERS[1], 'POST /lots', {
    material: 'unobtainium', quantity: { amount: '1', unit: 'KGM' }, method: 'weighed', owner: '{community}', custodian: '{community}', location: 'nowhere', provenance: 'a rumour', model: 'segregated',
  }, { expect: 'NotInTheCatalogue' });
  s.tell('360 lots are weighed, counted and owned by somebody.');
}

export const placeOf = (holder: string): string =>
  FACILITIES.find(({ name }) => name === holder)?.title ?? OUTSIDERS.find(({ name }) => name === holder)?.title ?? (holder === 'community' ? 'Common store' : 'Own shed');

/** Before any protocol, outsiders ask and get. */
export function openTrade(s: Script): void {
  s.on('2147-03-05T09:00:00Z');
  everyday(s, 120, 4);
  for (const [i, { name, agent }] of [...OUTSIDERS.slice(0, 4), ...OUTSIDERS.slice(0, 4)].entries()) {
    const lot = s.lots.find(({ owner, custodian, material }) => owner === 'community' && custodian === 'community' && material !== 'biosilk');
    if (!lot) throw new Error('the common store is empty');
    s.send(agent, 'POST /requests', { party: `{${name}}`, lot: `{${lot.name}}`, purpose: 'Resale' }, { for: `{${name}}`, save: { [`request-${i}`]: 'id' } });
    s.pass(2);
    const transfer = s.offer(lot, name, actsFor('community'), 'ownership-and-custody', { request: `request-${i}` });
    s.pass(2);
    s.take(lot, transfer, name, agent, 'ownership-and-custody', placeOf(name));
  }
  everyday(s, 60, 4);
  s.tell('March. Outsiders ask for material, and get it: nothing forbids it yet. Eight lots are gone.');
}
