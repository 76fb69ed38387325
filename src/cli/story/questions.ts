// Three questions of the past, put to the service as it stands at the end of the year.
import { outcomeOf, type DecisionRule } from '../../community/index.ts';
import { Failure } from '../failure.ts';
import type { Player } from '../play/player.ts';
import { say } from '../terminal.ts';

interface LotThen {
  readonly material: string;
  readonly amount: string;
  readonly unit: string;
  readonly custodian: string;
  readonly location: string;
}

interface Refusal {
  readonly party: string;
  readonly at: string;
  readonly charterRevision: number;
  readonly clauses: readonly { readonly protocol: string; readonly words: string }[];
}

interface ProposalThen {
  readonly state: string;
  readonly outcome: string | null;
  readonly rule: DecisionRule;
  readonly rollSize: number;
  readonly counts: { readonly yes: number; readonly no: number; readonly abstain: number };
}

const WHO = 'iva';

export async function askOfThePast(player: Player): Promise<void> {
  await whoHeldTheCanopy(player);
  await whichProtocolRefused(player);
  await whatAtNoon(player);
}

async function whoHeldTheCanopy(player: Player): Promise<void> {
  say('\n1. Who held the great canopy the day before the blockade?');
  const path = '/lots/{canopy}?asOf=2147-09-11T12:00:00Z';
  const then = await player.read<LotThen>(WHO, path);
  const now = await player.read<LotThen>(WHO, '/lots/{canopy}');
  asked(path);
  say(`   ${await partyName(player, then.custodian)}, at "${then.location}": ${then.amount} ${then.unit} of ${then.material}. Today it is with the ${await partyName(player, now.custodian)}.`);
  expected('the canopy was on the carnival ground', then.custodian === player.names.get('carnival-ground'));
  expected('the canopy is in the mycelial network', now.custodian === player.names.get('mycelial-network'));
}

async function whichProtocolRefused(player: Player): Promise<void> {
  say('\n2. Which protocol refused this?');
  const path = '/refused-requests/{carnival-refusal}';
  const { party, at, clauses, charterRevision } = await player.read<Refusal>(WHO, path);
  asked(path);
  say(`   A request of ${await partyName(player, party)} on ${at.slice(0, 10)}, judged under revision ${charterRevision} of the charter, by ${clauses.length === 1 ? 'this clause' : 'these clauses'}:`);
  for (const { protocol, words } of clauses) {
    const inForce = `/protocols/${protocol}?asOf=${at}`;
    const { enactedAt } = await player.read<{ readonly enactedAt: string }>(WHO, inForce);
    say(`   · ${words} In force since ${enactedAt.slice(0, 16).replace('T', ' ')}.`);
  }
  expected('the blockade refused it', clauses.some(({ protocol }) => protocol === 'blockade'));
}

async function whatAtNoon(player: Player): Promise<void> {
  say('\n3. What would the outcome of Waste Sovereignty have been at noon on 11 April, before the accounts were filed?');
  const path = '/proposals/{sovereignty}?asOf=2147-04-11T12:00:00Z';
  const then = await player.read<ProposalThen>(WHO, path);
  const now = await player.read<ProposalThen>(WHO, '/proposals/{sovereignty}');
  const outcome = outcomeOf(then.rule, { ...then.counts, roll: then.rollSize });
  asked(path);
  say(`   ${outcome}: ${told(then)} of ${then.rollSize} on the roll. At the close it ${now.outcome}: ${told(now)}.`);
  expected('it would have failed at noon', outcome === 'NotApproved');
  expected('it passed in the end', now.outcome === 'passed');
}

const told = ({ counts: { yes, no, abstain } }: ProposalThen): string => `${yes} yes, ${no} no, ${abstain} abstain`;

const asked = (path: string): void => say(`   GET ${path}`);

async function partyName(player: Player, party: string): Promise<string> {
  return (await player.read<{ readonly name: string }>(WHO, `/parties/${party}`)).name;
}

/** @throws Failure UnexpectedAnswer */
function expected(what: string, holds: boolean): void {
  if (!holds) throw new Failure('UnexpectedAnswer', `the story says that ${what}; the service does not`);
}
