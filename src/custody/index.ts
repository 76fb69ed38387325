// Custody: materials, lots, and how they pass from hand to hand.
export * from './grandfathered.view.ts';
export * from './grandfathering.process.ts';
export * from './grandfathering.ts';
export * from './intake.ts';
export * from './lapse.process.ts';
export * from './lot.events.ts';
export * from './material-custody.queries.ts';
export * from './material-custody.view.ts';
export * from './material.ts';
export * from './preview.ts';
export * from './rejections.ts';
export * from './request.events.ts';
export * from './request.ts';
export * from './transfer.ts';
