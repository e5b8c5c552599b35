import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { startCluster } from '../../../rig/postgres.ts';
import { postgresVersions } from '../../../rig/postgres-versions.ts';
import { dumpAndRestore } from './dumped.ts';
import { useRig } from './rig.ts';
import { everything } from './samples.ts';

describe.each([15, 18] as const)('of PostgreSQL %s', (version) => {
  const rig = useRig(version);

  test.each(['UTC', 'Europe/Zurich', 'Asia/Kolkata', 'America/St_Johns'])(
    'what was dumped in %s is proven to the last byte',
    async (timeZone) => {
      await using restored = await dumpAndRestore(rig, everything, { timeZone });
      const proof = await restored.prove();
      expect(proof.findings).toEqual([]);
      expect(proof.tables.filter(({ status }) => status !== 'proven')).toEqual([]);
      expect(proof.tablesProven).toBe(12);
      expect(proof.tables.map(({ table }) => table)).toContain('"My S"."T 1"');
      const rows = restored.digests.filter(({ form }) => form === 'copy');
      expect(proof.rows).toBe(rows.reduce((sum, digest) => sum + digest.rows, 0));
      const [largest] = proof.tables;
      expect(largest).toMatchObject({ table: 'public."values"', restoredRows: 2001 });
      expect(largest?.restoredSha256).toBe(largest?.archiveSha256);
    },
  );
});

describe('of any version', () => {
  const rig = useRig(15, 18);

  test('what was seen of the time zone at first spares the second decoding', async () => {
    const options = { timeZone: 'Europe/Zurich' };
    await using restored = await dumpAndRestore(rig, everything, options);
    const sampleOffsets = () => Promise.reject(new Error('It was decoded again.'));
    const { offsets } = restored;
    const proof = await restored.prove({ offsets, sampleOffsets });
    expect(proof.findings).toEqual([]);
    await expect(restored.prove({ sampleOffsets })).rejects.toThrow('decoded again');
  });

  test.runIf(postgresVersions.includes(18))('so it is on a newer server', async () => {
    await using newer = await startCluster(18);
    await using restored = await dumpAndRestore(rig, everything, { into: newer });
    const proof = await restored.prove();
    expect(proof.findings).toEqual([]);
    expect(proof.tablesProven).toBe(12);
  });

  test('without data, only the catalog is compared', async () => {
    const args = ['--section=pre-data', '--section=post-data'];
    await using restored = await dumpAndRestore(rig, everything, { args });
    const proof = await restored.prove({ depth: 'schema' });
    expect(proof.findings).toMatchObject([
      {
        code: 'schema-mismatch',
        severity: 'high',
        message: expect.stringMatching(/^The dump leaves out the data of 12 tables: /),
      },
    ]);
    expect(proof.tables).toEqual([]);
  });

  test('an encoding other than that of the database is no difference', async () => {
    const fill = `create table "Größe" (name text); insert into "Größe" values ('Zürich'), ('Genève');`;
    const args = ['--encoding=LATIN1'];
    await using restored = await dumpAndRestore(rig, fill, { args });
    const [digest] = restored.digests;
    // The reader of the test takes all names for UTF-8.
    const entry = {
      ...digest?.entry,
      tag: 'Größe',
      copyStatement: 'COPY public."Größe" (name) FROM stdin;\n',
    };
    const digests = restored.digests.map((one) => ({
      ...one,
      entry: { ...one.entry, ...entry },
    }));
    const { tables } = await restored.prove({ digests });
    expect(tables).toMatchObject([{ table: 'public."Größe"', status: 'proven' }]);
  });

  test('cancelled, it stops what is under way and leaves no session behind', async () => {
    await using restored = await dumpAndRestore(rig, everything);
    const { database } = restored;
    const locker = await database.connect();
    const pid = await pidOf(locker);
    const sessions = async () => {
      const { rows } = await database.query<{ state: string; event: string | null }>(
        'select state, wait_event_type as event from pg_stat_activity where datname = $1 and pid <> all ($2)',
        [database.name, [pid, await pidOf(database.client)]],
      );
      return rows;
    };
    await locker.query('begin; lock table public.trades_2026');
    const controller = new AbortController();
    const proving = restored.prove({ signal: controller.signal });
    proving.catch(() => {});
    await expect.poll(sessions).toContainEqual({ state: 'active', event: 'Lock' });
    controller.abort(new Error('enough'));
    await expect(proving).rejects.toThrow('enough');
    // A backend that waits for a lock learns only then that nobody waits for it.
    await locker.query('rollback');
    await expect.poll(sessions).toEqual([]);
  });
});

async function pidOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}
