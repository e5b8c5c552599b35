import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type GitHubStandIn, startGitHub } from '../test/rig/github/stand-in.ts';
import { ensureBuilt } from './demo/built-action.ts';
import { type Interrupted, interruption } from './demo/interruption.ts';
import { JobLog } from './demo/job-log.ts';
import { renderMarkdown } from './demo/markdown.ts';
import { phase } from './demo/phase.ts';
import { prepare, preparedDirectory } from './demo/prepared-data.ts';
import { startServer } from './demo/server.ts';
import { closing, database, opening, title } from './demo/texts.ts';
import { type KeptRun, runVacuum } from './demo/vacuum-run.ts';

// Where there is no terminal, lines as long as most editors show.
const width = Math.max(40, Math.min(process.stdout.columns ?? 100, 160));
const signal = interruption();

try {
  process.exitCode = await demo();
} catch (error) {
  if (signal.aborted) {
    const { exitCode, message } = signal.reason as Interrupted;
    console.log(`\nThe demo was ${message}; all that it had started has been ended.`);
    process.exitCode = exitCode;
  } else {
    console.error(`\nThe demo failed. ${messageOf(error)}`);
    process.exitCode = 1;
  }
}

/** Returns the exit code of the action. */
async function demo(): Promise<number> {
  const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean' } } });
  console.log(opening);
  await ensureBuilt();
  signal.throwIfAborted();
  const prepared = await phase('PostgreSQL 15, installed', preparedDirectory);
  if (!existsSync(prepared)) {
    const fill = () => prepare(prepared, signal);
    await phase('A database filled, this first time only', fill);
  }
  signal.throwIfAborted();
  const start = () => startServer(prepared, signal);
  await using server = await phase('A server started on a copy of it', start);
  console.log(database);
  await using github = await startGitHub();
  const run = await showRun(server.url, github, values['dry-run'] === true);
  showLog(github);
  console.log(closing(run));
  return run.code ?? 1;
}

/** A dry run is not written down: then there is no issue to show. */
function showLog({ repository }: GitHubStandIn): void {
  for (const { number, title: name, body } of repository.issues.values()) {
    console.log(title(`The maintenance log, issue #${number}: ${name}`));
    print(renderMarkdown((body ?? '').replace(/<!--.*?-->\s*/gs, ''), width));
  }
}

async function showRun(
  databaseUrl: string,
  github: GitHubStandIn,
  dryRun: boolean,
): Promise<KeptRun> {
  const log = new JobLog(width);
  const run = await runVacuum({
    databaseUrl,
    github,
    dryRun,
    signal,
    onLine: (line) => print(log.render(line)),
  });
  console.log(title('The summary of the job'));
  print(renderMarkdown(run.summary, width));
  return run;
}

function print(lines: readonly string[]): void {
  // Non-breaking blanks have done their work, and would be in the way of who copies.
  for (const line of lines) console.log(line.replaceAll('\u00a0', ' ').trimEnd());
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\n${messageOf(error.cause)}`;
  return error.message + cause;
}
