import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unlessAborted } from '../../src/core/cancellation.ts';
import type { GitHubStandIn } from '../../test/rig/github/stand-in.ts';
import {
  type ActionRun,
  actionEntry,
  actionInputs,
  type RunningAction,
  startAction,
} from '../../test/rig/runner.ts';

interface VacuumOptions {
  readonly databaseUrl: string;
  readonly github: GitHubStandIn;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  onLine(line: string): void;
}

export interface KeptRun extends ActionRun {
  /** What is kept for the reader, by what it is. */
  readonly files: Readonly<Record<string, string>>;
}

/** Runs the built action as the runner does, and keeps what it wrote in a new directory. */
export async function runVacuum(options: VacuumOptions): Promise<KeptRun> {
  await using unfinished = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'matchbook-demo-'));
  unfinished.defer(() => rm(directory, { recursive: true, force: true }));
  const action = startAction(actionEntry('vacuum', 'main'), {
    inputs: actionInputs('vacuum', {
      'database-url': options.databaseUrl,
      deadline: '10m',
      'dry-run': String(options.dryRun),
      'github-token': options.github.token,
    }),
    event: { schedule: '0 2 * * 0' },
    env: {
      GITHUB_API_URL: options.github.url,
      GITHUB_GRAPHQL_URL: `${options.github.url}/graphql`,
      GITHUB_REPOSITORY: options.github.repository.name,
    },
    tempDirectory: directory,
    keep: true,
  });
  unfinished.use(action);
  const run = await followed(action, options);
  await removeCommandFiles(directory);
  const files = await keep(run, directory);
  unfinished.move();
  return { ...run, files };
}

async function followed(
  action: RunningAction,
  { signal, onLine }: VacuumOptions,
): Promise<ActionRun> {
  let shown = 0;
  const showNew = () => {
    const lines = action.output().split('\n').slice(0, -1);
    for (const line of lines.slice(shown)) onLine(line);
    shown = lines.length;
  };
  const timer = setInterval(showNew, 50);
  try {
    return await unlessAborted(action.finished, signal);
  } finally {
    clearInterval(timer);
    showNew();
  }
}

/** They are the runner's, begin with `_`, and have been read by now. */
async function removeCommandFiles(directory: string): Promise<void> {
  const names = await readdir(directory);
  for (const name of names.filter((one) => one.startsWith('_'))) {
    await rm(join(directory, name), { recursive: true });
  }
}

async function keep(
  { summary, outputs }: ActionRun,
  directory: string,
): Promise<KeptRun['files']> {
  const files = {
    summary: join(directory, 'summary.md'),
    result: outputs['result-file'] ?? 'none',
    outputs: join(directory, 'outputs.json'),
  };
  await writeFile(files.summary, summary);
  await writeFile(files.outputs, `${JSON.stringify(outputs, null, 2)}\n`);
  return files;
}
