import pg from 'pg';

/** Runs a statement on a database; with `loop`, again and again until it changes nothing. */
const [sql = '', how, database] = process.argv.slice(2);
const client = new pg.Client({ database });
await client.connect();
let changed: number | null;
do {
  ({ rowCount: changed } = await client.query(sql));
} while (how === 'loop' && changed);
await client.end();
