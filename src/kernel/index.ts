// The kernel: pure TypeScript that imports nothing of the project.
export * from './canonical-json.ts';
export * from './clock.ts';
export * from './decider.ts';
export * from './event.ts';
export * from './ids.ts';
export * from './quantity.ts';
export * from './rejection.ts';
