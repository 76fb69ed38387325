// The document and the service say the same: a community's life over HTTP that succeeds on every route, and mistakes on each of them,
// all held against the OpenAPI document by the letter.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { instantOf } from '../../src/kernel/index.ts';
import { amiss, Contract } from '../support/contract.ts';
import { openIn, type ApiDescription } from '../support/openapi.ts';
import { startTestService, type ServiceHere } from '../support/service.ts';
import { listen, until } from '../support/sse.ts';
import { call, done, join, positionOf, showing, Town, type CallOptions, type Reply, type Townsperson } from '../support/town.ts';

const SIMULATED = { argv: ['--clock', 'simulated'] };

let service: ServiceHere;
let forming: ServiceHere;
let contract: Contract;
let stop: () => void;
let operator: string;
let town: Town;
let member: Townsperson;

beforeAll(async () => {
  [service, forming] = await Promise.all([startTestService(SIMULATED), startTestService(SIMULATED)]);
  contract = new Contract((await (await fetch(`${service.url}/openapi.json`)).json()) as ApiDescription);
  stop = contract.listenIn();
  // Today: the town's representatives are appointed by the calendar of the test.
  operator = await service.operatorToken();
  await done(service.url, 'POST', '/clock', { token: operator, body: { to: instantOf(Date.now()) } });
  operator = await service.operatorToken();
});

afterAll(async () => {
  stop?.();
  await Promise.all([service?.close(), forming?.close()]);
});

const now = (): number => service.service.stores.clock.now();
const pass = (seconds: number) => done(service.url, 'POST', '/clock', { token: operator, body: { to: instantOf(now() + seconds * 1000) } });
const does = (who: Townsperson, method: string, path: string, body?: unknown, rest: CallOptions = {}): Promise<Reply> =>
  done(service.url, method, path, { token: who.token, ...(body === undefined ? {} : { body }), ...rest });
const sees = (who: Townsperson, path: string, ...after: readonly Reply[]): Promise<Reply> => does(who, 'GET', after.length > 0 ? showing(path, after) : path);
/** Without a token. */
const everybodySees = async (...paths: readonly string[]): Promise<void> => {
  for (const path of paths) expect([path, (await fetch(service.url + path)).status]).toEqual([path, 200]);
};
const seesAll = async (who: Townsperson, paths: readonly string[], ...after: readonly Reply[]): Promise<void> => {
  for (const path of paths) await sees(who, path, ...after);
};
const refused = async (name: string, replying: Promise<Reply>): Promise<Reply> => {
  const reply = await replying;
  expect(reply.body['name']).toBe(name);
  return reply;
};
/** Bodies that are refused, by the name of what refuses them. */
const mistakes = async (who: Townsperson, method: string, path: string, bodies: Readonly<Record<string, object>>): Promise<void> => {
  for (const [name, body] of Object.entries(bodies)) await refused(name, tries(who, method, path, body));
};
const tries = (who: Townsperson, method: string, path: string, body?: unknown): Promise<Reply> =>
  call(service.url, method, path, { token: who.token, ...(body === undefined ? {} : { body }) });
const id = (reply: Reply): string => reply.body['id'] as string;
/** What was found since it was last asked. */
const told = (): string[] => {
  const found = [...contract.faults];
  contract.faults.clear();
  return found;
};

describe('a community that forms', () => {
  const at = (method: string, path: string, token?: string, body?: unknown) => call(forming.url, method, path, { token, ...(body === undefined ? {} : { body }) });

  test('offers a seat anew, and comes into force', async () => {
    await refused('NotFound', at('GET', '/community'));
    const token = await forming.founderToken();
    const founding = { name: 'Rivermouth', timeZone: 'Europe/Lisbon', language: 'en', charterText: 'Ours.', founderName: 'Zara', founders: 3 };
    const wrong = { reading: { days: 91 } };
    await refused('PersonRequired', at('POST', '/community', await forming.operatorToken(), founding));
    await refused('InvalidRules', at('POST', '/community', token, { ...founding, rules: wrong }));
    await refused('NotLinked', at('POST', '/charter/acceptance', token, {}));
    const founded = await at('POST', '/community', token, { ...founding, rules: { invitation: { minutes: 2 } } });
    await refused('CommunityAlreadyFounded', at('POST', '/community', token, founding));
    const invitations = founded.body['invitations'] as { invitation: string; code: string }[];
    await refused('SeatStillOffered', at('POST', `/community/founder-invitations/${invitations[0]?.invitation}/replacement`, token));
    await refused('CommunityNotInForce', at('POST', '/invitations', token));
    await refused('CommunityNotInForce', at('POST', '/parties', token, { kind: 'carrier', name: 'Cart' }));
    const page = await at('GET', `/my-page?waitFor=${positionOf(founded)}`, token);
    expect(page.body).toMatchObject({ waiting: { charter: { charterText: 'Ours.' } } });
    await done(forming.url, 'POST', '/clock', { token: await forming.operatorToken(), body: { to: '2000-01-01T00:03:00Z' } });
    const joined: Townsperson[] = [];
    for (const { invitation, code } of invitations) {
      await refused('InvitationExpired', at('POST', `/invitations/${invitation}/acceptance`, undefined, { code, name: 'Oren' }));
      const replaced = await at('POST', `/community/founder-invitations/${invitation}/replacement`, token);
      const [anew] = replaced.body['invitations'] as [{ invitation: string; code: string }];
      joined.push(await join(forming.url, anew, 'Oren'));
    }
    await refused('FirstFounderOnly', at('POST', `/community/founder-invitations/${randomUUID()}/replacement`, joined[0]?.token));
    for (const founder of [{ token }, ...joined]) expect((await at('POST', '/charter/acceptance', founder.token)).status).toBe(200);
    await refused('CharterAlreadyAccepted', at('POST', '/charter/acceptance', token));
    await refused('CommunityInForceAlready', at('POST', `/community/founder-invitations/${randomUUID()}/replacement`, token));
    expect(told()).toEqual([]);
  });
});

describe('a community in force', () => {
  test('has people and parties', async () => {
    town = await Town.found(service);
    member = await town.member('Mira', ['keeper']);
    const { zara, url } = town;
    const invited = await does(zara, 'POST', '/invitations');
    const applicant = await join(url, (await does(zara, 'POST', '/invitations')).body as never, 'Ada');
    await sees(zara, '/invitations', invited);
    await sees(applicant, '/invitations', invited);
    await sees(zara, '/my-page', invited);
    await does(zara, 'DELETE', `/invitations/${id(invited)}`);
    await refused('InvitationRevoked', call(url, 'POST', `/invitations/${id(invited)}/acceptance`, { body: { code: invited.body['code'], name: 'Late' } }));
    const party = await town.party('external', 'Chipworks');
    const away = await town.representative(party, 'Vern');
    await refused('RoleNeedsDecision', tries(zara, 'POST', `/members/${applicant.person}/admission`, { roles: ['steward'] }));
    await mistakes(zara, 'POST', `/parties/${party}/invitations`, { InvalidTerm: { scope: ['requests'], until: instantOf(now()) } });
    const admitted = await does(zara, 'POST', `/members/${applicant.person}/admission`, { roles: ['auditor'] });
    await refused('NotAnApplicant', tries(zara, 'POST', `/members/${applicant.person}/admission`, {}));
    await seesAll(zara, ['/members', '/members?status=member&limit=2', `/members/${member.person}`, '/parties?kind=external', `/parties/${party}`], admitted);
    await everybodySees('/parties', `/parties/${party}`, '/community', `/community?asOf=${positionOf(admitted)}`);
    await sees(away, '/members');
    await does(zara, 'DELETE', `/parties/${party}/representatives/${away.person}`);
    await refused('NotRepresented', tries(zara, 'DELETE', `/parties/${party}/representatives/${away.person}`));
    await does(member, 'POST', '/tokens', { person: member.person });
    await done(url, 'POST', '/tokens', { token: operator, body: { person: member.person } });
    await refused('NotOwnToken', tries(member, 'POST', '/tokens', { person: zara.person }));
    await refused('PersonNotLinked', call(url, 'POST', '/tokens', { token: operator, body: { person: randomUUID() } }));
    expect(told()).toEqual([]);
  });

  test('holds material, and passes it on', async () => {
    const { zara, oren } = town;
    await town.material('pet-flakes');
    const party = await town.party('external', 'Plaza');
    const buyer = await town.representative(party, 'Bo');
    const lots = await Promise.all([1, 2, 3].map(() => town.lot('pet-flakes', member)));
    const [lot, second, third] = lots as [string, string, string];
    const [mira, kilo] = [member.person, { amount: '1', unit: 'KGM' }];
    const intake = { material: 'pet-flakes', quantity: kilo, method: 'weighed', owner: mira, custodian: mira, location: 'yard', provenance: 'found', model: 'segregated' };
    await mistakes(member, 'POST', '/lots', {
      NotInTheCatalogue: { ...intake, material: 'ambergris' },
      CannotHold: { ...intake, owner: randomUUID() },
      NothingThere: { ...intake, quantity: { ...kilo, amount: '0' } },
      PiecesAreWhole: { ...intake, quantity: { amount: '1.5', unit: 'H87' }, method: 'counted' },
      MethodDoesNotFit: { ...intake, method: 'counted' },
    });
    await refused('MayNotTakeIn', tries(buyer, 'POST', '/lots', intake));
    const offer = (to: string, more: object = {}) => ({ to, passes: 'ownership-and-custody', ...more });
    await mistakes(member, 'POST', `/lots/${lot}/offers`, {
      CannotHold: offer(randomUUID()),
      OfferedToItsHolder: offer(member.person),
      NoSuchRequest: offer(party, { request: randomUUID() }),
      OfferEndsInThePast: offer(party, { expiresAt: instantOf(now()) }),
    });
    for (const answer of ['refusal', 'withdrawal', 'acceptance'] as const) {
      const offered = await does(member, 'POST', `/lots/${lot}/offers`, offer(oren.person, { expiresAt: instantOf(now() + 60_000) }));
      await refused('AlreadyOffered', tries(member, 'POST', `/lots/${lot}/offers`, offer(zara.person)));
      await sees(oren, '/my-page', offered);
      await refused('NotTheRecipient', tries(zara, 'POST', `/lots/${lot}/offers/${id(offered)}/acceptance`, {}));
      await refused('OwnOffer', tries(member, 'POST', `/lots/${lot}/offers/${id(offered)}/confirmation`));
      await does(zara, 'POST', `/lots/${lot}/offers/${id(offered)}/confirmation`);
      await refused('ConfirmedAlready', tries(zara, 'POST', `/lots/${lot}/offers/${id(offered)}/confirmation`));
      const who = answer === 'withdrawal' ? member : oren;
      const settled = await does(who, 'POST', `/lots/${lot}/offers/${id(offered)}/${answer}`, answer === 'acceptance' ? { location: 'barn' } : {});
      await sees(zara, `/transfers/${id(offered)}`, settled);
    }
    const asked = await does(buyer, 'POST', '/requests', { party, lot: second, purpose: 'bottles' });
    await sees(member, '/my-page', asked);
    await sees(member, `/lots/${second}`, asked);
    await does(member, 'POST', `/requests/${id(asked)}/refusal`);
    await refused('RequestSettled', tries(member, 'POST', `/requests/${id(asked)}/refusal`));
    const again = await does(buyer, 'POST', '/requests', { party, lot: second, purpose: 'bottles' });
    await does(buyer, 'POST', `/requests/${id(again)}/withdrawal`);
    const met = await does(buyer, 'POST', '/requests', { party, lot: third, purpose: 'bottles' });
    const answering = await does(member, 'POST', `/lots/${third}/offers`, offer(party, { request: id(met) }));
    await refused('RequestBeingAnswered', tries(member, 'POST', `/requests/${id(met)}/refusal`));
    await refused('NotTheCustodian', tries(oren, 'POST', `/lots/${third}/offers/${id(answering)}/withdrawal`));
    await mistakes(member, 'POST', `/lots/${second}/offers`, {
      RequestIsForAnother: offer(party, { request: id(met) }),
      RequestSettled: offer(party, { request: id(asked) }),
    });
    const passed = await does(buyer, 'POST', `/lots/${third}/offers/${id(answering)}/acceptance`, {});
    await seesAll(zara, ['/materials', '/materials/pet-flakes', '/lots?material=pet-flakes', `/lots/${third}`, '/transfers?limit=1'], passed);
    await seesAll(zara, ['/requests?limit=2', `/requests/${id(met)}`, '/balances', `/balances?owner=${oren.person}`], passed);
    await sees(member, `/transfers?from=${member.person}&state=accepted`);
    await sees(buyer, `/requests?party=${party}`);
    expect(told()).toEqual([]);
  });

  test('decides, and enforces what it has decided', async () => {
    const { zara, oren, iva } = town;
    const party = await town.party('external', 'Mall');
    const buyer = await town.representative(party, 'Una');
    const lot = await town.lot('pet-flakes', member);
    const offered = await does(member, 'POST', `/lots/${lot}/offers`, { to: party, passes: 'custody' });
    const clauses = [{ kind: 'untouchable', id: 'all', materials: 'all', parties: 'all-external', exceptions: [] }];
    const draft = { title: 'No mall', prose: 'None.', measure: { kind: 'adopt-protocol', protocol: 'no-mall', clauses } };
    const dropped = await does(oren, 'POST', '/proposals', draft);
    const everyKind = [
      { kind: 'untouchable', id: 'none', materials: ['pet-flakes'], parties: [party], carriers: [party], mandates: [{ party, protocol: 'no-mall' }] },
      { kind: 'certified-keeper', id: 'hands', materials: 'all', roles: ['keeper'], exceptions: [party] },
      { kind: 'two-person', id: 'two', materials: ['pet-flakes'], second: 'keeper' },
    ];
    await does(oren, 'POST', '/proposals', { ...draft, measure: { ...draft.measure, clauses: everyKind } });
    for (const unknown of [{ ...everyKind[0], kind: 'dwell' }, { ...everyKind[1], roles: [] }, { ...everyKind[2], roles: ['keeper'] }, 'two-person', null]) {
      await refused('MalformedRequest', tries(oren, 'POST', '/proposals', { ...draft, measure: { ...draft.measure, clauses: [unknown] } }));
    }
    const measured = (measure: object) => ({ ...draft, measure });
    await mistakes(oren, 'POST', '/proposals', {
      ProtocolNotInForce: measured({ kind: 'repeal-protocol', protocol: 'never-was' }),
      InvalidRules: measured({ kind: 'change-rules', rules: { reading: { days: 365 } } }),
      RulesUnchanged: measured({ kind: 'change-rules', rules: {} }),
      SunsetTooEarly: measured({ kind: 'adopt-protocol', protocol: 'too-short', clauses: [], until: '2001-01-01T00:00:00Z' }),
    });
    await refused('ClauseIdTwice', tries(oren, 'POST', '/proposals', { ...draft, measure: { ...draft.measure, clauses: [...clauses, ...clauses] } }));
    await refused('PartyNotRegistered', tries(oren, 'POST', '/proposals', { ...draft, measure: { ...draft.measure, clauses: [{ ...clauses[0], parties: [randomUUID()] }] } }));
    await refused('MembersOnly', tries(buyer, 'POST', '/proposals', draft));
    await sees(oren, `/proposals/${id(dropped)}`, dropped);
    await does(oren, 'POST', `/proposals/${id(dropped)}/submission`);
    await mistakes(zara, 'POST', `/proposals/${id(dropped)}/withdrawal`, { NotTheProposer: {} });
    await refused('StewardRequired', tries(member, 'POST', `/proposals/${id(dropped)}/admission`));
    await refused('OwnProposal', tries(oren, 'POST', `/proposals/${id(dropped)}/admission`));
    await sees(iva, '/my-page', dropped);
    await mistakes(zara, 'POST', `/proposals/${id(dropped)}/revisions`, { NotTheProposer: draft });
    await mistakes(oren, 'POST', `/proposals/${id(dropped)}/revisions`, { TextUnchanged: draft });
    await does(oren, 'POST', `/proposals/${id(dropped)}/revisions`, { ...draft, title: 'Otherwise' });
    await does(zara, 'POST', `/proposals/${id(dropped)}/admission`);
    await mistakes(oren, 'POST', `/proposals/${id(dropped)}/revisions`, { AnotherMatter: { ...draft, measure: { kind: 'resolution' } } });
    await does(oren, 'POST', `/proposals/${id(dropped)}/revisions`, { ...draft, title: 'Once more' });
    await seesAll(oren, ['/revisions', '/revisions/1', '/diff?from=1&to=3'].map((path) => `/proposals/${id(dropped)}${path}`));
    await refused('NotFound', tries(oren, 'GET', `/proposals/${id(dropped)}/diff?from=1&to=9`));
    await refused('NotFound', call(service.url, 'GET', `/proposals/${id(dropped)}/revisions/1`, {}));
    const inYears = instantOf(now() + 500 * 86_400_000);
    await mistakes(zara, 'POST', `/proposals/${id(dropped)}/freeze`, {
      ReadingTooShort: { opensAt: '2000-01-01T00:00:00Z' },
      VotingTooShort: { closesAt: instantOf(now()) },
      VotingTooFar: { closesAt: inYears },
    });
    await does(oren, 'POST', `/proposals/${id(dropped)}/withdrawal`);
    const contested = `/proposals/${id(await does(oren, 'POST', '/proposals', measured({ kind: 'resolution' })))}`;
    await does(oren, 'POST', `${contested}/submission`);
    await mistakes(member, 'POST', `${contested}/inadmissibility`, { StewardRequired: { reason: 'No.' } });
    await refused('NoSponsorship', tries(member, 'DELETE', `${contested}/sponsorship`));
    const backed = await does(member, 'PUT', `${contested}/sponsorship`);
    await sees(oren, `${contested}/sponsors`, backed);
    await refused('MembersOnly', tries(buyer, 'GET', `${contested}/sponsors`));
    await refused('SponsoredAlready', tries(member, 'PUT', `${contested}/sponsorship`));
    await refused('OwnProposal', tries(oren, 'PUT', `${contested}/sponsorship`));
    await does(member, 'DELETE', `${contested}/sponsorship`);
    await sees(iva, contested, await does(zara, 'POST', `${contested}/inadmissibility`, { reason: 'No.' }));
    await refused('WrongPhase', tries(zara, 'POST', `${contested}/admission`));
    for (const backer of [member, iva]) await does(backer, 'PUT', `${contested}/sponsorship`);
    await town.until(contested, undefined, ({ state }) => state === 'deliberation');
    await refused('MembersOnly', tries(buyer, 'POST', `${contested}/comments`, { text: 'Ours.' }));
    const said = await does(member, 'POST', `${contested}/comments`, { text: 'Why not?' });
    const comment = `${contested}/comments/${id(said)}`;
    await refused('NoSuchComment', tries(iva, 'POST', `${contested}/comments`, { text: 'Because.', replyTo: randomUUID() }));
    await does(iva, 'POST', `${contested}/comments`, { text: 'Because.', replyTo: id(said) });
    await does(member, 'PUT', comment, { text: 'Why not, indeed?' });
    await refused('NotTheAuthor', tries(iva, 'PUT', comment, { text: 'Mine.' }));
    await refused('NotImpartial', tries(oren, 'POST', `${comment}/hiding`, { reason: 'Mine.' }));
    await refused('CommentNotHidden', tries(member, 'POST', `${comment}/appeal`, { statement: 'Please.' }));
    await does(zara, 'POST', `${comment}/hiding`, { reason: 'Twice.' });
    const appealed = await does(member, 'POST', `${comment}/appeal`, { statement: 'Please.' });
    await seesAll(zara, [`${contested}/comments`, comment], appealed);
    expect((await sees(iva, '/my-page', appealed)).body).toMatchObject({ waiting: { appeals: [{ comment: id(said) }] } });
    await refused('NotImpartial', tries(zara, 'POST', `${comment}/appeal-decision`, { restore: true, reason: 'Yes.' }));
    await does(iva, 'POST', `${comment}/appeal-decision`, { restore: true, reason: 'Yes.' });
    await refused('RestoredOnAppeal', tries(zara, 'POST', `${comment}/hiding`, { reason: 'Again.' }));
    await everybodySees(`${contested}/comments?limit=1`, comment);
    await does(member, 'DELETE', comment);
    const amended = { against: 1, title: 'No mall at all', prose: 'None.', measure: { kind: 'resolution' } };
    const amend = async (): Promise<string> => `${contested}/amendments/${id(await does(iva, 'POST', `${contested}/amendments`, amended))}`;
    await mistakes(oren, 'POST', `${contested}/amendments`, { OwnProposal: amended });
    await mistakes(iva, 'POST', `${contested}/amendments`, { AmendmentOutdated: { ...amended, against: 2 }, TextUnchanged: { ...amended, title: draft.title } });
    await does(iva, 'DELETE', await amend());
    const [better, worse] = [await amend(), await amend()];
    await refused('NotTheAmender', tries(member, 'DELETE', worse));
    await refused('NotTheProposer', tries(iva, 'POST', `${better}/acceptance`));
    const settled = await does(oren, 'POST', `${worse}/rejection`, { reason: 'No.' });
    await refused('AmendmentSettled', tries(iva, 'DELETE', worse));
    expect((await sees(oren, '/my-page', settled)).body).toMatchObject({ waiting: { amendments: [{ title: amended.title }] } });
    await seesAll(oren, [`${contested}/amendments`, better, `${contested}/revisions`], await does(oren, 'POST', `${better}/acceptance`));
    await refused('AmendmentOutdated', tries(oren, 'POST', `${better}/acceptance`));
    await refused('NoSuchAmendment', tries(oren, 'POST', `${contested}/amendments/${randomUUID()}/acceptance`));
    await refused('CommentIsWithdrawn', tries(member, 'DELETE', comment));
    const words = await does(oren, 'POST', '/proposals', measured({ kind: 'resolution' }));
    await does(oren, 'POST', `/proposals/${id(words)}/submission`);
    await does(zara, 'POST', `/proposals/${id(words)}/admission`);
    await mistakes(oren, 'POST', `/proposals/${id(words)}/rebase`, { NoRebaseNeeded: measured({ kind: 'resolution' }) });
    await does(zara, 'POST', `/proposals/${id(words)}/freeze`, {});
    const yard = { person: member.person, role: 'auditor' };
    await mistakes(oren, 'POST', '/proposals', {
      NotAMember: measured({ kind: 'grant-role', ...yard, person: randomUUID() }),
      RoleNotHeld: measured({ kind: 'recall-role', ...yard }),
      RoleHeldAlready: measured({ kind: 'grant-role', ...yard, role: 'keeper' }),
    });
    const election = await does(oren, 'POST', '/proposals', measured({ kind: 'grant-role', ...yard, until: inYears }));
    const recall = await does(oren, 'POST', '/proposals', measured({ kind: 'recall-role', person: zara.person, role: 'steward' }));
    for (const one of [election, recall]) await does(oren, 'POST', `/proposals/${id(one)}/submission`);
    await refused('OwnCase', tries(zara, 'POST', `/proposals/${id(recall)}/admission`));
    await does(iva, 'POST', `/proposals/${id(recall)}/admission`);
    await refused('OwnCase', tries(zara, 'POST', `/proposals/${id(recall)}/freeze`, {}));
    await does(iva, 'POST', `/proposals/${id(election)}/admission`);
    await does(iva, 'POST', `/proposals/${id(election)}/freeze`, {});
    const [proposal, failing] = [await town.proposal('no-mall', clauses), await town.proposal('some-mall', [])];
    // Written before the rival is in force, so that it has to be written anew after that.
    const rival = await does(oren, 'POST', '/proposals', draft);
    await does(oren, 'POST', `/proposals/${id(rival)}/submission`);
    await does(zara, 'POST', `/proposals/${id(rival)}/admission`);
    await refused('WrongPhase', tries(zara, 'POST', `/proposals/${proposal}/freeze`, {}));
    await town.until(`/proposals/${proposal}`, undefined, ({ state }) => state === 'voting');
    const cast = await does(zara, 'PUT', `/proposals/${proposal}/ballot`, { choice: 'no' });
    await does(zara, 'PUT', `/proposals/${proposal}/ballot`, { choice: 'yes' });
    await refused('SameChoice', tries(zara, 'PUT', `/proposals/${proposal}/ballot`, { choice: 'yes' }));
    await does(iva, 'PUT', `/proposals/${proposal}/ballot`, { choice: 'abstain' });
    await does(iva, 'DELETE', `/proposals/${proposal}/ballot`);
    for (const voter of [zara, oren, iva]) for (const one of [words, election]) await does(voter, 'PUT', `/proposals/${id(one)}/ballot`, { choice: 'yes' });
    const late = await town.member('Late');
    await refused('NotOnRoll', tries(late, 'PUT', `/proposals/${proposal}/ballot`, { choice: 'no' }));
    const inName = { headers: { 'biolithic-on-behalf-of': party }, token: buyer.token };
    await refused('VotesInOwnName', call(service.url, 'PUT', `/proposals/${proposal}/ballot`, { ...inName, body: { choice: 'no' } }));
    await refused('NoBallot', tries(iva, 'DELETE', `/proposals/${proposal}/ballot`));
    await seesAll(oren, [`/proposals/${proposal}/ballot`, `/proposals/${proposal}/outlook`, `/proposals/${proposal}/outlook?threshold=2/3&quorum=1/2&floor=1/4`]);
    await refused('MembersOnly', tries(buyer, 'GET', `/proposals/${proposal}/outlook`));
    await refused('InvalidRules', tries(oren, 'GET', `/proposals/${proposal}/outlook?threshold=1/3`));
    await refused('NotCertified', tries(oren, 'GET', `/proposals/${proposal}/recount`));
    await refused('NotFound', tries(oren, 'GET', `/proposals/${randomUUID()}/recount`));
    const previewed = await sees(oren, `/proposals/${proposal}/preview?days=7`);
    expect(previewed.body).toMatchObject({ protocol: 'no-mall', refused: { intake: 0, offer: expect.any(Number) }, clauses: [{ clause: 'all' }] });
    await sees(oren, `/proposals/${proposal}/preview`);
    await refused('MembersOnly', tries(buyer, 'GET', `/proposals/${proposal}/preview`));
    await refused('NothingToPreview', tries(oren, 'GET', `/proposals/${id(words)}/preview?option=none`));
    await refused('MalformedRequest', tries(oren, 'GET', `/proposals/${proposal}/preview?days=367`));
    await refused('NotFound', tries(oren, 'GET', `/proposals/${randomUUID()}/preview`));
    await refused('MembersOnly', tries(buyer, 'GET', `/proposals/${proposal}/recount`));
    await sees(oren, `/proposals/${proposal}/roll-entry`);
    await refused('NotOnRoll', tries(buyer, 'GET', `/proposals/${proposal}/roll-entry`));
    await refused('RollNotSealed', tries(oren, 'GET', `/proposals/${id(rival)}/roll-entry`));
    await refused('NotFound', tries(oren, 'GET', `/proposals/${randomUUID()}/roll-entry`));
    await does(oren, 'PUT', `/proposals/${proposal}/ballot`, { choice: 'yes' });
    await seesAll(iva, [`/proposals/${proposal}`, `/proposals/${proposal}/ballots?limit=1`, '/my-page'], cast);
    await refused('MembersOnly', tries(buyer, 'GET', `/proposals/${proposal}/ballots`));
    await seesAll(oren, [`/proposals/${proposal}/tally-over-time?points=3`, '/proposals?search=mal&kind=adopt-protocol&decisionClass=ordinary&limit=1', '/my-page/calendar']);
    await seesAll(oren, [`/proposals?proposer=${oren.person}&protocol=no-mall`]);
    await refused('MembersOnly', tries(buyer, 'GET', `/proposals/${proposal}/tally-over-time`));
    await refused('VotingNotOpen', tries(oren, 'GET', `/proposals/${id(rival)}/tally-over-time`));
    await everybodySees('/calendar', '/proposals?search=mall');
    await pass(2);
    await town.until(`/proposals/${proposal}`, undefined, ({ state }) => state === 'enacted');
    await town.until(`/proposals/${failing}`, undefined, ({ outcome }) => outcome === 'NoQuorum');
    await refused('VotingNotOpen', tries(oren, 'GET', `/proposals/${proposal}/outlook`));
    await sees(iva, `/proposals/${proposal}/recount`);
    await sees(zara, `/proposals/${proposal}/recount?threshold=%3E2/3`);
    await sees(zara, `/proposals/${proposal}/ballot`);
    await refused('InvalidRules', tries(oren, 'GET', `/proposals/${proposal}/recount?quorum=3/2`));
    await refused('VotingNotOpen', tries(zara, 'PUT', `/proposals/${proposal}/ballot`, { choice: 'no' }));
    await town.until(`/proposals/${id(words)}`, undefined, ({ state }) => state === 'enacted');
    await town.until(`/proposals/${id(election)}`, undefined, ({ state }) => state === 'enacted');
    await town.until('/roles?role=auditor&limit=5', zara.token, ({ rows }) => (rows as { person: string }[]).some(({ person }) => person === member.person));
    await sees(member, '/my-page');
    await does(member, 'POST', '/roles/auditor/resignation');
    await refused('RoleNotHeld', tries(member, 'POST', '/roles/auditor/resignation'));
    await seesAll(member, ['/roles', `/members/${member.person}`]);
    await everybodySees('/proposals', '/proposals?state=enacted', '/protocols', '/protocols/no-mall', '/protocols/no-mall/history', '/protocols/no-mall/diff?from=1&to=1', '/resolutions', `/proposals/${id(words)}`);
    await refused('NeedsRebase', tries(zara, 'POST', `/proposals/${id(rival)}/freeze`, {}));
    await refused('AnotherMatter', tries(oren, 'POST', `/proposals/${id(rival)}/rebase`, measured({ kind: 'resolution' })));
    await does(oren, 'POST', `/proposals/${id(rival)}/rebase`, draft);

    const override = { quorum: { n: 0, d: 1 }, threshold: { n: 2, d: 3, strict: false }, floor: { n: 0, d: 1 } };
    const veto = { guardians: 1, grounds: ['unlawful'], window: { seconds: 9 }, override };
    const decided = async (measure: object): Promise<string> => {
      const one = await does(oren, 'POST', '/proposals', measured(measure));
      await does(oren, 'POST', `/proposals/${id(one)}/submission`);
      await does(zara, 'POST', `/proposals/${id(one)}/admission`);
      const frozen = await does(zara, 'POST', `/proposals/${id(one)}/freeze`, {});
      await town.until(`/proposals/${id(one)}?waitFor=${positionOf(frozen)}`, undefined, ({ state }) => state === 'voting');
      for (const voter of [zara, oren, iva]) await does(voter, 'PUT', `/proposals/${id(one)}/ballot`, { choice: 'yes' });
      await pass(2);
      return id(one);
    };
    await refused('DelegationOff', tries(iva, 'PUT', '/delegations/all', { to: oren.person }));
    await town.until(`/proposals/${await decided({ kind: 'change-rules', rules: { delegation: { allowed: true, topics: ['trade'] } } })}`, undefined, ({ state }) => state === 'enacted');
    await does(iva, 'PUT', '/delegations/all', { to: oren.person, named: true });
    await does(iva, 'PUT', '/delegations/topic.trade', { to: zara.person });
    await refused('SameDelegation', tries(iva, 'PUT', '/delegations/topic.trade', { to: zara.person }));
    await mistakes(iva, 'PUT', '/delegations/topic.art', { NoSuchTopic: { to: oren.person } });
    await mistakes(iva, 'PUT', '/delegations/all', { OwnDelegate: { to: iva.person }, DelegateNoMember: { to: buyer.person } });
    const gone = await does(iva, 'DELETE', '/delegations/topic.trade');
    await refused('NoDelegation', tries(iva, 'DELETE', '/delegations/topic.trade'));
    await seesAll(iva, ['/delegations', '/delegations/named', '/delegates', '/delegates?scope=all'], gone);
    await refused('MembersOnly', tries(buyer, 'GET', '/delegations/named'));
    const carried = await does(oren, 'POST', '/proposals', { ...measured({ kind: 'resolution' }), topic: 'trade' });
    await does(oren, 'POST', `/proposals/${id(carried)}/submission`);
    await does(zara, 'POST', `/proposals/${id(carried)}/admission`);
    await does(zara, 'POST', `/proposals/${id(carried)}/freeze`, {});
    await town.until(`/proposals/${id(carried)}`, undefined, ({ state }) => state === 'voting');
    const spoken = await does(oren, 'PUT', `/proposals/${id(carried)}/ballot`, { choice: 'yes' });
    await seesAll(iva, [`/proposals/${id(carried)}`, `/proposals/${id(carried)}/delegation`, `/proposals/${id(carried)}/delegates`, `/proposals/${id(carried)}/outlook`], spoken);
    await pass(2);
    await town.until(`/proposals/${id(carried)}`, undefined, ({ state, certificate }) => state === 'enacted' && (certificate as { yes: number }).yes === 2);
    await sees(iva, `/proposals/${id(carried)}/recount`);
    await town.until(`/proposals/${await decided({ kind: 'change-rules', rules: { veto } })}`, undefined, ({ state }) => state === 'enacted');
    await town.until(`/transfers/${id(offered)}`, zara.token, ({ state }) => state === 'lapsed');
    await seesAll(zara, ['/grandfathered-holdings', `/grandfathered-holdings?protocol=no-mall&party=${party}&limit=1`]);
    await seesAll(buyer, ['/grandfathered-holdings']);
    const disputable = { contest: { ordinary: { seconds: 9 } }, disputes: { arbiters: 1, ruling: { seconds: 60 } } };
    await town.until(`/proposals/${await decided({ kind: 'change-rules', rules: disputable })}`, undefined, ({ state }) => state === 'timelocked');
    await pass(10);
    const guardian = await town.member('Guard', ['guardian', 'arbiter']);
    const doubted = await decided({ kind: 'resolution' });
    await town.until(`/proposals/${doubted}`, undefined, ({ state }) => state === 'contestable');
    const claim = { irregularity: 'miscount', affected: 1, remedy: 'recount', reasons: 'Oren counted alone.' };
    await refused('NoStanding', tries(buyer, 'POST', `/proposals/${doubted}/disputes`, claim));
    const dispute = await does(iva, 'POST', `/proposals/${doubted}/disputes`, claim);
    await refused('DisputedAlready', tries(iva, 'POST', `/proposals/${doubted}/disputes`, claim));
    await town.until(`/proposals/${doubted}/disputes/${id(dispute)}`, iva.token, ({ lot }) => lot !== null);
    await refused('NotAnArbiter', tries(iva, 'POST', `/proposals/${doubted}/disputes/${id(dispute)}/opinions`, { finding: 'upheld', reasons: 'Mine.' }));
    const ruled = await does(guardian, 'POST', `/proposals/${doubted}/disputes/${id(dispute)}/opinions`, { finding: 'upheld', reasons: 'Let us see.' });
    await refused('DisputeSettled', tries(guardian, 'POST', `/proposals/${doubted}/disputes/${id(dispute)}/opinions`, { finding: 'upheld', reasons: 'Again.' }));
    await refused('MembersOnly', tries(buyer, 'GET', `/proposals/${doubted}/disputes`));
    await seesAll(zara, [`/proposals/${doubted}/disputes?limit=1`, `/proposals/${doubted}`], ruled);
    await town.until(`/proposals/${doubted}/disputes/${id(dispute)}`, iva.token, ({ recount }) => (recount as { agrees?: boolean } | null)?.agrees === true);
    const vetoed = await decided({ kind: 'resolution' });
    await pass(10);
    await town.until(`/proposals/${vetoed}`, undefined, ({ state }) => state === 'timelocked');
    await refused('GuardianRequired', tries(zara, 'POST', `/proposals/${vetoed}/veto`, { ground: 'unlawful', reasons: 'None.' }));
    await refused('GroundNotListed', tries(guardian, 'POST', `/proposals/${vetoed}/veto`, { ground: 'breaks-charter', reasons: 'None.' }));
    const stopped = await does(guardian, 'POST', `/proposals/${vetoed}/veto`, { ground: 'unlawful', reasons: 'The law.' });
    await sees(iva, `/proposals/${vetoed}`, stopped);
    await seesAll(zara, [`/proposals/${vetoed}/outlook`, `/proposals/${vetoed}/roll-entry`, `/proposals/${vetoed}/recount`, '/my-page'], stopped);
    await does(zara, 'PUT', `/proposals/${vetoed}/ballot`, { choice: 'yes' });
    await pass(2);
    await town.until(`/proposals/${vetoed}`, undefined, ({ state }) => state === 'enacted');

    const denials = [
      await refused('DeniedByProtocol', tries(buyer, 'POST', '/requests', { party, lot, purpose: 'all of it' })),
      await refused('DeniedByProtocol', tries(buyer, 'POST', `/lots/${lot}/offers/${id(offered)}/acceptance`, {})),
      await refused('DeniedByProtocol', tries(member, 'POST', `/lots/${await town.lot('pet-flakes', member)}/offers`, { to: party, passes: 'custody' })),
    ];
    const suspension = '/protocols/no-mall/clauses/all/suspension';
    await refused('GuardianRequired', tries(zara, 'POST', suspension, { ground: 'endangers-people' }));
    await refused('ProtocolNotInForce', tries(guardian, 'POST', suspension.replace('no-mall', 'never-was'), { ground: 'endangers-people' }));
    await refused('NoSuchClause', tries(guardian, 'POST', suspension.replace('/all/', '/none/'), { ground: 'endangers-people' }));
    await refused('SuspensionTooLong', tries(guardian, 'POST', suspension, { ground: 'endangers-people', until: instantOf(now() + 73 * 3_600_000) }));
    await refused('MalformedRequest', tries(guardian, 'POST', suspension, { ground: 'I do not like it' }));
    const suspended = await does(guardian, 'POST', suspension, { ground: 'endangers-people' });
    await refused('SuspendedBefore', tries(guardian, 'POST', suspension, { ground: 'endangers-people' }));
    await sees(zara, '/protocols/no-mall', suspended);
    denials.push(await refused('DeniedByProtocol', tries(buyer, 'POST', '/requests', { party, lot, purpose: 'now?' })));
    const attempts = await sees(zara, `/refused-requests?party=${party}`, ...denials);
    expect(attempts.body['rows']).toHaveLength(3);
    await sees(buyer, `/refused-requests/${(attempts.body['rows'] as [{ key: string }])[0].key}`);
    expect((await sees(zara, '/denied-offers')).body['rows']).toHaveLength(1);
    expect(told()).toEqual([]);
  });

  test('is attacked, and says so', async () => {
    const { zara, oren, iva } = town;
    const facility = await town.party('facility', 'Sorting hall');
    const file = (who: Townsperson, text: string, type = 'text/plain') => {
      const headers = { authorization: `Bearer ${who.token}`, 'content-type': type, 'idempotency-key': randomUUID() };
      return fetch(`${service.url}/evidence`, { method: 'POST', body: Buffer.from(text), headers });
    };
    const filed = (await (await file(zara, 'a cut belt')).json()) as { hash: string; position: number };
    expect(await (await file(oren, 'a cut belt')).json()).toEqual(filed);
    expect((await file(zara, 'void main', 'text/x-c')).status).toBe(415);
    expect((await file(zara, '')).status).toBe(422);
    const content = await does(zara, 'GET', `/evidence/${filed.hash}?waitFor=${filed.position}`);
    expect(content.body).toEqual({ text: 'a cut belt' });
    const reported = await does(zara, 'POST', '/sabotage', { facility, statement: 'The belt was cut.', evidence: [filed.hash], occurredAt: instantOf(now()) });
    await refused('EvidenceNotFiled', tries(zara, 'POST', '/sabotage', { facility, statement: 'Cut.', evidence: ['0'.repeat(64)] }));
    await refused('NotAFacility', tries(zara, 'POST', '/sabotage', { facility: zara.person, statement: 'Cut.', evidence: [] }));
    await refused('NotYetHappened', tries(zara, 'POST', '/sabotage', { facility, statement: 'Cut.', evidence: [], occurredAt: instantOf(now() + 60_000) }));
    await refused('OwnReport', tries(zara, 'POST', `/sabotage/${id(reported)}/corroborations`, {}));
    await sees(oren, '/my-page', reported);
    await does(oren, 'POST', `/sabotage/${id(reported)}/corroborations`, { statement: 'I saw it.' });
    await refused('CorroboratedAlready', tries(oren, 'POST', `/sabotage/${id(reported)}/corroborations`, {}));
    const confirmed = await does(iva, 'POST', `/sabotage/${id(reported)}/corroborations`, {});
    await refused('SabotageConfirmedAlready', tries(member, 'POST', `/sabotage/${id(reported)}/corroborations`, {}));
    await seesAll(zara, ['/sabotage', `/sabotage?facility=${facility}&state=confirmed`, `/sabotage/${id(reported)}?limit=1`, '/defence-log'], confirmed);
    expect(told()).toEqual([]);
  });

  test('is watched', async () => {
    const { zara, url } = town;
    await everybodySees('/health/live', '/health/ready', '/metrics', '/openapi.json', '/clock', '/events?limit=5', '/events?types=community.party-registered.v1');
    const asZara = { authorization: `Bearer ${zara.token}` };
    expect((await fetch(`${url}/events?after=3`, { headers: asZara })).status).toBe(200);
    await seesAll(zara, ['/my-page', '/my-page/acts?limit=3']);
    const feed = await listen(`${url}/feed?after=0`, asZara);
    await until(() => feed.events.length > 30);
    feed.close();
    for (const { data } of feed.events) contract.streamed('GET /feed', data);
    const views = () => done(url, 'GET', '/views', { token: operator });
    await done(url, 'POST', '/views/rebuild', { token: operator, body: { views: ['community'] } });
    await refused('RebuildUnderWay', call(url, 'POST', '/views/rebuild', { token: operator }));
    while (((await views()).body['rebuild'] as { running: boolean }).running);
    await refused('NotFound', call(url, 'POST', '/views/rebuild', { token: operator, body: { views: ['weather'] } }));
    await refused('ClockMovesForward', call(url, 'POST', '/clock', { token: operator, body: { to: '2001-01-01T00:00:00Z' } }));
    expect(told()).toEqual([]);
  });

  test('is not ready when its log is not', async () => {
    const status = jest.spyOn(service.service.stores.log, 'status').mockReturnValue({ state: 'catching-up', reason: 'far behind', lag: 60_000 });
    const reply = await call(service.url, 'GET', '/health/ready');
    status.mockRestore();
    expect(reply).toMatchObject({ status: 503, body: { ready: false, checks: { log: { ok: false, reason: 'far behind' } } } });
    expect(reply.headers.get('content-type')).toContain('application/json');
    expect(told()).toEqual([]);
  });
});

test('every route that is described has been called, and succeeded', () => {
  const all = contract.routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(all.filter((route) => route !== 'GET /feed' && !contract.successes.has(route))).toEqual([]);
});

test('every property of an answer is described, but for what events hold', () => {
  const answers = contract.routes.flatMap(({ method, path, operation }) =>
    Object.entries(operation.responses).flatMap(([status, { content }]) =>
      Object.values(content ?? {}).flatMap(({ schema }) => [...openIn(schema, `${method.toUpperCase()} ${path} ${status}`)]),
    ),
  );
  const components = Object.entries(contract.schemas).flatMap(([name, schema]) => [...openIn(schema, name)]);
  expect([...answers, ...components].toSorted()).toEqual([
    'AcknowledgedEvent data', 'GET /events 200 data', 'GET /feed 200 data', 'GET /openapi.json 200',
    'Problem details',
  ]);
});

test('whoever asks amiss, the answer is one that is described', async () => {
  const stranger = await service.service.issuer?.mint(randomUUID(), randomUUID(), instantOf(now() + 86_400_000));
  const newcomer = await join(service.url, (await does(town.zara, 'POST', '/invitations')).body as never, 'New');
  await does(town.zara, 'POST', '/invitations', undefined, { key: 'used' });
  const others = [stranger?.token as string, newcomer.token, member.token, town.oren.token, operator].map((token) => ({ authorization: `Bearer ${token}` }));
  const used = { authorization: `Bearer ${town.zara.token}`, 'idempotency-key': 'used' };
  const asked = contract.routes.flatMap(({ method, path, operation }) => {
    const success = contract.successes.get(`${method.toUpperCase()} ${path}`);
    return success ? [...amiss(success, operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name), [...others, used])] : [];
  });
  expect(asked.length).toBeGreaterThan(2_000);
  const next = asked.values();
  const ask = async (): Promise<void> => {
    for (const [url, init] of next) await (await fetch(url, init)).body?.cancel();
  };
  await Promise.all(Array.from({ length: 64 }, ask));
  const met = new Set([...contract.problems].map((one) => one.split(' ')[2]));
  for (const name of ['HeadersTooLarge', 'ListTooLong', 'IdempotencyKeyReused', 'StreamChanged', 'InvalidCursor', 'OperatorOnly']) expect(met).toContain(name);
  expect(told()).toEqual([]);
}, 120_000);
