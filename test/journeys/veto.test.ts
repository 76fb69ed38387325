// What has passed is held: guardians stop it, and the same roll decides whether they are overridden.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rootOf } from '../../src/governance/index.ts';
import { Commons, told, type Person } from './people.ts';

const RULES = {
  contest: { ordinary: { days: 2 } },
  timelock: { ordinary: { days: 4 } },
  veto: {
    guardians: 2, grounds: ['unlawful', 'irreversible-harm'], window: { days: 3 },
    override: { quorum: { n: 1, d: 2 }, threshold: { n: 2, d: 3, strict: false }, floor: { n: 0, d: 1 } },
  },
};

let commons: Commons;
let [gerda, gustav, mara]: Person[] = [];
let proposal: string;

const vote = (who: Person | undefined, choice: string) => (who as Person).puts(`/proposals/${proposal}/ballot`, { choice });
const veto = (who: Person | undefined, ground = 'irreversible-harm') => (who as Person).posts(`/proposals/${proposal}/veto`, { ground, reasons: 'The bed of the estuary does not grow back.' });
const shown = async (...known: number[]) => (await commons.place.anybody.reads(`/proposals/${proposal}`, ...known)).body;

beforeAll(async () => {
  commons = await Commons.found({ rules: RULES });
  [gerda, gustav, mara] = [await commons.member('Gerda', ['guardian']), await commons.member('Gustav', ['guardian']), await commons.member('Mara')];
});
afterAll(() => commons.close());

const carried = async (name: string): Promise<void> => {
  proposal = await commons.town.proposal(name, []);
  await commons.place.passes({ days: 3 });
  for (const voter of [commons.zara, commons.oren, mara]) await vote(voter, 'yes');
  expect(await shown(await commons.place.passes({ days: 7 }))).toMatchObject({ state: 'contestable', contestableUntil: commons.place.in({ days: 2 }), certificate: { yes: 3 } });
  expect(told(await veto(gerda))).toBe('409 WrongPhase');
  const waits = { state: 'timelocked', timelockedUntil: commons.place.in({ days: 6 }), vetoUntil: commons.place.in({ days: 5 }) };
  expect(await shown(await commons.place.passes({ days: 2 }))).toMatchObject(waits);
};

describe('given a vote that is carried, under a charter with a contest, a timelock and a veto', () => {
  test('when nobody stands in its way, then it is enacted when its time has come, and not before', async () => {
    await carried('clean-slips');
    expect(told(await veto(gerda))).toBe('200 VetoCast');
    expect(told(await veto(gerda))).toBe('409 VetoedAlready');
    expect(told(await veto(mara))).toBe('403 GuardianRequired');
    await commons.place.passes({ days: 3 });
    expect(told(await veto(gustav))).toBe('409 VetoWindowOver');
    const enacted = await commons.place.passes({ days: 1 });
    expect(await shown(enacted)).toMatchObject({ state: 'enacted', vetoes: [{ guardian: (gerda as Person).id, ground: 'irreversible-harm' }] });
    expect((await commons.place.anybody.reads('/protocols/clean-slips', enacted)).body).toMatchObject({ proposal });
  });

  test('when as many guardians as it takes stop it, then it is not enacted, and the same roll votes anew', async () => {
    await carried('dredge-the-bed');
    const late = await commons.member('Late');
    expect(told(await veto(gerda, 'flawed-procedure'))).toBe('422 GroundNotListed');
    expect(told(await veto(gerda))).toBe('200 VetoCast');
    expect(told(await veto(gustav))).toBe('200 VetoCast, ProposalVetoed, OverrideVotingOpened');
    const position = await commons.place.passes({ seconds: 1 });
    expect(await shown(position)).toMatchObject({ state: 'override-voting', certificate: null, counts: null, vetoedCertificate: { yes: 3 }, round: 2 });
    expect((await (mara as Person).reads('/my-page', position)).body.waiting.ballots).toMatchObject([{ proposal }]);
    expect(told(await vote(late, 'yes'))).toBe('403 NotOnRoll');
    const { body: entry } = await (mara as Person).reads(`/proposals/${proposal}/roll-entry`);
    expect([entry.root, rootOf(entry)]).toEqual(Array.from({ length: 2 }, () => entry.root));
    expect((await shown()).rollRoot).toBe(entry.root);
    expect((await (mara as Person).reads(`/proposals/${proposal}/recount`)).body).toMatchObject({ round: 1, agrees: true, recounted: { yes: 3 } });
  });

  test('when two thirds want it nevertheless, then it waits once more and is enacted', async () => {
    for (const voter of [commons.zara, commons.oren, mara, commons.iva]) expect(told(await vote(voter, 'yes'))).toBe('200 BallotCast');
    for (const voter of [gerda, gustav]) await vote(voter, 'no');
    const decided = await commons.place.passes({ days: 7 });
    expect(await shown(decided)).toMatchObject({ state: 'timelocked', vetoUntil: null, certificate: { yes: 4, no: 2, override: true, outcome: 'passed' } });
    expect((await (mara as Person).reads(`/proposals/${proposal}/recount`, decided)).body).toMatchObject({ round: 2, agrees: true, recounted: { yes: 4, no: 2 } });
    expect(told(await veto(gerda))).toBe('409 NoVeto');
    expect(await shown(await commons.place.passes({ days: 4 }))).toMatchObject({ state: 'enacted' });
  });

  test('when they do not, then the veto is upheld for good', async () => {
    await carried('dam-the-mouth');
    for (const guardian of [gerda, gustav]) await veto(guardian);
    await vote(commons.zara, 'yes');
    const upheld = await commons.place.passes({ days: 7 });
    expect(await shown(upheld)).toMatchObject({ state: 'veto-upheld', outcome: 'NoQuorum', certificate: { yes: 1, override: true } });
    expect((await commons.place.anybody.reads('/protocols/dam-the-mouth', upheld)).status).toBe(404);
  });
});
