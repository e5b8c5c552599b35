import { afterAll, beforeAll, expect, test } from 'vitest';
import { restoreArchive } from '../../../../src/tasks/backup-restore-test/restore/restore.ts';
import { type Dump, dump, query, startServer } from './dump.ts';
import { withEachInstallation } from './installations.ts';
import { richDatabase, richRoles } from './rich-database.ts';

const { signal } = new AbortController();

withEachInstallation((installation) => {
  const resources = new AsyncDisposableStack();
  let dumped: Dump;

  beforeAll(async () => {
    const server = resources.use(await startServer(installation));
    await query(server, 'postgres', ...richRoles, 'create database shop');
    await query(server, 'shop', richDatabase);
    const statistics = installation.major >= 18 ? ['--statistics'] : [];
    dumped = await dump(server, installation, 'shop', ...statistics);
  });

  afterAll(() => resources.disposeAsync());

  test.each([1, 4])(
    'objects of every kind are restored without a word by %i',
    async (jobs) => {
      await using server = await startServer(installation);
      const { file, archive } = dumped;
      const progress: string[] = [];
      const restored = await restoreArchive(server, archive, file, {
        ...{ installation, jobs, schemaOnly: false, signal },
        onProgress: (line) => progress.push(line),
      });
      expect(restored.problems).toEqual([]);
      expect(restored.database).toBe('shop');
      const [counted] = await query(
        server,
        'shop',
        `select (select count(*)::int from app.trades) as trades,
              (select count(*)::int from app.totals) as totals,
              (select count(*)::int from pg_largeobject_metadata) as blobs,
              (select convert_from(lo_get(loid), 'UTF8') from pg_largeobject) as blob`,
      );
      expect(counted).toEqual({ trades: 2000, totals: 1, blobs: 2, blob: 'hello' });
      const items = restored.slowest.map(({ item }) => item).join('\n');
      expect(items).toMatch(/TABLE DATA .*trades/);
      expect(items).toContain('INDEX');
      expect(progress.length > 0).toBe(jobs > 1);
    },
  );

  test('of the schema alone every table is there, and empty', async () => {
    await using server = await startServer(installation);
    const { file, archive } = dumped;
    const { problems } = await restoreArchive(server, archive, file, {
      ...{ installation, jobs: 2, schemaOnly: true, signal },
    });
    expect(problems).toEqual([]);
    const [counted] = await query(
      server,
      'shop',
      `select (select count(*)::int from app.trades) as trades,
              (select count(*)::int from pg_class where relnamespace = 'app'::regnamespace and relkind = 'r') as tables`,
    );
    expect(counted).toEqual({ trades: 0, tables: 7 });
  });

  test('roles that are missing are made, and none can do more than it must', async () => {
    await using server = await startServer(installation);
    const { file, archive } = dumped;
    await restoreArchive(server, archive, file, {
      ...{ installation, jobs: 1, schemaOnly: true, signal },
    });
    // The latter owns a materialized view, which is filled with its rights.
    const superusers = ['admin', 'alice'];
    const roles = await query(
      server,
      'shop',
      `select rolname, rolsuper, rolcanlogin from pg_roles
       where rolname !~ '^(pg_|postgres$)' order by rolname collate "C"`,
    );
    expect(roles).toEqual(
      ['O\'Hara, "Bob"', 'admin', 'alice', 'group'].map((rolname) => ({
        ...{ rolname, rolsuper: superusers.includes(rolname), rolcanlogin: false },
      })),
    );
    const [granted] = await query(
      server,
      'shop',
      `select has_table_privilege('group', 'app.trades', 'select') as granted,
              pg_get_userbyid(relowner) as owner from pg_class where relname = 'trades'`,
    );
    expect(granted).toEqual({ granted: true, owner: 'O\'Hara, "Bob"' });
  });
});
