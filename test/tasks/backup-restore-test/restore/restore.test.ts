import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programsIn } from '../../../../src/tasks/backup-restore-test/restore/processes.ts';
import {
  type RestoreOptions,
  restoreArchive,
} from '../../../../src/tasks/backup-restore-test/restore/restore.ts';
import { type Dump, dump, query, startServer, type TestServer } from './dump.ts';
import { withEachInstallation } from './installations.ts';

const rows = `
  create table a (x int primary key);
  create table b (x int primary key, y text);
  insert into a select generate_series(1, 1000);
  insert into b select x, 'text ' || x from a;
  select lo_from_bytea(0, 'hello');`;

withEachInstallation((installation) => {
  const resources = new AsyncDisposableStack();
  let server: TestServer;
  let dumped: Dump;

  beforeAll(async () => {
    server = resources.use(await startServer(installation));
    await query(server, 'postgres', 'create database source');
    await query(server, 'source', rows);
    dumped = await dump(server, installation, 'source');
    await query(server, 'postgres', 'drop database source');
  });

  afterAll(() => resources.disposeAsync());

  const restore = (
    { archive, file }: Dump,
    options: Partial<RestoreOptions> = {},
    database?: string,
  ) => {
    const defaults = { jobs: 2, schemaOnly: false, signal: new AbortController().signal };
    const header = { ...archive.header, ...(database !== undefined && { database }) };
    return restoreArchive(server, { ...archive, header }, file, {
      ...{ installation, ...defaults },
      ...options,
    });
  };

  test.each([
    ['dbname=postgres host=example.com', undefined],
    [`it's "quoted" \\ and back`, undefined],
    ['postgresql://example.com/x', undefined],
    ['Ümläute', undefined],
    ['postgres', 'postgres'],
    ['template1', 'restored'],
  ])('a database of the name %j is restored', async (name, expected = name) => {
    const { database, problems } = await restore(dumped, {}, name);
    expect(problems).toEqual([]);
    expect(database).toBe(expected);
    expect(await query(server, database, 'select sum(x)::int as sum from b')).toEqual([
      { sum: 500_500 },
    ]);
  });

  test('a file is found by a path that is relative', async () => {
    const file = path.relative(process.cwd(), dumped.file);
    const { problems } = await restore({ ...dumped, file }, {}, 'relative');
    expect(problems).toEqual([]);
  });

  test('a file of a strange name is no option', async () => {
    const file = path.join(server.directory, '--version');
    await copyFile(dumped.file, file);
    const { database } = await restore({ ...dumped, file }, {}, 'strange');
    expect(await query(server, database, 'select count(*)::int as n from a')).toEqual([
      { n: 1000 },
    ]);
  });

  test('text in LATIN1 is restored as it was', async () => {
    await using latin = await startServer(installation, { encoding: 'LATIN1' });
    await query(latin, 'postgres', 'create database source template template0');
    await query(
      latin,
      'source',
      `create table "grün" (t text)`,
      `insert into "grün" values ('ö')`,
    );
    const { archive, file } = await dump(latin, installation, 'source');
    await query(latin, 'postgres', 'drop database source');
    const { problems } = await restoreArchive(latin, archive, file, {
      ...{ installation, jobs: 1, schemaOnly: false },
      signal: new AbortController().signal,
    });
    expect(problems).toEqual([]);
    const text = `select t, octet_length(t) as bytes from "grün"`;
    expect(await query(latin, 'source', text)).toEqual([{ t: 'ö', bytes: 1 }]);
  });

  /** Another file than the one that was dumped, with the table of contents of that. */
  async function damaged(name: string, change: (bytes: Buffer) => Buffer): Promise<Dump> {
    const file = path.join(server.directory, name);
    await writeFile(file, change(await readFile(dumped.file)));
    return { ...dumped, file };
  }

  describe('an archive', () => {
    test.each([1, 2])('that ends too early is told, with %i jobs', async (jobs) => {
      const half = await damaged('half', (bytes) =>
        bytes.subarray(0, bytes.length / 2 + 500),
      );
      const { problems } = await restore(half, { jobs }, `half ${jobs}`);
      const codes = problems.map(({ code }) => code);
      expect(codes).toEqual(
        expect.arrayContaining([expect.stringMatching(/^archive-(truncated|corrupt)$/)]),
      );
    });

    test.each([1, 2])(
      'with a bit that turned over is told, with %i jobs',
      async (jobs) => {
        const flipped = await damaged('flipped', (bytes) => {
          const at = bytes.length - 400;
          bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
          return bytes;
        });
        const { problems } = await restore(flipped, { jobs }, `flipped ${jobs}`);
        expect(problems.map(({ code }) => code)).toContain('archive-corrupt');
      },
    );

    test('of a newer format is told', async () => {
      const newer = await damaged('newer', (bytes) => {
        bytes.writeUInt8(99, 6);
        return bytes;
      });
      const { problems } = await restore(newer, {}, 'newer');
      expect(problems).toMatchObject([{ code: 'version-unsupported' }]);
    });
  });

  test('a database that is there already is an error, not a finding', async () => {
    await query(server, 'postgres', 'create database taken template template0');
    await expect(restore(dumped, {}, 'taken')).rejects.toThrow('already exists');
  });

  describe('a restore that is stopped', () => {
    const pgRestores = async () => {
      const pids = await programsIn(server.directory);
      const names = await Promise.all(
        pids.map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')),
      );
      return names.filter((name) => name.trim() === 'pg_restore');
    };

    test.each([1, 2])('ends its %i processes, and gives the reason', async (jobs) => {
      const controller = new AbortController();
      const { signal } = controller;
      const slow = await damaged('slow', (bytes) => {
        // The length of the first piece of data: on this, pg_restore loops without end.
        bytes.writeUInt8(0xff, dumped.archive.dataStartsAt + 7);
        return bytes;
      });
      const restoring = restore(slow, { jobs, signal }, `slow ${jobs}`);
      restoring.catch(() => {});
      await expect.poll(pgRestores, { timeout: 20_000 }).not.toEqual([]);
      await expect.poll(() => hasTable(`slow ${jobs}`), { timeout: 20_000 }).toBe(true);
      const reason = new Error('cancelled');
      controller.abort(reason);
      await expect(restoring).rejects.toBe(reason);
      await expect.poll(pgRestores).toEqual([]);
    });

    const hasTable = (database: string) =>
      query(
        server,
        database,
        `select to_regclass('public.b') is not null as is_there`,
      ).then(
        ([row]) => row?.['is_there'],
        () => false,
      );

    test('before it began gives the reason, too', async () => {
      const reason = new Error('cancelled');
      const signal = AbortSignal.abort(reason);
      await expect(restore(dumped, { signal }, 'never')).rejects.toBe(reason);
    });

    test('does not wait for a pg_restore that will not end', async () => {
      const bin = path.join(server.directory, 'stubborn');
      await mkdir(bin);
      const script = `#!/bin/sh
trap '' TERM
echo 'pg_restore: launching item 1 TABLE DATA a' >&2
while :; do sleep 0.1; done`;
      await writeFile(path.join(bin, 'pg_restore'), script, { mode: 0o755 });
      const controller = new AbortController();
      const reason = new Error('cancelled');
      const restoring = restore(
        dumped,
        {
          ...{ installation: { ...installation, bin }, signal: controller.signal },
          onProgress: () => controller.abort(reason),
        },
        'stubborn',
      );
      await expect(restoring).rejects.toBe(reason);
    });
  });

  test('a pg_restore that is not there is an error, not a finding', async () => {
    const bin = path.join(server.directory, 'nowhere');
    const broken = { ...installation, bin };
    await expect(restore(dumped, { installation: broken }, 'nowhere')).rejects.toThrow(
      'ENOENT',
    );
  });
});
