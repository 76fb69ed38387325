// A history in which everything happens that can, told by the people whom it happens to, over HTTP, on a simulated clock.
import { createHash } from 'node:crypto';
import { SimulatedClock, instantOf, msOfDuration, type Duration } from '../../src/kernel/index.ts';
import type { Service } from '../../src/service.ts';
import { call, dataOf, done, type Reply } from '../support/town.ts';
import type { Kind, Reader } from './sight.ts';

export interface Teller extends Reader {
  readonly token: string | undefined;
}

type Person = Teller & { readonly person: string; readonly token: string };

/** Rules of a community whose members read fast. */
const RULES = { reading: { seconds: 0 }, voting: { days: 1 }, invitation: { days: 14 }, token: { days: 365 }, corroborations: 2, sponsors: 2 };

/** Names and statements, each of them once, and none of them a word that anything else says. */
export const PERSONAL = {
  zara: 'Zaretta Quillfeather', oren: 'Orenthal Brackwater', iva: 'Ivalinde Thornapple', mira: 'Mirabel Ashgrove', goro: 'Gorodan Flint',
  kaito: 'Kaitolin Marsh', chio: 'Chiomara Reed',
  arno: 'Arnoldus Peat', anke: 'Ankelien Sorrel', apollo: 'Apollonius Heath', formerly: 'Formosa Bracken', wilma: 'Wilmarine Sedge',
  carla: 'Carlotta Burdock', merle: 'Merlewyn Tansy',
  aurel: 'Aurelian Yarrow', reported: 'At dusk the valve was sawn clean through.', corroborated: 'I heard the saw from the weir.',
  rejected: 'Ferns are for another year.',
  commented: 'Half of this is nonsense.', edited: 'A third of this is nonsense.', appealed: 'It was said with love.',
  disputed: 'Old Tessaly counted the yes twice.',
} as const;

type Name = keyof typeof PERSONAL;

const keepingSilk = (protocol: string) => ({
  kind: 'adopt-protocol', protocol, clauses: [{ kind: 'untouchable', id: 'silk', materials: ['silk'], parties: 'all-external' }],
});

export class History {
  readonly service: Service;
  /** Who there is, by name. */
  readonly people: Record<string, Person> = {};
  /** PartyIds, by name. */
  readonly parties: Record<string, string> = {};
  private readonly operator: string;

  private constructor(service: Service, operator: string) {
    this.service = service;
    this.operator = operator;
  }

  /** Founds the community, and brings everybody in: members with every role, parties with their representatives. */
  static async begin(service: Service): Promise<History> {
    const { issuer } = service;
    if (!issuer) throw new Error('the service takes tokens of another issuer');
    const history = new History(service, await issuer.operatorToken('2001-01-01T00:00:00.000Z'));
    await history.founding(await issuer.firstFounderToken('2000-01-02T00:00:00.000Z'));
    await history.gathering();
    return history;
  }

  get readers(): Teller[] {
    return [
      { name: 'the public', kinds: ['public'], parties: [], token: undefined },
      { name: 'the operator', kinds: ['public'], parties: [], token: this.operator },
      ...Object.values(this.people),
    ];
  }

  who(name: string): Person {
    const found = this.people[name];
    if (!found) throw new Error(`nobody is called ${name}`);
    return found;
  }

  party(name: string): string {
    const found = this.parties[name];
    if (found === undefined) throw new Error(`no party is called ${name}`);
    return found;
  }

  does(name: string, method: string, path: string, body?: object): Promise<Reply> {
    return done(this.service.url, method, path, { token: this.who(name).token, ...(body === undefined ? {} : { body }) });
  }

  /** What is refused, and why. */
  async refused(name: string, path: string, body?: object): Promise<unknown> {
    const reply = await call(this.service.url, 'POST', path, { token: this.who(name).token, ...(body === undefined ? {} : { body }) });
    if (reply.status < 400) throw new Error(`POST ${path} was accepted`);
    return reply.body['name'];
  }

  async makes(name: string, path: string, body: object): Promise<string> {
    return (await this.does(name, 'POST', path, body)).body['id'] as string;
  }

  in(duration: Duration): string {
    return instantOf(this.service.stores.clock.now() + msOfDuration(duration));
  }

  pass(duration: Duration = {}): Promise<void> {
    return this.service.passTime(this.in(duration));
  }

  private async accept(name: Name, invitation: Readonly<Record<string, unknown>>, kinds: readonly Kind[], parties: readonly string[] = []): Promise<void> {
    const { body } = await done(
      this.service.url, 'POST', `/invitations/${String(invitation['invitation'])}/acceptance`, { body: { code: invitation['code'], name: PERSONAL[name] } },
    );
    this.people[name] = { name, kinds, parties, person: body['person'] as string, token: body['token'] as string };
  }

  private async founding(token: string): Promise<void> {
    const { body } = await done(this.service.url, 'POST', '/community', {
      token,
      body: {
        name: 'Rivermouth', timeZone: 'Europe/Lisbon', language: 'en', charterText: 'What we reclaim is ours.', founderName: PERSONAL.zara, founders: 3, rules: RULES,
      },
    });
    const [second, third] = body['invitations'] as Record<string, unknown>[];
    this.people['zara'] = { name: 'zara', kinds: ['member', 'steward'], parties: [], person: body['person'] as string, token: body['token'] as string };
    this.parties['community'] = (body['events'] as { data: { community: string } }[])[0]?.data.community ?? '';
    await this.accept('oren', second ?? {}, ['member', 'steward']);
    // The third seat is not taken in time, and offered anew.
    await this.pass({ days: 15 });
    const replaced = await this.does('zara', 'POST', `/community/founder-invitations/${String(third?.['invitation'])}/replacement`);
    await this.accept('iva', (replaced.body['invitations'] as Record<string, unknown>[])[0] ?? {}, ['member', 'steward']);
    for (const founder of ['zara', 'oren', 'iva']) await this.does(founder, 'POST', '/charter/acceptance');
  }

  private async gathering(): Promise<void> {
    await this.member('mira');
    await this.member('goro', 'guardian');
    await this.member('kaito', 'keeper');
    await this.member('chio', 'chronicler');
    await this.member('arno', 'arbiter');
    await this.member('anke', 'auditor');
    await this.accept('apollo', (await this.does('zara', 'POST', '/invitations')).body, ['linked']);
    const revoked = (await this.does('zara', 'POST', '/invitations')).body['invitation'] as string;
    await this.does('oren', 'DELETE', `/invitations/${revoked}`);
    const parties = [['facility', 'works', 'wilma'], ['carrier', 'carts', 'carla'], ['external', 'meridian', 'merle'], ['external', 'aurelia', 'aurel']] as const;
    for (const [kind, name, agent] of parties) {
      this.parties[name] = await this.makes('zara', '/parties', { kind, name });
      await this.represent(agent, name);
    }
    await this.represent('formerly', 'meridian');
    const { person } = this.who('formerly');
    await this.does('zara', 'DELETE', `/parties/${this.party('meridian')}/representatives/${person}`);
    this.people['formerly'] = { ...this.who('formerly'), parties: [] };
    await done(this.service.url, 'POST', '/tokens', { token: this.operator, body: { person: this.who('mira').person } });
  }

  private async member(name: Name, role?: Kind): Promise<void> {
    await this.accept(
      name, (await this.does('zara', 'POST', '/invitations')).body, ['member', ...(role === undefined ? [] : [role])], role === 'keeper' ? [this.party('community')] : [],
    );
    await this.does('oren', 'POST', `/members/${this.who(name).person}/admission`, role === undefined ? {} : { roles: [role] });
  }

  private async represent(name: Name, party: string): Promise<void> {
    const body = { scope: ['requests', 'transfers'], until: this.in({ days: 300 }) };
    await this.accept(name, (await this.does('zara', 'POST', `/parties/${this.party(party)}/invitations`, body)).body, ['linked'], [this.party(party)]);
  }

  /** Everything else: materials in hands that change, votes of every end, a protocol and who runs into it, sabotage. */
  async deeds(): Promise<void> {
    for (const material of ['silk', 'flakes']) await this.does('kaito', 'POST', '/materials', { material, name: material, productClass: 'reclaimed' });
    await this.transfers();
    await this.requests();
    const stranded = await this.offersToAurelia();
    await this.votes();
    await this.attempts(stranded);
    await this.sabotage();
  }

  lot(owner: string, custodian: string, material = 'flakes', by = 'kaito'): Promise<string> {
    return this.makes(by, '/lots', {
      material, quantity: { amount: '100', unit: 'KGM' }, method: 'weighed', owner, custodian, location: 'yard', provenance: 'collected',
      model: 'segregated',
    });
  }

  /** Gives the TransferId. */
  offer(by: string, lot: string, to: string, rest: object = {}): Promise<string> {
    return this.makes(by, `/lots/${lot}/offers`, { to, passes: 'custody', ...rest });
  }

  private async transfers(): Promise<void> {
    const [zara, mira] = [this.who('zara').person, this.who('mira').person];
    const [works, carts, meridian] = [this.party('works'), this.party('carts'), this.party('meridian')];
    const [aurelia, community] = [this.party('aurelia'), this.party('community')];
    await this.lot(zara, zara, 'silk', 'zara');
    await this.lot(community, community);
    // The works' own, in the hands of the carts: owner, holder and recipient of what follows are three.
    const lot = await this.lot(works, carts);
    const toMeridian = await this.offer('carla', lot, meridian);
    await this.does('goro', 'POST', `/lots/${lot}/offers/${toMeridian}/confirmation`);
    await this.does('merle', 'POST', `/lots/${lot}/offers/${toMeridian}/refusal`);
    await this.does('carla', 'POST', `/lots/${lot}/offers/${await this.offer('carla', lot, aurelia)}/withdrawal`);
    await this.offer('carla', lot, meridian, { expiresAt: this.in({ hours: 1 }) });
    await this.pass({ hours: 2 });
    await this.does('mira', 'POST', `/lots/${lot}/offers/${await this.offer('carla', lot, mira)}/acceptance`, { location: 'shed' });
    await this.does('carla', 'POST', `/lots/${lot}/offers/${await this.offer('mira', lot, carts)}/acceptance`, {});
    const own = await this.lot(mira, mira, 'flakes', 'mira');
    await this.does('merle', 'POST', `/lots/${own}/offers/${await this.offer('mira', own, meridian, { passes: 'ownership-and-custody' })}/acceptance`, {});
  }

  private async requests(): Promise<void> {
    const [works, meridian, aurelia] = ['works', 'meridian', 'aurelia'].map((name) => this.party(name)) as [string, string, string];
    const lot = await this.lot(works, works);
    const ask = (by: string, party: string): Promise<string> => this.makes(by, '/requests', { party, lot, purpose: 'Samples' });
    await this.does('wilma', 'POST', `/requests/${await ask('merle', meridian)}/refusal`);
    await this.does('aurel', 'POST', `/requests/${await ask('aurel', aurelia)}/withdrawal`);
    const met = await ask('merle', meridian);
    await this.does(
      'merle', 'POST', `/lots/${lot}/offers/${await this.offer('wilma', lot, meridian, { request: met, passes: 'ownership-and-custody' })}/acceptance`, {},
    );
  }

  private async offersToAurelia(): Promise<{ readonly lot: string; readonly transfer: string }> {
    const community = this.party('community');
    const lot = await this.lot(community, community, 'silk');
    // Asked for while it is allowed, and never answered.
    const works = this.party('works');
    await this.makes('merle', '/requests', { party: this.party('meridian'), lot: await this.lot(works, works, 'silk'), purpose: 'Samples' });
    return { lot, transfer: await this.offer('kaito', lot, this.party('aurelia')) };
  }

  draft(title: string, measure: object = keepingSilk(title), by = 'mira'): Promise<string> {
    return this.makes(by, '/proposals', { title, prose: 'As told.', measure });
  }

  /** Drafted by mira, and open for voting unless it is told to open later. */
  async frozen(title: string, body: object = {}, measure?: object): Promise<string> {
    const proposal = await this.draft(title, measure);
    await this.does('mira', 'POST', `/proposals/${proposal}/submission`);
    await this.does('zara', 'POST', `/proposals/${proposal}/admission`);
    await this.does('zara', 'POST', `/proposals/${proposal}/freeze`, body);
    await this.pass();
    return proposal;
  }

  /** Found inadmissible by a steward, and admitted all the same by those who sponsor it. */
  private async admissions(): Promise<void> {
    const proposal = await this.draft('in-dispute');
    await this.does('mira', 'POST', `/proposals/${proposal}/submission`);
    await this.does('goro', 'PUT', `/proposals/${proposal}/sponsorship`);
    await this.does('zara', 'POST', `/proposals/${proposal}/inadmissibility`, { reason: 'It was decided last year.' });
    await this.does('goro', 'DELETE', `/proposals/${proposal}/sponsorship`);
    for (const sponsor of ['goro', 'kaito']) await this.does(sponsor, 'PUT', `/proposals/${proposal}/sponsorship`);
    await this.pass();
    await this.does('mira', 'POST', `/proposals/${proposal}/withdrawal`);
  }

  /** Comments of every end, on a proposal before the public. */
  private async comments(proposal: string): Promise<void> {
    const path = `/proposals/${proposal}/comments`;
    const comment = async (): Promise<string> => `${path}/${await this.makes('kaito', path, { text: PERSONAL.commented })}`;
    const restored = await comment();
    await this.does('kaito', 'PUT', restored, { text: PERSONAL.edited });
    for (const [one, restore] of [[restored, true], [await comment(), false]] as const) {
      await this.does('zara', 'POST', `${one}/hiding`, { reason: 'Not kind.' });
      await this.does('kaito', 'POST', `${one}/appeal`, { statement: PERSONAL.appealed });
      await this.does('oren', 'POST', `${one}/appeal-decision`, { restore, reason: 'Heard.' });
    }
    await this.does('kaito', 'DELETE', await comment());
  }

  /** Amendments of every end. */
  private async amendments(proposal: string): Promise<void> {
    const path = `/proposals/${proposal}/amendments`;
    const amend = async (title: string): Promise<string> =>
      `${path}/${await this.makes('kaito', path, { against: 1, title, prose: 'As told.', measure: keepingSilk('second-thoughts') })}`;
    await this.does('kaito', 'DELETE', await amend('first'));
    await this.does('mira', 'POST', `${await amend('second')}/rejection`, { reason: PERSONAL.rejected });
    await this.does('mira', 'POST', `${await amend('third')}/acceptance`);
  }

  private async votes(): Promise<void> {
    await this.admissions();
    const withdrawn = await this.draft('second-thoughts');
    await this.does('mira', 'POST', `/proposals/${withdrawn}/submission`);
    await this.does('zara', 'POST', `/proposals/${withdrawn}/admission`);
    await this.comments(withdrawn);
    await this.amendments(withdrawn);
    await this.does('mira', 'POST', `/proposals/${withdrawn}/revisions`, { title: 'third-thoughts', prose: 'As told.', measure: keepingSilk('second-thoughts') });
    await this.does('mira', 'POST', `/proposals/${withdrawn}/withdrawal`);
    // Two rivals, frozen against the same charter: the second to pass needs another text. And one that nobody votes on.
    const rivals = [await this.frozen('silk-stays'), await this.frozen('silk-stays')];
    await this.frozen('nobody-cares');
    for (const rival of rivals) for (const voter of ['zara', 'oren', 'iva', 'goro']) await this.does(
      voter, 'PUT', `/proposals/${rival}/ballot`, { choice: 'yes' },
    );
    const [first] = rivals;
    await this.does('mira', 'PUT', `/proposals/${first}/ballot`, { choice: 'no' });
    await this.does('mira', 'PUT', `/proposals/${first}/ballot`, { choice: 'abstain' });
    await this.does('mira', 'DELETE', `/proposals/${first}/ballot`);
    await this.pass({ days: 2 });
    await this.does('goro', 'POST', '/protocols/silk-stays/clauses/silk/suspension', { ground: 'endangers-people', until: this.in({ hours: 1 }) });
    await this.pass({ hours: 2 });
    await this.does('mira', 'POST', `/proposals/${rivals[1]}/rebase`, { title: 'silk-stays', prose: 'As told, again.', measure: keepingSilk('silk-stays') });
    await this.measures();
    await this.lapse();
    await this.held();
    await this.disputed();
  }

  /** Of every other kind, each decided by all. */
  private async measures(): Promise<void> {
    const decided = async (...measures: readonly object[]): Promise<void> => {
      for (const measure of measures) {
        const proposal = await this.frozen('in short', {}, measure);
        for (const voter of ['zara', 'oren', 'iva', 'goro', 'kaito', 'mira']) await this.does(voter, 'PUT', `/proposals/${proposal}/ballot`, { choice: 'yes' });
      }
      await this.pass({ days: 2 });
    };
    await decided({ kind: 'resolution' }, { kind: 'change-rules', rules: { token: { days: 60 } } }, { kind: 'adopt-protocol', protocol: 'for-a-while', clauses: [] },
      { kind: 'adopt-protocol', protocol: 'for-a-week', clauses: [], until: this.in({ days: 7 }) });
    // Nobody says a word until the last hour but one: then it passes, and the vote goes on.
    const late = await this.frozen('in the end', {}, { kind: 'resolution' });
    await this.pass({ hours: 23 });
    for (const voter of ['zara', 'oren', 'iva', 'goro']) await this.does(voter, 'PUT', `/proposals/${late}/ballot`, { choice: 'yes' });
    await this.pass({ days: 1 });
    await decided({ kind: 'repeal-protocol', protocol: 'for-a-while' });
    await this.pass({ days: 7 });
    await this.offices(decided);
  }

  /** Roles of mira's, who has none of them before or after: one for a week, one that is recalled twice, one that she lays down. And parties. */
  private async offices(decided: (...measures: readonly object[]) => Promise<void>): Promise<void> {
    const { person } = this.who('mira');
    const grant = (role: string, rest: object = {}) => ({ kind: 'grant-role', person, role, ...rest });
    await decided(grant('arbiter', { until: this.in({ days: 7 }) }), grant('chronicler'), grant('guardian'));
    await decided({ kind: 'recall-role', person, role: 'chronicler' }, { kind: 'recall-role', person, role: 'chronicler' });
    await this.does('mira', 'POST', '/roles/guardian/resignation');
    const party = this.party('works');
    await decided({ kind: 'register-party', partyKind: 'carrier', name: 'barges' }, { kind: 'ally-party', party: this.party('carts') });
    await decided({ kind: 'expel-party', party: await this.makes('zara', '/parties', { kind: 'external', name: 'shortlived' }) }, { kind: 'ally-party', party });
    await this.pass({ days: 7 });
  }

  /** What passes is held: it can be disputed, waits, and is stopped by a guardian; once that is overridden, once not. */
  private async held(): Promise<void> {
    const all = ['zara', 'oren', 'iva', 'goro', 'kaito', 'mira'];
    const vote = async (proposal: string, choice: string): Promise<void> => {
      for (const voter of all) await this.does(voter, 'PUT', `/proposals/${proposal}/ballot`, { choice });
    };
    const override = { quorum: { n: 1, d: 3 }, threshold: { n: 2, d: 3, strict: false }, floor: { n: 0, d: 1 } };
    const rules = {
      contest: { ordinary: { days: 1 } }, disputes: { arbiters: 1, ruling: { days: 3 } }, timelock: { ordinary: { days: 1 } }, veto: { guardians: 1, grounds: ['unlawful'], window: { days: 1 }, override },
      delegation: { allowed: true, topics: ['trade'] },
    };
    await vote(await this.frozen('in no hurry', {}, { kind: 'change-rules', rules }), 'yes');
    await this.pass({ days: 2 });
    await this.does('mira', 'PUT', '/delegations/topic.trade', { to: this.people['iva']?.person });
    await this.does('mira', 'DELETE', '/delegations/topic.trade');
    for (const choice of ['yes', 'no']) {
      const proposal = await this.frozen('against the law', {}, { kind: 'resolution' });
      await vote(proposal, 'yes');
      await this.pass({ days: 1 });
      await this.pass({ days: 1 });
      await this.does('goro', 'POST', `/proposals/${proposal}/veto`, { ground: 'unlawful', reasons: 'It is not for us to say.' });
      await vote(proposal, choice);
      await this.pass({ days: 1 });
      await this.pass({ days: 1 });
    }
  }

  /** A vote that its losers dispute: recounted, and left standing where arno says nothing; and one that is annulled. */
  private async disputed(): Promise<void> {
    for (const [remedy, affected, finding] of [['recount', 1, 'upheld'], ['recount', 1, undefined], ['annul', 9, 'upheld']] as const) {
      const proposal = await this.frozen('a close call', {}, { kind: 'resolution' });
      for (const voter of ['zara', 'oren', 'iva', 'goro']) await this.does(voter, 'PUT', `/proposals/${proposal}/ballot`, { choice: 'yes' });
      await this.pass({ days: 1 });
      const dispute = await this.makes('mira', `/proposals/${proposal}/disputes`, { irregularity: 'miscount', affected, remedy, reasons: PERSONAL.disputed });
      await this.pass();
      if (finding) await this.does('arno', 'POST', `/proposals/${proposal}/disputes/${dispute}/opinions`, { finding, reasons: 'The tellers were alone.' });
      await this.pass({ days: 4 });
      await this.pass({ days: 2 });
    }
  }

  /** A vote that is not opened in time: the service slept over it. */
  private async lapse(): Promise<void> {
    await this.frozen('overslept', { opensAt: this.in({ hours: 1 }), closesAt: this.in({ hours: 26 }) });
    const { clock } = this.service.stores;
    if (!(clock instanceof SimulatedClock)) throw new Error('the history needs a simulated clock');
    clock.advanceTo(this.in({ days: 2 }));
    await this.pass();
  }

  private async attempts({ lot, transfer }: { readonly lot: string; readonly transfer: string }): Promise<void> {
    const [meridian, community] = [this.party('meridian'), this.party('community')];
    const denied = [
      await this.refused('merle', '/requests', { party: meridian, lot, purpose: 'Samples' }),
      await this.refused('aurel', `/lots/${lot}/offers/${transfer}/acceptance`, {}),
      await this.refused('kaito', `/lots/${await this.lot(community, community, 'silk')}/offers`, { to: meridian, passes: 'custody' }),
    ];
    if (denied.some((name) => name !== 'DeniedByProtocol')) throw new Error(`refused otherwise: ${denied.join()}`);
  }

  private async sabotage(): Promise<void> {
    const content = Buffer.from('a picture of the valve');
    const response = await fetch(`${this.service.url}/evidence`, {
      method: 'POST', body: content,
      headers: { authorization: `Bearer ${this.who('mira').token}`, 'idempotency-key': 'evidence', 'content-type': 'text/plain' },
    });
    if (!response.ok) throw new Error(`the evidence was not filed: ${response.status}`);
    const evidence = [createHash('sha256').update(content).digest('hex')];
    const sabotage = await this.makes('mira', '/sabotage', { facility: this.party('works'), statement: PERSONAL.reported, evidence });
    await this.does('oren', 'POST', `/sabotage/${sabotage}/corroborations`, { statement: PERSONAL.corroborated });
    await this.does('goro', 'POST', `/sabotage/${sabotage}/corroborations`, {});
  }

  /** Something that everybody sees: gives its position. */
  async sentinel(material: string): Promise<number> {
    const reply = await this.does('kaito', 'POST', '/materials', { material, name: material, productClass: 'reclaimed' });
    if (dataOf(reply)['material'] !== material) throw new Error('the material is not in the catalogue');
    return reply.body['position'] as number;
  }
}
