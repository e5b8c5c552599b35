import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTimescale, type Timescale } from '../rig/timescale.ts';

let timescale: Timescale;
beforeAll(async () => {
  timescale = await startTimescale();
});
afterAll(() => timescale[Symbol.asyncDispose]());

beforeEach(() => timescale.exec('create table numbers (number int)'));
afterEach(() => timescale.exec('drop table numbers'));

/** Two clients at once. */
function twoClients(work: (one: pg.Client, other: pg.Client) => Promise<void>) {
  return timescale.serving(async (url) => {
    const [one, other] = [new pg.Client(url), new pg.Client(url)] as const;
    for (const client of [one, other]) {
      client.on('error', () => undefined);
      await client.connect();
    }
    try {
      await work(one, other);
    } finally {
      await Promise.all([one.end(), other.end()]);
    }
  });
}

async function numbers(client: pg.Client): Promise<number[]> {
  const { rows } = await client.query('select number from numbers order by 1');
  return rows.map(({ number }) => number);
}

test('each client has the pid that its handshake named', async () => {
  await twoClients(async (...clients) => {
    for (const client of clients) {
      const { rows } = await client.query('select pg_backend_pid() as pid');
      expect(rows[0].pid).toBe(Reflect.get(client, 'processID'));
    }
  });
});

test('queries of two clients never mix', async () => {
  await twoClients(async (one, other) => {
    const askAll = async (client: pg.Client, offset: number) => {
      for (let i = offset; i < offset + 25; i++) {
        const { rows } = await client.query('select $1::int as number', [i]);
        expect(rows).toEqual([{ number: i }]);
      }
    };
    await Promise.all([askAll(one, 0), askAll(other, 100)]);
  });
});

test('a transaction keeps the other client waiting until it ends', async () => {
  await twoClients(async (one, other) => {
    await one.query('begin');
    await one.query('insert into numbers values ($1)', [1]);
    let seen: number[] | undefined;
    const seeing = numbers(other).then((rows) => {
      seen = rows;
    });
    await sleep(50);
    expect(seen).toBeUndefined();
    await one.query('insert into numbers values ($1)', [2]);
    await one.query('commit');
    await seeing;
    expect(seen).toEqual([1, 2]);
  });
});

test('errors leave both clients usable', async () => {
  await twoClients(async (one, other) => {
    await expect(one.query('select nonsense')).rejects.toThrow('does not exist');
    await expect(one.query('select 1 / $1::int', [0])).rejects.toThrow('by zero');
    expect(await numbers(other)).toEqual([]);
    await one.query('begin');
    await one.query('insert into numbers values (1)');
    await expect(one.query('select $1::int', ['x'])).rejects.toThrow('invalid input');
    const seeing = numbers(other);
    await expect(numbers(one)).rejects.toThrow('aborted');
    await one.query('rollback');
    expect(await seeing).toEqual([]);
  });
});

test('what a client left open is rolled back', async () => {
  await twoClients(async (one, other) => {
    await one.query('begin');
    await one.query('insert into numbers values (1)');
    one.connection.stream.destroy();
    expect(await numbers(other)).toEqual([]);
  });
});

test('COPY TO STDOUT', async () => {
  await timescale.exec('insert into numbers select generate_series(1, 20000)');
  await twoClients(async (one, other) => {
    const copying = copy(one, 'copy numbers to stdout');
    expect(await numbers(other)).toHaveLength(20_000);
    expect((await copying).toString().trimEnd().split('\n')).toHaveLength(20_000);
    await expect(copy(one, 'copy nothing to stdout')).rejects.toThrow('does not exist');
    expect(await copy(one, 'copy (values (1), (2)) to stdout')).toEqual(
      Buffer.from('1\n2\n'),
    );
  });
});

test('settings and locks do not outlive the clients', async () => {
  await twoClients(async (one) => {
    await one.query('set search_path = pg_catalog');
    await one.query('select pg_advisory_lock(1)');
  });
  expect(await timescale.query('select * from numbers')).toEqual([]);
  expect(
    await timescale.query(`select 1 from pg_locks where locktype = 'advisory'`),
  ).toEqual([]);
});

/** Runs COPY TO STDOUT, and gathers the data, which `pg` by itself throws away. */
function copy(client: pg.Client, sql: string): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  client.query({
    submit: (connection: pg.Connection) => connection.query(sql),
    // A view of a buffer that `pg` uses again.
    handleCopyData: ({ chunk }: { chunk: Buffer }) => chunks.push(Buffer.from(chunk)),
    handleCommandComplete: () => undefined,
    handleError: reject,
    handleReadyForQuery: () => resolve(Buffer.concat(chunks)),
  } as pg.Submittable);
  return promise;
}
