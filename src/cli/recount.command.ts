// `recount`: a certified vote counted once more, from the log's file alone.
import { InvalidArgumentError, type Command } from 'commander';
import type { DecisionRule } from '../community/index.ts';
import { FRACTION, partsOf, recount, THRESHOLD } from '../governance/index.ts';
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
    .option('--as-of <position>', 'as the log was at this position: for the vote of an earlier round', position)
    .action((proposal: string, options: RecountOptions) => {
      const reader = openLogOf(configOf(command, LOG));
      try {
        const asOf = Math.min(options.asOf ?? Infinity, reader.head().position);
        const { certificate, certificateHash, round, recounted, agrees, otherwise } = recount.answer(wholeLog(reader, catalogue, asOf), { proposal, under: partsOf(options) });
        const columns = ['yes', 'no', 'abstain', 'roll', 'outcome'] as const;
        say(table(['', ...columns], [['certificate', ...columns.map((column) => told(certificate[column]))], ['recounted', ...columns.map((column) => told(recounted[column]))]]));
        const { frozenAt, pollsClosedAt, rule, extended } = certificate;
        say(`Round ${round}, frozen at ${grouped(frozenAt)}, closed at ${grouped(pollsClosedAt)}${extended === undefined ? '' : ', after a late swing'}, by ${inWords(rule)}`);
        say(`Certificate ${certificateHash}`);
        say(`Ballots     ${recounted.ballotsHash}`);
        if (otherwise) say(`By ${inWords(otherwise.rule)}: ${otherwise.outcome}`);
        if (!agrees) throw new Failure('RecountDiffers', 'the certificate does not say what the ballots on record say');
        say('The certificate agrees.');
      } finally {
        reader.close();
      }
    });
}

const told = (value: number | string): string => (typeof value === 'number' ? grouped(value) : value);

const part = ({ n, d }: { readonly n: number; readonly d: number }): string => `${n}/${d}`;

const inWords = ({ quorum, turnout, threshold, floor }: DecisionRule): string =>
  [`quorum ${part(quorum)}`, ...(turnout ? [`turnout ${part(turnout)}`] : []), `threshold ${threshold.strict ? '>' : ''}${part(threshold)}`, `floor ${part(floor)}`].join(', ');
