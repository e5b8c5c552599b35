import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { spawnTied } from '../../test/rig/lifeline.ts';
import { actionEntry, actionInputs, startAction } from '../../test/rig/runner.ts';
import { database } from './pristine.ts';

/** What a client is told. */
export interface Order {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly lockTimeout?: string;
  /** When its window ends, from its start on. */
  readonly windowMs?: number;
}

/** A client at work. */
export interface AtWork {
  kill(): void;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

/** Something that vacuums a database. */
export interface Client {
  readonly name: string;
  readonly command: string;
  start(order: Order): AtWork;
}

/** The action as built, started as the runner starts it. */
export const action: Client = {
  name: 'action',
  command: 'node dist/vacuum.js, jobs: 2',
  start({ port, user, password, lockTimeout, windowMs }) {
    const running = startAction(actionEntry('vacuum', 'main'), {
      inputs: actionInputs('vacuum', {
        'database-url': `postgres://${user}:${password}@127.0.0.1:${port}/${database}`,
        'log-issue': 'false',
        ...(lockTimeout && { 'lock-timeout': lockTimeout }),
        ...(windowMs && { deadline: `${windowMs}ms` }),
      }),
    });
    return { kill: running.kill, ended: running.finished };
  },
};

/** The command of the runbook. */
export const runbook = peer('psql', ['-X', '-c', 'VACUUM ANALYZE']);

/** What PostgreSQL has for the purpose: the baseline. */
export const vacuumdb = peer('vacuumdb', ['-z', '-j2']);

/** Those of the clients that are there; prints which are not. */
export function installed(clients: readonly Client[]): Client[] {
  return clients.filter((client) => {
    if (client === action) return true;
    try {
      const version = execFileSync(client.name, ['--version'], { encoding: 'utf8' });
      console.log(`${client.name}: ${client.command}, ${version.trim()}`);
      return true;
    } catch {
      console.log(`${client.name} is not installed: not compared with it`);
      return false;
    }
  });
}

function peer(name: string, args: readonly string[]): Client {
  const command = [name, ...args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg))];
  return {
    name,
    command: command.join(' '),
    start({ port, user, password, lockTimeout, windowMs }) {
      const child = spawnTied(name, [...args, database], 'SIGKILL', {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          PGHOST: '127.0.0.1',
          PGPORT: String(port),
          PGUSER: user,
          PGPASSWORD: password,
          ...(lockTimeout && { PGOPTIONS: `-c lock_timeout=${lockTimeout}` }),
        },
      });
      let output = '';
      const collect = (chunk: Buffer) => {
        output += chunk.toString();
      };
      child.stdout?.on('data', collect);
      child.stderr?.on('data', collect);
      // As `timeout -s INT` does.
      const window = windowMs && setTimeout(() => child.kill('SIGINT'), windowMs);
      const ended = once(child, 'close').then(() => {
        if (window) clearTimeout(window);
        return { code: child.exitCode, output };
      });
      return { kill: () => child.kill('SIGKILL'), ended };
    },
  };
}
