// Schemas that several routes of governance answer with.
import { OUTCOMES } from '../community/index.ts';
import type { Certificate } from './proposal.ts';
import type { BallotCounts } from './queries.ts';

/** As the founding states them. */
export const rule = { $ref: '#/components/schemas/StatedDecisionRule' };
export const duration = { $ref: '#/components/schemas/StatedDuration' };
export const object = <T, O extends keyof T = never>(properties: Readonly<Record<Exclude<keyof T, O>, object>>, optional?: Readonly<Record<O, object>>) =>
  ({ type: 'object', properties: { ...properties, ...optional }, required: Object.keys(properties) });
export const count = { type: 'integer', minimum: 0 };
export const position = { type: 'integer', minimum: 1 };
export const root = { type: 'string', description: 'Merkle root of the roll.' };
export const outcome = { type: 'string', enum: OUTCOMES };
export const extended = { type: 'string', enum: ['LateSwing'], description: 'Why the vote went on after its first close.' };

export const counts = object<BallotCounts>({ yes: count, no: count, abstain: count });
export const certificate = object<Certificate, 'extended'>({
  ...counts.properties,
  roll: { ...count, description: 'Persons on the roll.' },
  rollRoot: root,
  rule,
  frozenAt: { ...position, description: 'Position at which the roll was fixed.' },
  pollsClosedAt: { ...position, description: 'Position up to which ballots count.' },
  stampedLater: { type: 'array', items: position, description: 'Ballots that count although the log stamped them at or after the closing time.' },
  outcome,
}, { extended });
