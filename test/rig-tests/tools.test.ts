import { execFile, spawnSync } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const tools = new URL('../rig/tools.ts', import.meta.url).href;
const home = `tool-1-${process.platform}-${process.arch}`;

/** A folder for the caches of processes that install the same program. */
async function makeCache() {
  const directory = await mkdtemp(join(tmpdir(), 'tools-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const cache = join(directory, 'matchbook-maintenance');
  const log = join(directory, 'log');
  await writeFile(log, '');
  return {
    cache,
    /** Installs in a process of its own; `last` is the end of the build. */
    async install(last = ''): Promise<string> {
      const script = `
        import { appendFile, writeFile } from 'node:fs/promises';
        import { setTimeout as delay } from 'node:timers/promises';
        import { installOnce } from ${JSON.stringify(tools)};
        const build = async (folder) => {
          await appendFile(${JSON.stringify(log)}, 'begin\\n');
          await writeFile(folder + '/tool', 'half');
          await delay(300);
          ${last}
          await writeFile(folder + '/tool', 'whole');
          await appendFile(${JSON.stringify(log)}, 'end\\n');
        };
        console.log(await installOnce('tool-1', 'tool', build));`;
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--input-type=module', '--eval', script],
        { env: { ...process.env, XDG_CACHE_HOME: directory } },
      );
      return readFile(stdout.trimEnd(), 'utf8');
    },
    /** Leaves a lock, as a process with this pid would. */
    async lock(pid: number, ageSeconds = 0): Promise<void> {
      const mark = join(cache, `${home}.lock`, String(pid));
      await mkdir(join(mark, '..'), { recursive: true });
      await writeFile(mark, '');
      const time = Date.now() / 1000 - ageSeconds;
      await utimes(mark, time, time);
    },
    steps: async () => (await readFile(log, 'utf8')).split('\n').slice(0, -1),
  };
}

test('of processes that need the same program one builds it, and the others wait', async () => {
  const { cache, install, steps } = await makeCache();
  const installs = [install(), install(), install(), install()];
  expect(new Set(await Promise.all(installs))).toEqual(new Set(['whole']));
  expect(await steps()).toEqual(['begin', 'end']);
  expect(await readdir(cache)).toEqual([home]);
  expect(await install()).toBe('whole');
  expect(await steps()).toEqual(['begin', 'end']);
});

test('a process that dies in the middle of a build leaves nothing to wait for or to use', async () => {
  const { install, steps } = await makeCache();
  await expect(install(`process.kill(process.pid, 'SIGKILL');`)).rejects.toMatchObject({
    signal: 'SIGKILL',
  });
  const installs = [install(), install(), install(), install()];
  expect(new Set(await Promise.all(installs))).toEqual(new Set(['whole']));
  expect(await steps()).toEqual(['begin', 'begin', 'end']);
});

test('a build that fails leaves the next process to try', async () => {
  const { cache, install, steps } = await makeCache();
  await expect(install(`throw new Error('no compiler');`)).rejects.toThrow('no compiler');
  expect(await readdir(cache)).toEqual([]);
  expect(await install()).toBe('whole');
  expect(await steps()).toEqual(['begin', 'begin', 'end']);
});

test('the lock of a process that lives is respected, until it is older than any build', async () => {
  const { cache, install, lock, steps } = await makeCache();
  await lock(process.pid);
  const installing = install();
  await sleep(1500);
  expect(await steps()).toEqual([]);
  await lock(process.pid, 3600);
  expect(await installing).toBe('whole');
  expect(await readdir(cache)).toEqual([home]);
});

test('the lock of a process that is dead keeps nobody waiting', async () => {
  const { cache, install, lock } = await makeCache();
  await lock(spawnSync(process.execPath, ['--version']).pid);
  expect(await install()).toBe('whole');
  expect(await readdir(cache)).toEqual([home]);
});
