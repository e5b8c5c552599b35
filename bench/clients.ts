import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { spawnTied } from '../test/rig/lifeline.ts';
import { actionEntry, actionInputs, startAction } from '../test/rig/runner.ts';
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

/** How a client has ended. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  /** What an action has reported, and what it has left for its post step. */
  readonly result?: unknown;
  readonly state?: Readonly<Record<string, string>>;
}

/** A client at work. */
export interface AtWork {
  kill(): void;
  readonly ended: Promise<Ended>;
}

/** Something that maintains a database. */
export interface Client {
  readonly name: string;
  readonly command: string;
  start(order: Order): AtWork;
}

/** An action as built, started as the runner starts it. */
export function builtAction(
  task: string,
  given: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Client {
  const inputs = Object.entries({ ...given, jobs: '2' });
  return {
    name: 'action',
    command: `node dist/${task}.js, ${inputs.map((input) => input.join(': ')).join(', ')}`,
    start({ port, user, password, lockTimeout, windowMs }) {
      const running = startAction(actionEntry(task, 'main'), {
        inputs: actionInputs(task, {
          'database-url': `postgres://${user}:${password}@127.0.0.1:${port}/${database}`,
          'log-issue': 'false',
          ...given,
          ...(lockTimeout && { 'lock-timeout': lockTimeout }),
          ...(windowMs && { deadline: `${windowMs}ms` }),
        }),
        env,
      });
      return { kill: running.kill, ended: running.finished };
    },
  };
}

/** Those of the clients that are there; prints which are not. */
export function installed(clients: readonly Client[]): Client[] {
  return clients.filter((client) => {
    if (client.name === 'action') return true;
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

/** A command-line tool that works on a database. */
export function peer(name: string, args: readonly string[]): Client {
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
