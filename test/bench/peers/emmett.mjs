// What a user would pick instead: Emmett on SQLite behind Fastify, run as a process of its own.
//   node emmett.mjs MODE serve DIRECTORY            prints its port; POST /ballots, GET /visible?ballot=B
//   node emmett.mjs MODE rebuild DIRECTORY EVENTS   appends, then projects all of them anew; prints {events, seconds}
// MODE is 'as-it-comes' or 'tuned': the best that could be made of it.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { getSQLiteEventStore, sqliteConnection, SQLiteConnectionPool, sqliteRawSQLProjection } from '@event-driven-io/emmett-sqlite';

const [, , mode, task, directory, count] = process.argv;
const fileName = join(directory, 'emmett.sqlite');
const tuned = mode === 'tuned';

/** As it comes, its pool opens a connection for every operation. */
async function oneConnection() {
  const connection = sqliteConnection({ fileName });
  // It sets its mode without waiting for that, and a commit meanwhile fails.
  await connection.query('PRAGMA journal_mode = WAL');
  return { connection, singleton: true };
}

const pool = SQLiteConnectionPool(tuned ? { fileName, connectionOptions: await oneConnection() } : { fileName });
// Either way it locks up beyond one writer: one operation at a time.
let last = Promise.resolve();
const serialised = {
  ...pool,
  withConnection: (handle) => {
    const mine = last.then(() => pool.withConnection(handle));
    last = mine.catch(() => undefined);
    return mine;
  },
};

/** Again while it fails because a connection before is still being closed. */
async function surely(work) {
  for (let failures = 0; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (failures === 100 || !String(error.code).startsWith('SQLITE_')) throw error;
      await sleep(1);
    }
  }
}

const store = getSQLiteEventStore({ fileName, pool: serialised, schema: { autoMigration: 'CreateOrUpdate' } });
await surely(() => store.schema.migrate());

/** As it comes, it takes a hundred events at a time and rests after each hundred. */
async function project(options) {
  const consumer = store.consumer(tuned ? { pulling: { batchSize: 5_000, pullingFrequencyInMs: 1 } } : {});
  consumer.processor({ processorId: 'ballots', projection: ballots, ...options });
  await consumer.start();
}

const quote = (text) => `'${text.replaceAll("'", "''")}'`;
const table = 'CREATE TABLE IF NOT EXISTS ballots (ballot TEXT PRIMARY KEY, choice TEXT NOT NULL)';
const ballots = sqliteRawSQLProjection({
  canHandle: ['BallotCast'],
  initSQL: table,
  evolve: ({ data }) => `INSERT OR REPLACE INTO ballots VALUES (${quote(data.ballot)}, ${quote(data.choice)})`,
});
await surely(() => serialised.withConnection((connection) => connection.command(table)));

if (task === 'serve') {
  // Fastify from the product's own dependencies: the same version on both sides.
  const { fastify } = createRequire(new URL('../../../package.json', import.meta.url))('fastify');
  void (async () => {
    // It ends in silence where a write has failed.
    for (;;) await project({ startFrom: 'CURRENT' }).then(() => sleep(1), () => sleep(1));
  })();
  const app = fastify({ logger: false });
  app.post('/ballots', async (request, reply) => {
    const { proposal, voter, choice } = request.body;
    const stream = `ballot-${proposal}-${voter}`;
    const before = await surely(() => store.readStream(stream));
    const event = { type: 'BallotCast', data: { ballot: `${proposal}-${voter}`, proposal, voter, choice } };
    const { nextExpectedStreamVersion, lastEventGlobalPosition } = await surely(() => store.appendToStream(stream, [event]));
    reply.code(201);
    return { before: before.events.length, revision: String(nextExpectedStreamVersion), position: String(lastEventGlobalPosition) };
  });
  app.get('/visible', async ({ query }) => {
    const row = await surely(() =>
      serialised.withConnection((connection) => connection.querySingle('SELECT 1 AS there FROM ballots WHERE ballot = ?', [query.ballot])),
    );
    return { visible: row?.there === 1 };
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  process.on('SIGTERM', () => process.exit(0));
  console.log(JSON.stringify({ port: app.server.address().port }));
} else if (task === 'rebuild') {
  const events = Number(count);
  for (let i = 0; i < events; i += 100) {
    await surely(() =>
      store.appendToStream(
        `ballots-${i}`,
        Array.from({ length: 100 }, (_, n) => ({
          type: 'BallotCast',
          data: { ballot: `ballot-${i + n}`, proposal: `proposal-${(i + n) % 10}`, voter: `voter-${i + n}`, choice: 'yes' },
        })),
      ),
    );
  }
  let seen = 0;
  const began = performance.now();
  await project({ startFrom: 'BEGINNING', stopAfter: () => (seen += 1) >= events });
  const seconds = (performance.now() - began) / 1000;
  const { rows } = await surely(() => serialised.withConnection((connection) => connection.querySingle('SELECT COUNT(*) AS rows FROM ballots')));
  if (rows !== events) throw new Error(`${rows} of ${events} ballots were projected`);
  console.log(JSON.stringify({ events, seconds }));
  process.exit(0);
}
