// The wire-level EventStoreDB test server.
export type { Faults } from './faults.ts';
export { TestServer } from './server.ts';
export type { TestServerOptions } from './server.ts';
export { SpawnedServer } from './spawned-server.ts';
