// What other rooms' commands state of the community.
export * from './rules.commands.ts';
