// Governance: proposals, ballots, and how what was passed comes into force.
export * from './ballot.ts';
export * from './deliberation.ts';
export * from './enactment.ts';
export * from './measure.ts';
export * from './outlook.ts';
export * from './proposal.ts';
export * from './protocol-status.view.ts';
export * from './queries.ts';
export * from './recount.ts';
export * from './rejections.ts';
export * from './roll-entry.ts';
export * from './roll.ts';
export { FRACTION, partsOf, THRESHOLD } from './rule-asked.ts';
export * from './voting.process.ts';
export * from './voting.ts';
