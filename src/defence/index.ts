// Defence: who tried to get around a protocol, who attacked a facility, and what proves it.
export * from './attempt.ts';
export * from './defence-log.queries.ts';
export * from './defence-log.view.ts';
export * from './evidence.ts';
export * from './sabotage.ts';
