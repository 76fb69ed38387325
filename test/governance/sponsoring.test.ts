// Sponsors: enough members admit a proposal, whatever a steward found of it; a proposer never judges the own one.
import { describe, expect, test } from '@jest/globals';
import { charter, faultOfRules, FOUNDING_RULES, sameRules, type CharterEvent } from '../../src/community/index.ts';
import {
  admissibility, admittingSponsored, deliberation, proposal, protocolStatus, sponsoredAdmission, sponsoring, sponsors, sponsorsView,
  type ProposalEvent, type SponsorEvent,
} from '../../src/governance/index.ts';
import { SYSTEM_ACTOR } from '../../src/kernel/index.ts';
import { folded, given } from '../support/given.ts';
import { admittedBy, drafted, ILMARI, inDeliberation, inForce, living, member, NOOR, outsider, P, steward, submitted, text, ZARA } from './village.ts';

const asking = (sponsors: number): CharterEvent => ({ type: 'RulesChanged', data: { proposal: 'r', rules: { ...FOUNDING_RULES, sponsors }, charterRevision: 2 } });
const around = (...events: readonly ProposalEvent[]) => ({ charter: folded(charter, ...inForce, asking(2)), membership: member, proposal: folded(proposal, ...events) });
const waiting = around(drafted(), submitted);
const found: ProposalEvent = { type: 'ProposalFoundInadmissible', data: { proposal: P, by: ZARA, reason: 'Not ours to decide.' } };
const revised: ProposalEvent = { type: 'ProposalRevised', data: { proposal: P, textRevision: 2, writtenAgainst: 1, admitted: false, ...text, title: 'Otherwise' } };
const sponsored = (sponsor: string, textRevision = 1): SponsorEvent => ({ type: 'ProposalSponsored', data: { proposal: P, sponsor, textRevision } });
const takenBack = (sponsor: string): SponsorEvent => ({ type: 'SponsorshipWithdrawn', data: { proposal: P, sponsor, textRevision: 1 } });
const reached = (count: number, textRevision = 1): SponsorEvent => ({ type: 'SponsorsReached', data: { proposal: P, textRevision, sponsors: count } });
const sponsor = { proposal: P };

describe('a sponsor', () => {
  test('is a member who is not the proposer, of a proposal that waits to be admitted, where the charter asks for sponsors', () => {
    given(sponsoring, waiting).when('SponsorProposal', sponsor, { actor: NOOR }).then(sponsored(NOOR));
    given(sponsoring, waiting).when('SponsorProposal', sponsor, { actor: ILMARI }).thenRefused('OwnProposal');
    given(sponsoring, { ...waiting, membership: outsider }).when('SponsorProposal', sponsor, { actor: NOOR }).thenRefused('MembersOnly');
    given(sponsoring, { ...waiting, charter: living }).when('SponsorProposal', sponsor, { actor: NOOR }).thenRefused('SponsorsNotAsked');
    given(sponsoring, around()).when('SponsorProposal', sponsor, { actor: NOOR }).thenRefused('NoSuchProposal');
    given(sponsoring, around(drafted())).when('SponsorProposal', sponsor, { actor: NOOR }).thenRefused('WrongPhase', { phase: 'draft' });
    given(sponsoring, around(...inDeliberation)).when('SponsorProposal', sponsor, { actor: NOOR }).thenRefused('WrongPhase', { phase: 'deliberation' });
  });

  test('sponsors a text once, and may take it back', () => {
    given(sponsoring, sponsored(NOOR), waiting).when('SponsorProposal', sponsor, { actor: NOOR }).thenRefused('SponsoredAlready');
    given(sponsoring, sponsored(NOOR), waiting).when('WithdrawSponsorship', sponsor, { actor: NOOR }).then(takenBack(NOOR));
    given(sponsoring, waiting).when('WithdrawSponsorship', sponsor, { actor: NOOR }).thenRefused('NoSponsorship');
    given(sponsoring, sponsored(NOOR), takenBack(NOOR), waiting).when('SponsorProposal', sponsor, { actor: NOOR }).then(sponsored(NOOR));
  });

  test('supports the text that there is: another one asks for support anew', () => {
    const anew = around(drafted(), submitted, revised);
    given(sponsoring, sponsored(NOOR), anew).when('SponsorProposal', sponsor, { actor: ZARA }).then(sponsored(ZARA, 2));
    given(sponsoring, sponsored(NOOR), anew).when('SponsorProposal', sponsor, { actor: NOOR }).then(sponsored(NOOR, 2));
    given(sponsoring, sponsored(NOOR), anew).when('WithdrawSponsorship', sponsor, { actor: NOOR }).thenRefused('NoSponsorship');
    given(sponsoring, sponsored(NOOR), sponsored(ZARA, 2), anew).when('SponsorProposal', sponsor, { actor: NOOR }).then(sponsored(NOOR, 2), reached(2, 2));
  });

  test('is one of enough when as many distinct members are as the charter says: on record, once', () => {
    given(sponsoring, sponsored(ZARA), waiting).when('SponsorProposal', sponsor, { actor: NOOR }).then(sponsored(NOOR), reached(2));
    given(sponsoring, sponsored(ZARA), takenBack(ZARA), waiting).when('SponsorProposal', sponsor, { actor: NOOR }).then(sponsored(NOOR));
    given(sponsoring, sponsored(ZARA), sponsored(NOOR), reached(2), waiting).when('SponsorProposal', sponsor, { actor: 'another' }).then(sponsored('another'));
  });
});

describe('a steward', () => {
  const bySteward = { membership: steward };
  const find = { proposal: P, reason: 'Not ours to decide.' };

  test('finds a submitted proposal inadmissible, with a reason: not the own one', () => {
    given(admissibility, drafted(), submitted, bySteward).when('FindInadmissible', find, { actor: ZARA }).then(found);
    given(admissibility, drafted(ZARA), submitted, bySteward).when('FindInadmissible', find, { actor: ZARA }).thenRefused('OwnProposal');
    given(admissibility, drafted(), submitted, { membership: member }).when('FindInadmissible', find, { actor: NOOR }).thenRefused('StewardRequired');
    given(admissibility, drafted(), bySteward).when('FindInadmissible', find, { actor: ZARA }).thenRefused('WrongPhase');
    given(admissibility, inDeliberation, bySteward).when('FindInadmissible', find, { actor: ZARA }).thenRefused('WrongPhase');
  });

  test('is overturned by sponsors, and by nobody else; the proposer may take it back', () => {
    const context = { charter: living, membership: steward, unregistered: [], uncatalogued: [] };
    given(deliberation, drafted(), submitted, found, context).when('AdmitProposal', { proposal: P }, { actor: ZARA }).thenRefused('WrongPhase', { phase: 'inadmissible' });
    given(sponsoring, sponsored(ZARA), around(drafted(), submitted, found)).when('SponsorProposal', sponsor, { actor: NOOR }).then(sponsored(NOOR), reached(2));
    given(deliberation, drafted(), submitted, found, { ...context, membership: member })
      .when('WithdrawProposal', { proposal: P }, { actor: ILMARI })
      .then({ type: 'ProposalWithdrawn', data: { proposal: P, admitted: false } });
  });
});

describe('an admission by sponsors', () => {
  const admission: ProposalEvent = { type: 'ProposalAdmitted', data: { proposal: P, by: SYSTEM_ACTOR, sponsors: 2 } };
  const enough = folded(sponsors, sponsored(ZARA), sponsored(NOOR), reached(2));

  test('is owed once there are enough, and settled by whatever makes it needless', () => {
    const past = [drafted(), submitted, sponsored(ZARA), sponsored(NOOR)];
    given(admittingSponsored, past).thenOwed();
    given(admittingSponsored, past, reached(2)).thenOwed(P).thenRuns(P, { command: 'AdmitSponsored', body: { proposal: P } });
    given(admittingSponsored, past, reached(2), found).thenOwed(P);
    for (const settled of [admission, admittedBy(), revised, { type: 'ProposalWithdrawn', data: { proposal: P, admitted: false } } as ProposalEvent]) {
      given(admittingSponsored, past, reached(2), settled).thenOwed();
    }
  });

  test('takes place once, also when a steward found otherwise, or a sponsor left since', () => {
    given(sponsoredAdmission, drafted(), submitted, { sponsors: enough }).when('AdmitSponsored', sponsor).then(admission);
    given(sponsoredAdmission, drafted(), submitted, found, { sponsors: enough }).when('AdmitSponsored', sponsor).then(admission);
    given(sponsoredAdmission, drafted(), submitted, { sponsors: folded(sponsors, sponsored(ZARA), sponsored(NOOR), reached(2), takenBack(NOOR)) }).when('AdmitSponsored', sponsor).then(admission);
    given(sponsoredAdmission, drafted(), submitted, admittedBy(), { sponsors: enough }).when('AdmitSponsored', sponsor).thenRefused('WrongPhase');
  });

  test('is not for another text than the one that was sponsored', () => {
    given(sponsoredAdmission, drafted(), submitted, revised, { sponsors: enough }).when('AdmitSponsored', sponsor).thenRefused('NotYetDue');
    given(sponsoredAdmission, drafted(), submitted, { sponsors: folded(sponsors, sponsored(ZARA)) }).when('AdmitSponsored', sponsor).thenRefused('NotYetDue');
  });
});

test('who sponsors what is on show, and how many the present text has', () => {
  given(protocolStatus, drafted(), submitted, sponsored(ZARA), sponsored(NOOR), takenBack(ZARA)).thenRow('proposal', P, { sponsors: 1 });
  given(protocolStatus, drafted(), submitted, sponsored(ZARA), revised).thenRow('proposal', P, { sponsors: 0 });
  given(protocolStatus, drafted(), submitted, found).thenRow('proposal', P, { state: 'inadmissible', inadmissible: { by: ZARA, reason: 'Not ours to decide.' } });
  given(sponsorsView, sponsored(ZARA), sponsored(NOOR), takenBack(NOOR), sponsored(ZARA, 2)).thenRow('sponsor', `${P}/${ZARA}`, { textRevision: 2 });
  expect(Object.keys(given(sponsorsView, sponsored(ZARA), sponsored(NOOR), takenBack(NOOR)).rows('sponsor'))).toEqual([`${P}/${ZARA}`]);
});

test('a charter asks for up to ten thousand sponsors; none is the same as not a word of it', () => {
  for (const asked of [0, 1, 10_000]) expect(faultOfRules({ ...FOUNDING_RULES, sponsors: asked })).toBeUndefined();
  for (const asked of [-1, 1.5, 10_001]) expect(faultOfRules({ ...FOUNDING_RULES, sponsors: asked })).toBeDefined();
  expect(sameRules(FOUNDING_RULES, { ...FOUNDING_RULES, sponsors: 0 })).toBe(true);
  expect(sameRules(FOUNDING_RULES, { ...FOUNDING_RULES, sponsors: 1 })).toBe(false);
});
