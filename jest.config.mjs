// Jest under ESM: TypeScript is transformed by swc; import specifiers end in .ts and resolve as they are.
import { readFileSync } from 'node:fs';

const swc = JSON.parse(readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'));
// The build rewrites specifiers to .js; tests run the sources.
delete swc.jsc.rewriteRelativeImportExtensions;
delete swc.$schema;

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/bench/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false, sourceMaps: 'inline' }] },
  testTimeout: 30_000,
  maxWorkers: 2,
};
