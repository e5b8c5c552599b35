import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { programsIn } from '../../../../src/tasks/backup-restore-test/restore/processes.ts';
import {
  type Installation,
  programEnvironment,
} from '../../../../src/tasks/backup-restore-test/restore/programs.ts';
import {
  type ClusterOptions,
  startScratchCluster,
} from '../../../../src/tasks/backup-restore-test/restore/scratch-cluster.ts';
import { query, startServer } from './dump.ts';
import { withEachInstallation } from './installations.ts';

const isRoot = process.getuid?.() === 0;
const daemon = 1;

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'matchbook-cluster-'));
  await chmod(directory, 0o711);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true, force: true });
});

const start = (installation: Installation, options: Partial<ClusterOptions> = {}) =>
  startScratchCluster(installation, directory, {
    ...{ encoding: 'UTF8', preload: [], signal: new AbortController().signal },
    ...options,
  });

withEachInstallation((installation) => {
  const { bin, version } = installation;

  test('listens on a socket alone, whatever the environment says', async () => {
    vi.stubEnv('PGHOST', 'production.example.com');
    vi.stubEnv('PGSSLMODE', 'require');
    vi.stubEnv('PGSSLNEGOTIATION', 'direct');
    vi.stubEnv('PGOPTIONS', '-c search_path=nowhere');
    await using server = await start(installation);
    expect(server.version).toBe(version);
    const settings = await query(
      server,
      'postgres',
      `select current_setting('listen_addresses') as addresses, inet_server_addr() as address,
              current_setting('server_version') as version, current_setting('search_path') as path,
              current_setting('server_encoding') as encoding, current_setting('fsync') as fsync`,
    );
    expect(settings).toEqual([
      {
        ...{ addresses: '', address: null, version: expect.stringContaining(version) },
        ...{ path: '"$user", public', encoding: 'UTF8', fsync: 'off' },
      },
    ]);
    expect(await server.logTail()).toContain('ready to accept connections');
  });

  // Only root can become another user.
  const asRoot = isRoot ? test : () => {};
  asRoot('lets no other user of the machine in', async () => {
    await using server = await start(installation);
    const args = ['-h', server.host, '-U', 'postgres', '-c', 'select 1', 'postgres'];
    const asDaemon = { uid: daemon, gid: daemon, cwd: '/', env: programEnvironment(bin) };
    const psql = promisify(execFile)(path.join(bin, 'psql'), args, asDaemon);
    await expect(psql).rejects.toThrow('Permission denied');
    const list = promisify(execFile)('ls', [path.join(directory, 'data')], asDaemon);
    await expect(list).rejects.toThrow('Permission denied');
  });

  test('keeps the encoding of the dumped database', async () => {
    await using server = await start(installation, { encoding: 'LATIN1' });
    await query(server, 'postgres', 'create database x template template0');
    const [row] = await query(
      server,
      'x',
      `select current_setting('server_encoding') as encoding, octet_length('ö') as bytes`,
    );
    expect(row).toEqual({ encoding: 'LATIN1', bytes: 1 });
  });

  test('is gone after its disposal, which may come twice', async () => {
    const server = await start(installation);
    const client = await server.connect('postgres');
    await server[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    expect(await programsIn(directory)).toEqual([]);
    await expect(client.query('select 1')).rejects.toThrow();
    await expect(server.connect('postgres')).rejects.toThrow(/ENOENT|ECONNREFUSED/);
  });

  test('may be killed, and is disposed of all the same', async () => {
    await using server = await start(installation);
    const client = await server.connect('postgres');
    const ended = new Promise((resolve) => client.once('end', resolve));
    const file = path.join(directory, 'data', 'postmaster.pid');
    process.kill(Number.parseInt(await readFile(file, 'utf8'), 10), 'SIGKILL');
    await ended;
    await expect(client.query('select 1')).rejects.toThrow();
    await vi.waitFor(() =>
      expect(server.connect('postgres')).rejects.toThrow(/ECONNREFUSED|ENOENT/),
    );
  });

  describe('that is stopped at the beginning', () => {
    test.each([
      ['before anything', '.'],
      ['once initdb runs', 'data/PG_VERSION'],
      ['once the server starts', 'server.log'],
    ])('%s, leaves no process', async (_, file) => {
      const controller = new AbortController();
      const reason = new Error('cancelled');
      const started = start(installation, { signal: controller.signal }).then(
        async (server) => await server[Symbol.asyncDispose](),
        (error: unknown) => error,
      );
      const isThere = () => existsSync(path.join(directory, file));
      await vi.waitUntil(isThere, { timeout: 30_000, interval: 1 });
      controller.abort(reason);
      // Where the machine is fast, the server was there before.
      expect([reason, undefined]).toContain(await started);
      expect(await programsIn(directory)).toEqual([]);
      // What initdb had begun with would come back, if it still ran.
      await rm(directory, { recursive: true });
      await expect(readdir(directory)).rejects.toThrow('ENOENT');
    });
  });

  describe('of a broken installation', () => {
    let broken: string;

    beforeEach(async () => {
      broken = await mkdtemp(path.join(tmpdir(), 'matchbook-bin-'));
      await chmod(broken, 0o755);
      await program('initdb', `LD_LIBRARY_PATH=${bin}/../lib exec ${bin}/initdb "$@"`);
      await program('postgres', 'echo "no room for me" >&2; exit 1');
    });

    afterEach(() => rm(broken, { recursive: true }));

    const program = (name: string, script: string) =>
      writeFile(path.join(broken, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

    test('tells what the log of the server says', async () => {
      await expect(start({ ...installation, bin: broken })).rejects.toThrow(
        /The server for the test did not start: .*\. Its log ends with: no room for me/s,
      );
      expect(await programsIn(directory)).toEqual([]);
    });

    test('tells what initdb says', async () => {
      await program('initdb', 'echo "initdb: error: bad luck" >&2; exit 1');
      await expect(start({ ...installation, bin: broken })).rejects.toThrow(
        /initdb in .* failed: .*bad luck/s,
      );
    });

    test('waits for what initdb does when it is told to end', async () => {
      const data = path.join(directory, 'data');
      await program(
        'initdb',
        `trap 'sleep 0.3; touch ${data}/late; exit 1' TERM
         touch ${data}/began; while true; do sleep 0.05; done`,
      );
      const controller = new AbortController();
      const { signal } = controller;
      const started = start({ ...installation, bin: broken }, { signal });
      started.catch(() => {});
      await vi.waitUntil(() => existsSync(`${data}/began`), 10_000);
      controller.abort(new Error('cancelled'));
      await expect(started).rejects.toThrow('cancelled');
      expect(existsSync(`${data}/late`)).toBe(true);
    });

    test('tells that a program is not there', async () => {
      await rm(path.join(broken, 'postgres'));
      await expect(start({ ...installation, bin: broken })).rejects.toThrow(
        'The server for the test did not start',
      );
      await rm(path.join(broken, 'initdb'));
      await rm(path.join(directory, 'data'), { recursive: true });
      await rm(path.join(directory, 's'), { recursive: true });
      await expect(start({ ...installation, bin: broken })).rejects.toThrow(
        /initdb in .* failed/,
      );
    });
  });

  test('in a directory with a long path is refused, with what to do', async () => {
    const long = path.join(directory, 'x'.repeat(80));
    const { signal } = new AbortController();
    const started = startScratchCluster(installation, long, {
      ...{ encoding: 'UTF8', preload: [], signal },
    });
    await expect(started).rejects.toThrow(
      'is longer than the 103 bytes that the system allows. Give a work-directory with a shorter path.',
    );
  });

  test('can be one of several at the same time', async () => {
    await using one = await startServer(installation);
    await using other = await startServer(installation);
    await query(one, 'postgres', 'create database only_here');
    await expect(query(other, 'only_here', 'select 1')).rejects.toThrow('does not exist');
  });
});
