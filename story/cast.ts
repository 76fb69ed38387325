// Who and what the story is about: names of the play file for people, places and outsiders.
import { people, type Person } from './people.ts';
import type { ActsFor } from './script.ts';

export const FOUNDERS: readonly Person[] = [
  { name: 'zara', fullName: 'Zara Okonkwo' },
  { name: 'oren', fullName: 'Oren Blum' },
  { name: 'iva', fullName: 'Iva Marín' },
  { name: 'kaito', fullName: 'Kaito Mori' },
];

export const STEWARDS = FOUNDERS.map(({ name }) => name);

export const MEMBERS = people(120);

/** Roles of the first members, in order. */
export const ROLES: readonly (readonly string[])[] = [
  ...Array.from({ length: 12 }, () => ['keeper']),
  ...Array.from({ length: 4 }, () => ['guardian']),
  ['auditor'],
  ['auditor', 'arbiter'],
  ['chronicler'],
  ['chronicler'],
];

export const KEEPERS = MEMBERS.slice(0, 12).map(({ name }) => name);
export const AUDITOR = (MEMBERS[16] as Person).name;

export interface Place {
  readonly name: string;
  readonly title: string;
  /** The member who acts for it. */
  readonly by: string;
}

export const FACILITIES: readonly Place[] = [
  { name: 'biovivarium', title: 'Biovivarium', by: 'zara' },
  { name: 'biolooms', title: 'Hall of the Biolooms', by: 'zara' },
  { name: 'mycelial-network', title: 'Mycelial Network', by: 'kaito' },
  { name: 'bioreactor-three', title: 'Bioreactor Three', by: KEEPERS[4] as string },
  { name: 'carnival-ground', title: 'Carnival Ground', by: KEEPERS[7] as string },
];

export interface Outsider {
  readonly name: string;
  readonly title: string;
  readonly kind: 'external' | 'carrier';
  readonly agent: string;
  readonly agentName: string;
}

export const OUTSIDERS: readonly Outsider[] = [
  { name: 'meridian', title: 'Meridian Extraction Syndicate', kind: 'external', agent: 'meridian-agent', agentName: 'Lucan Vane' },
  { name: 'aurelia', title: 'Aurelia Commodities', kind: 'external', agent: 'aurelia-agent', agentName: 'Sabine Croix' },
  { name: 'deepwell', title: 'Deepwell Minerals', kind: 'external', agent: 'deepwell-agent', agentName: 'Piers Holloway' },
  { name: 'ferrum', title: 'Ferrum Recovery', kind: 'external', agent: 'ferrum-agent', agentName: 'Tilda Brandt' },
  { name: 'tidal-carriers', title: 'Tidal Carriers', kind: 'carrier', agent: 'tidal-agent', agentName: 'Marama Tui' },
];

export const RAIDERS = OUTSIDERS.filter(({ kind }) => kind === 'external');

/** The community's lots are moved by a keeper, a facility's and an outsider's by who acts for it, a member's by the member. */
export const actsFor: ActsFor = (party) => {
  if (party === 'community') return KEEPERS[0] as string;
  return FACILITIES.find(({ name }) => name === party)?.by ?? OUTSIDERS.find(({ name }) => name === party)?.agent ?? party;
};

export interface Stuff {
  readonly code: string;
  readonly name: string;
  readonly wasteCode?: string;
  readonly productClass?: string;
  readonly unit: string;
  /** Largest usual lot. */
  readonly most: number;
}

export const MATERIALS: readonly Stuff[] = [
  { code: 'biosilk', name: 'Biosilk, spun from bioplastic', productClass: 'spun biopolymer', unit: 'KGM', most: 400 },
  { code: 'mycelium-board', name: 'Mycelium board', productClass: 'grown composite', unit: 'H87', most: 900 },
  { code: 'bioplastic-pellets', name: 'Bioplastic pellets', productClass: 'biopolymer', unit: 'TNE', most: 12 },
  { code: 'pet-flakes', name: 'PET flakes', wasteCode: '191204', unit: 'TNE', most: 20 },
  { code: 'copper-scrap', name: 'Copper and brass scrap', wasteCode: '170401', unit: 'KGM', most: 2500 },
  { code: 'glass-cullet', name: 'Glass cullet', wasteCode: '191205', unit: 'TNE', most: 30 },
  { code: 'textile-fibre', name: 'Textile fibre', wasteCode: '191208', unit: 'KGM', most: 1800 },
  { code: 'magnet-scrap', name: 'Magnets from motors and drives', wasteCode: '160216', unit: 'GRM', most: 90_000 },
  { code: 'digestate', name: 'Liquor of the bioreactors', wasteCode: '190603', unit: 'LTR', most: 5000 },
  { code: 'timber', name: 'Sorted timber', wasteCode: '191207', unit: 'MTQ', most: 40 },
];

export const LIVING = ['biosilk', 'mycelium-board', 'bioplastic-pellets'];
