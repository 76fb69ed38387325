// Parts of a decision rule in a query: what would have been under another rule.
import { IsIn, Matches } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Optional } from '../validation/index.ts';
import { ELECTION_METHODS, type ElectionMethod } from './measure.ts';
import { FRACTION, THRESHOLD } from './rule-asked.ts';

const says = (example: string) => ({ message: `$property must be a fraction of whole numbers, as in ${example}` });

export class RuleAsked {
  @JSONSchema({ description: 'Share of the roll whose ballots are decisive, as in `1/3`.' })
  @Optional()
  @Matches(FRACTION, says('1/3'))
  readonly quorum?: string;

  @JSONSchema({ description: 'Share of the roll with any ballot, as in `1/2`.' })
  @Optional()
  @Matches(FRACTION, says('1/2'))
  readonly turnout?: string;

  @JSONSchema({ description: 'Share of yes among the decisive ballots: `>=2/3` (or `2/3`) for at least, `>1/2` for more than.' })
  @Optional()
  @Matches(THRESHOLD, says('>1/2 or 2/3'))
  readonly threshold?: string;

  @JSONSchema({ description: 'Share of the roll that must say yes, as in `1/4`.' })
  @Optional()
  @Matches(FRACTION, says('1/4'))
  readonly floor?: string;
}

export class CountAsked extends RuleAsked {
  @JSONSchema({ description: 'How a vote between options is counted: of ballots for the other method, who ranks approves what stands above the status quo, and who approves ranks that above it.' })
  @Optional()
  @IsIn(ELECTION_METHODS)
  readonly method?: ElectionMethod;
}
