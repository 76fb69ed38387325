// What a user would pick instead: Emmett on SQLite behind Fastify, run as a process of its own.
//   node emmett.mjs serve DIRECTORY            prints its port; POST /ballots, GET /visible?global=N
//   node emmett.mjs rebuild DIRECTORY EVENTS   appends, then projects all of them anew; prints {events, seconds}
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { getSQLiteEventStore, SQLiteConnectionPool, sqliteRawSQLProjection } from '@event-driven-io/emmett-sqlite';

const [, , task, directory, count] = process.argv;
const fileName = join(directory, 'emmett.sqlite');

// Its default pool opens a connection per operation and fails with SQLITE_BUSY beyond one writer: one connection, one at a time.
const pool = SQLiteConnectionPool({ fileName, connectionOptions: { singleton: true } });
let last = Promise.resolve();
const serialised = {
  ...pool,
  withConnection: (handle) => {
    const mine = last.then(() => pool.withConnection(handle));
    last = mine.catch(() => undefined);
    return mine;
  },
};
const store = getSQLiteEventStore({ fileName, pool: serialised, schema: { autoMigration: 'CreateOrUpdate' } });
await store.schema.migrate();

const quote = (text) => `'${text.replaceAll("'", "''")}'`;
const ballots = (table) =>
  sqliteRawSQLProjection({
    canHandle: ['BallotCast'],
    initSQL: `CREATE TABLE IF NOT EXISTS ${table} (ballot TEXT PRIMARY KEY, choice TEXT NOT NULL)`,
    evolve: ({ data }) => `INSERT OR REPLACE INTO ${table} VALUES (${quote(data.ballot)}, ${quote(data.choice)})`,
  });
const createTable = (table) =>
  serialised.withConnection((connection) =>
    connection.command(`CREATE TABLE IF NOT EXISTS ${table} (ballot TEXT PRIMARY KEY, choice TEXT NOT NULL)`),
  );

const cast = (proposal, voter, choice) =>
  store.appendToStream(`ballot-${proposal}-${voter}`, [
    { type: 'BallotCast', data: { ballot: `${proposal}-${voter}`, proposal, voter, choice } },
  ]);

if (task === 'serve') {
  // Fastify from the product's own dependencies: the same version on both sides.
  const { fastify } = createRequire(new URL('../../../package.json', import.meta.url))('fastify');
  await createTable('ballots');
  const consumer = store.consumer();
  consumer.processor({ processorId: 'ballots', projection: ballots('ballots') });
  void consumer.start();
  const app = fastify({ logger: false });
  app.post('/ballots', async (request, reply) => {
    const { proposal, voter, choice } = request.body;
    const ballot = await store.readStream(`ballot-${proposal}-${voter}`);
    const { nextExpectedStreamVersion, lastEventGlobalPosition } = await cast(proposal, voter, choice);
    reply.code(201);
    return { before: ballot.events.length, revision: String(nextExpectedStreamVersion), position: String(lastEventGlobalPosition) };
  });
  app.get('/visible', async ({ query }) =>
    serialised.withConnection(async (connection) => ({
      visible: (await connection.querySingle('SELECT 1 FROM ballots WHERE ballot = ?', [query.ballot])) !== null,
    })),
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  process.on('SIGTERM', () => process.exit(0));
  console.log(JSON.stringify({ port: app.server.address().port }));
} else if (task === 'rebuild') {
  const events = Number(count);
  for (let i = 0; i < events; i += 100) {
    await store.appendToStream(
      `ballots-${i}`,
      Array.from({ length: 100 }, (_, n) => ({
        type: 'BallotCast',
        data: { ballot: `ballot-${i + n}`, proposal: `proposal-${(i + n) % 10}`, voter: `voter-${i + n}`, choice: 'yes' },
      })),
    );
  }
  await createTable('rebuilt');
  let seen = 0;
  const consumer = store.consumer();
  consumer.processor({ processorId: 'rebuilt', projection: ballots('rebuilt'), startFrom: 'BEGINNING', stopAfter: () => (seen += 1) >= events });
  const began = performance.now();
  await consumer.start();
  console.log(JSON.stringify({ events, seconds: (performance.now() - began) / 1000 }));
  process.exit(0);
}
