// My page: what waits for a person, and what was done in its name.
export * from './my-page.ts';
