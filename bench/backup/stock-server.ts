import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type CommandResult, runCommand } from '../../scripts/command.ts';
import { spawnTied } from '../../test/rig/lifeline.ts';
import { collectOutput } from '../../test/rig/process-output.ts';
import { giveTo, serverUser } from '../../test/rig/server-user.ts';

/** A server of an ordinary installation, with its client programs. */
export interface StockServer extends AsyncDisposable {
  readonly pid: number;
  /** Runs one of its client programs to the end, as the superuser. */
  run(program: string, args: readonly string[], env?: Env): Promise<CommandResult>;
  /** As `run`, but kills it after some time: its code is null then. */
  runFor(
    seconds: number,
    program: string,
    args: readonly string[],
  ): Promise<CommandResult>;
  /** As `run`, but throws where the program does not end with 0. */
  must(program: string, args: readonly string[], env?: Env): Promise<string>;
  /** As `must`, with what it writes in a file, to which it comes through a pipe. */
  pipe(program: string, args: readonly string[], file: string): Promise<void>;
}

export type Env = Readonly<Record<string, string>>;

/**
 * Starts a server from the programs in a directory, on a disk and not in memory, with the
 * locale of a Linux runner and whatever settings it has by itself.
 */
export async function startStockServer(
  bin: string,
  settings: Env = {},
): Promise<StockServer> {
  await using unfinished = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'matchbook-stock-'));
  unfinished.defer(() => rm(directory, { recursive: true, force: true }));
  await chmod(directory, 0o755);
  const user = serverUser();
  const data = join(directory, 'data');
  // Programs that were not installed by the system find their libraries by this.
  const common = {
    PATH: process.env['PATH'],
    LD_LIBRARY_PATH: join(bin, '../lib'),
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
  };
  await mkdir(data, { mode: 0o700 });
  await giveTo(user, directory);
  const spawned = (program: string, args: readonly string[]) =>
    spawnTied(join(bin, program), args, 'SIGKILL', {
      ...user,
      cwd: '/',
      env: common,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const initdb = spawned('initdb', [
    ...['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--no-instructions'],
  ]);
  const said = collectOutput(initdb);
  await once(initdb, 'close');
  if (initdb.exitCode !== 0) throw new Error(`initdb failed:\n${said.text()}`);
  const all = { listen_addresses: '', unix_socket_directories: directory, ...settings };
  const server = spawned('postgres', [
    '-D',
    data,
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const log = collectOutput(server);
  const ended = once(server, 'close');
  unfinished.defer(async () => {
    server.kill('SIGQUIT');
    await ended;
  });
  const clients = { ...common, PGHOST: directory, PGUSER: 'postgres' };
  const run = (program: string, args: readonly string[], env: Env = {}) =>
    runCommand(join(bin, program), args, { ...clients, ...env });
  for (let tries = 0; (await run('psql', ['-c', 'select 1', 'postgres'])).code; tries++) {
    if (tries === 300 || server.exitCode !== null) throw new Error(log.text());
    await delay(50);
  }
  const resources = unfinished.move();
  return {
    pid: server.pid ?? Number.NaN,
    run,
    runFor: (seconds, program, args) =>
      runCommand(
        'timeout',
        ['-s', 'KILL', String(seconds), join(bin, program), ...args],
        clients,
      ),
    async must(program, args, env) {
      const { code, output } = await run(program, args, env);
      if (code === 0) return output;
      throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`);
    },
    async pipe(program, args, file) {
      const child = spawnTied(join(bin, program), args, 'SIGKILL', {
        env: clients,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (!child.stdout) throw new Error(`${program} has no output.`);
      await pipeline(child.stdout, createWriteStream(file));
      if (child.exitCode === null) await once(child, 'exit');
      if (child.exitCode !== 0)
        throw new Error(`${program} ended with ${child.exitCode}.`);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
