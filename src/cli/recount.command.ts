// `recount`: a certified vote counted once more, from the log's file alone.
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { DecisionRule, Outcome } from '../community/index.ts';
import { ELECTION_METHODS, FRACTION, partsOf, recount, THRESHOLD, type Counted, type Election, type ElectionMethod } from '../governance/index.ts';
import { isUuid } from '../kernel/index.ts';
import { catalogue } from '../registry.ts';
import { wholeLog } from '../runtime/index.ts';
import { Failure } from './failure.ts';
import { openLogOf } from './log.ts';
import { configOf, LOG, position, takes } from './options.ts';
import { grouped, say, table } from './terminal.ts';

interface RecountOptions {
  readonly quorum?: string;
  readonly turnout?: string;
  readonly threshold?: string;
  readonly floor?: string;
  readonly method?: ElectionMethod;
  readonly asOf?: number;
}

const matching = (pattern: RegExp, example: string) => (text: string) => {
  if (!pattern.test(text)) throw new InvalidArgumentError(`It must be a fraction of whole numbers, as in ${example}.`);
  return text;
};

export function addRecountCommand(program: Command): void {
  const command = takes(
    program.command('recount').argument('<proposal>', 'ProposalId', (text) => {
      if (!isUuid(text)) throw new InvalidArgumentError('It must be a ProposalId.');
      return text;
    }).description('Count a certified vote once more from the log alone, and by another rule; also beside a running service'),
    LOG,
  )
    .option('--quorum <n/d>', 'instead of the rule’s quorum: share of the roll whose ballots are decisive', matching(FRACTION, '1/3'))
    .option('--turnout <n/d>', 'instead of the rule’s turnout: share of the roll with any ballot, abstentions included', matching(FRACTION, '1/2'))
    .option('--threshold <n/d>', 'instead of the rule’s threshold: share of yes among decisive ballots; 2/3 is at least two thirds, \'>1/2\' (in quotes) more than half', matching(THRESHOLD, '>1/2 or 2/3'))
    .option('--floor <n/d>', 'instead of the rule’s floor: share of the roll that must say yes', matching(FRACTION, '1/4'))
    .addOption(new Option('--method <method>', 'of a vote between options: count it this way').choices(ELECTION_METHODS))
    .option('--as-of <position>', 'as the log was at this position: for the vote of an earlier round', position)
    .action((proposal: string, options: RecountOptions) => {
      const reader = openLogOf(configOf(command, LOG));
      try {
        const asOf = Math.min(options.asOf ?? Infinity, reader.head().position);
        const { certificate, certificateHash, round, recounted, agrees, otherwise } = recount.answer(wholeLog(reader, catalogue, asOf), {
          proposal, under: partsOf(options), ...(options.method ? { method: options.method } : {}),
        });
        const [stated, found] = [cells(certificate), cells(recounted)];
        say(table(['', ...Object.keys(stated)], [['certificate', ...Object.values(stated)], ['recounted', ...Object.values(found)]]));
        for (const line of 'election' in recounted ? fared(recounted.election) : []) say(line);
        const { frozenAt, pollsClosedAt, rule, extended } = certificate;
        say(`Round ${round}, frozen at ${grouped(frozenAt)}, closed at ${grouped(pollsClosedAt)}${extended === undefined ? '' : ', after a late swing'}, by ${inWords(rule)}`);
        say(`Certificate ${certificateHash}`);
        say(`Ballots     ${recounted.ballotsHash}`);
        if (otherwise) {
          const { rule: asked, outcome, election } = otherwise;
          say(`By ${inWords(asked)}${election ? `, ${METHODS[election.method]}` : ''}: ${outcome}${election?.elected === undefined ? '' : `, ${election.elected}`}`);
        }
        if (!agrees) throw new Failure('RecountDiffers', 'the certificate does not say what the ballots on record say');
        say('The certificate agrees.');
      } finally {
        reader.close();
      }
    });
}

/** What stands in a line of the table. */
function cells(found: Counted & { readonly roll: number; readonly outcome: Outcome }): Record<string, string> {
  const { abstain, roll, outcome } = found;
  const rest = { abstain: grouped(abstain), roll: grouped(roll), outcome };
  if (!('election' in found)) return { yes: grouped(found.yes), no: grouped(found.no), ...rest };
  return { ballots: grouped(found.ballots), ...rest, elected: found.election.elected ?? '—' };
}

const METHODS: Readonly<Record<ElectionMethod, string>> = { approval: 'by approval', ranked: 'as a ranking' };

/** How options fared, as lines. */
function* fared(election: Election): Iterable<string> {
  const { eligible, tied } = election;
  if (election.method === 'approval') yield `Approvals   ${election.options.map((option, i) => `${option} ${grouped(election.approvals[i] ?? 0)}`).join(', ')}`;
  else yield `Order       ${election.order.map((group) => group.join(' = ')).join(' > ')}`;
  yield `Eligible    ${eligible.join(', ') || 'none'}`;
  if (tied) yield `Tied        ${tied.join(', ')}`;
}

const part = ({ n, d }: { readonly n: number; readonly d: number }): string => `${n}/${d}`;

const inWords = ({ quorum, turnout, threshold, floor }: DecisionRule): string =>
  [`quorum ${part(quorum)}`, ...(turnout ? [`turnout ${part(turnout)}`] : []), `threshold ${threshold.strict ? '>' : ''}${part(threshold)}`, `floor ${part(floor)}`].join(', ');
