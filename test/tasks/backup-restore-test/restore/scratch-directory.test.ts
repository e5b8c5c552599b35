import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { programsIn } from '../../../../src/tasks/backup-restore-test/restore/processes.ts';
import {
  findWorkDirectory,
  makeScratchDirectory,
  sweepScratch,
} from '../../../../src/tasks/backup-restore-test/restore/scratch-directory.ts';
import { startCluster } from '../../../rig/postgres.ts';
import { newestPostgres } from '../../../rig/postgres-versions.ts';
import { installations } from './installations.ts';

const isRoot = process.getuid?.() === 0;
/** No process has this number: it is above the limit of Linux. */
const nobodysPid = 2 ** 22 + 1;

let parent: string;

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'matchbook-work-'));
  await chmod(parent, 0o711);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(parent, { recursive: true, force: true });
});

/** A scratch directory as a run leaves it that was this process. */
async function leave(owner: unknown, name = 'matchbook-restore-1-abc'): Promise<string> {
  const directory = path.join(parent, name);
  await mkdir(path.join(directory, 'data'), { recursive: true });
  await writeFile(path.join(directory, 'owner.json'), JSON.stringify(owner));
  return directory;
}

describe('a scratch directory', () => {
  test('is passable and no more, and is gone after its disposal', async () => {
    const scratch = await makeScratchDirectory(parent);
    await writeFile(path.join(scratch.path, 'backup.dump'), 'x');
    expect(path.dirname(scratch.path)).toBe(parent);
    expect(existsSync(scratch.path)).toBe(true);
    await scratch[Symbol.asyncDispose]();
    expect(existsSync(scratch.path)).toBe(false);
    await scratch[Symbol.asyncDispose]();
  });

  test('is left alone by a sweep while its owner runs', async () => {
    await using scratch = await makeScratchDirectory(parent);
    await sweepScratch(parent);
    expect(existsSync(scratch.path)).toBe(true);
  });
});

describe('a sweep', () => {
  test('removes what ended runs have left, and says so', async () => {
    const directory = await leave({ pid: nobodysPid, startTime: '7' });
    expect(await sweepScratch(parent)).toContain(`Removed ${directory}`);
    expect(existsSync(directory)).toBe(false);
  });

  test('knows a process that got the number of an ended one', async () => {
    await using scratch = await makeScratchDirectory(parent);
    const file = path.join(scratch.path, 'owner.json');
    const owner = JSON.parse(await readFile(file, 'utf8'));
    expect(owner.pid).toBe(process.pid);
    const directory = await leave({ ...owner, startTime: `${owner.startTime}1` });
    await sweepScratch(parent);
    expect(existsSync(directory)).toBe(false);
    expect(existsSync(scratch.path)).toBe(true);
  });

  test('knows an ended process for whose end nobody has asked', async () => {
    await using zombie = await startZombie();
    const directory = await leave({ pid: zombie.pid, startTime: null });
    await sweepScratch(parent);
    expect(existsSync(directory)).toBe(false);
  });

  test.each([
    ['of another name', 'somebodys-directory', { pid: nobodysPid, startTime: null }],
    ['whose owner cannot be read', 'matchbook-restore-1-abc', null],
  ])('leaves a directory alone %s', async (_, name, owner) => {
    const directory = await leave(owner, name);
    await sweepScratch(parent);
    expect(existsSync(directory)).toBe(true);
  });

  test('leaves processes alone that are not of PostgreSQL', async () => {
    const directory = await leave({ pid: nobodysPid, startTime: null });
    const shell = spawn('sleep', ['60'], { cwd: directory, stdio: 'ignore' });
    await once(shell, 'spawn');
    await sweepScratch(parent);
    expect(existsSync(directory)).toBe(false);
    expect(shell.kill('SIGKILL')).toBe(true);
    await once(shell, 'exit');
    expect(shell.signalCode).toBe('SIGKILL');
  });

  test('touches no server elsewhere, whatever a directory says', async () => {
    await using cluster = await startCluster(newestPostgres);
    const [pid = ''] = (
      await readFile(path.join(cluster.dataDirectory, 'postmaster.pid'), 'utf8')
    ).split('\n');
    const directory = await leave({ pid: nobodysPid, startTime: null });
    await writeFile(path.join(directory, 'data', 'postmaster.pid'), `${pid}\n`);
    const other = await leave(
      { pid: nobodysPid, startTime: null },
      'matchbook-restore-2-x',
    );
    await rm(path.join(other, 'data'), { recursive: true });
    await symlink(cluster.dataDirectory, path.join(other, 'data'));

    await sweepScratch(parent);
    expect(existsSync(directory)).toBe(false);
    expect(existsSync(other)).toBe(false);
    const client = await cluster.connect();
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(existsSync(path.join(cluster.dataDirectory, 'base'))).toBe(true);
  });
});

test.each(installations)(
  'a server $version that outlived its run is swept away, with its files',
  async ({ bin }) => {
    const script = path.join(import.meta.dirname, 'abandoned-run.ts');
    const run = spawn(process.execPath, [script, parent, bin], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const directory = await firstLine(run);
    await sweepScratch(parent);
    expect(await programsIn(directory)).not.toEqual([]);

    run.kill('SIGKILL');
    await once(run, 'exit');
    expect(await programsIn(directory)).not.toEqual([]);
    expect(await sweepScratch(parent)).toContain(directory);
    expect(await programsIn(directory)).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  },
);

describe('the work directory', () => {
  test('is the one that is given', async () => {
    expect(await findWorkDirectory(parent)).toBe(parent);
  });

  test.each([
    ['is not there', async () => path.join(parent, 'nowhere')],
    [
      'is a file',
      async () => {
        await writeFile(path.join(parent, 'file'), '', { mode: 0o777 });
        return path.join(parent, 'file');
      },
    ],
  ])('is refused where it %s', async (_, make) => {
    const given = await make();
    await expect(findWorkDirectory(given)).rejects.toThrow(
      `${given} cannot be used for the test`,
    );
  });

  // Else the server runs as the user of the step.
  const asRoot = isRoot ? test : () => {};
  asRoot('is refused where the user of the server may not enter it', async () => {
    const inner = path.join(parent, 'closed', 'inner');
    await mkdir(inner, { recursive: true });
    await chmod(path.join(parent, 'closed'), 0o700);
    await expect(findWorkDirectory(inner)).rejects.toThrow('the user nobody');
  });

  test('without one is RUNNER_TEMP', async () => {
    vi.stubEnv('RUNNER_TEMP', parent);
    expect(await findWorkDirectory(null)).toBe(parent);
  });

  test.each([
    ['is not there', 'nowhere', 0o755],
    ['is closed to the server', 'closed', 0o000],
    ['is too long for a socket', 'x'.repeat(90), 0o755],
  ])(
    'without one is that for temporary files, if RUNNER_TEMP %s',
    async (_, name, mode) => {
      const runnerTemp = path.join(parent, name);
      if (name !== 'nowhere') await mkdir(runnerTemp, { mode });
      vi.stubEnv('RUNNER_TEMP', runnerTemp);
      vi.stubEnv('TMPDIR', parent);
      expect(await findWorkDirectory(null)).toBe(parent);
    },
  );
});

/** A process that has ended, whose parent never asks how. */
async function startZombie(): Promise<AsyncDisposable & { pid: number }> {
  const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pid = Number(await firstLine(parent));
  await vi.waitUntil(
    async () => / Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8')),
    5000,
  );
  return {
    pid,
    async [Symbol.asyncDispose]() {
      parent.kill('SIGKILL');
      await once(parent, 'exit');
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    if (text.includes('\n')) return text.trim();
  }
  throw new Error('It ended without a word.');
}
