import * as actions from '@actions/core';
import { abortOnSignals } from './core/cancellation.ts';
import { type CommonInputs, commonInputs } from './core/common-inputs.ts';
import { type Input, InvalidInputs, readInputs } from './core/inputs.ts';
import { type EndedRun, refusedRun, runTask } from './core/lifecycle.ts';
import type { MaintenanceLog } from './core/maintenance-log.ts';
import { messageOf } from './core/message-of.ts';
import type { Result } from './core/result-schema.ts';
import type { Run } from './core/run.ts';
import { type AnyTask, onlyLooks, Refusal, type Spec } from './core/task.ts';
import { Window } from './core/window.ts';
import { actionLog } from './github/action-log.ts';
import { scheduleOf } from './github/event.ts';
import { reportSwept } from './github/killed.ts';
import { isUnasked } from './github/log/log-mode.ts';
import { redactResult } from './github/redaction.ts';
import { report } from './github/report.ts';
import { runIdentity } from './github/run-identity.ts';
import { Secrets } from './github/secrets.ts';

/** Every task of the suite. Each is a chunk of its own, loaded only when it runs. */
export const tasks: Record<string, () => Promise<{ task: AnyTask }>> = {
  vacuum: () => import('./tasks/vacuum/index.ts'),
  reindex: () => import('./tasks/reindex/index.ts'),
  'backup-restore-test': () => import('./tasks/backup-restore-test/index.ts'),
  retention: () => import('./tasks/retention/index.ts'),
  'dependency-audit': () => import('./tasks/dependency-audit/index.ts'),
  'dependabot-gate': () => import('./tasks/dependabot-gate/index.ts'),
};

/** Runs a task as the main step of its action: from the inputs to the exit code. */
export async function main(name: string): Promise<void> {
  try {
    await runMain(name);
  } catch (error) {
    // Nothing is known to lead here; if anything does, the job must not be green.
    actions.setFailed(`${name} broke off: ${messageOf(error)}`);
  }
  // A connection that a broken network keeps open would keep the process alive with it.
  process.exit();
}

async function runMain(name: string): Promise<void> {
  const controller = new AbortController();
  abortOnSignals(controller);
  saveState('main', 'started');
  const { task, spec, secrets } = await load(name);
  const run = (inputs: CommonInputs | null) =>
    makeRun(name, inputs, controller.signal, secrets);
  let inputs: CommonInputs | null = null;
  let ended: EndedRun;
  try {
    inputs = await readInputs(spec, actions.getInput, task.check);
    const log = await openLog(name, inputs, controller.signal, secrets);
    ended = await runTask(task, inputs, run(inputs), log);
  } catch (error) {
    if (!(error instanceof InvalidInputs)) throw error;
    ended = refusedRun(task, run(null), new Refusal('invalid-input', error.message));
  }
  report(
    { ...ended, result: redacted(ended.result, secrets) },
    {
      figures: task.shownFigures,
      summary: inputs?.summary ?? 'always',
      failOn: inputs?.['fail-on'] ?? 'high',
      onlyLooks: onlyLooks(task, inputs),
      log: actionLog,
      env: process.env,
    },
  );
  saveState('finished', ended.isUnclean ? 'unclean' : 'true');
}

/**
 * Runs after main, whatever became of it. It does something only where main was killed, or
 * could not clean up. It warns at most: what failed has failed already.
 */
export async function post(name: string): Promise<void> {
  const finished = actions.getState('finished');
  if (actions.getState('main') !== 'started' || finished === 'true') return;
  const known =
    finished === 'unclean' ? null : actions.getState('progress') || 'No step had begun.';
  const { task, spec, secrets } = await load(name);
  try {
    const inputs: CommonInputs = await readInputs(spec, actions.getInput, task.check);
    const run = makeRun(name, inputs, new AbortController().signal, secrets);
    const kept = JSON.parse(actions.getState('kept') || 'null');
    reportSwept(name, known, secrets.redact(await task.sweep(inputs, run, kept)));
  } catch (error) {
    const why = `Nothing was swept: ${messageOf(error)}`;
    reportSwept(name, known, secrets.redact(why));
  }
  process.exit();
}

/** What cannot be kept for `post` must not keep the run from its work. */
function saveState(name: string, value: string): void {
  try {
    actions.saveState(name, value);
  } catch (error) {
    actionLog.warning(`The state for the post step could not be written: ${error}`);
  }
}

/** Loads a task, and hides its secret inputs before anything is written. */
async function load(name: string) {
  const { task } = await (tasks[name] as () => Promise<{ task: AnyTask }>)();
  const spec: typeof commonInputs & Spec = { ...commonInputs, ...task.inputs };
  const secrets = new Secrets();
  for (const [input, { secret }] of Object.entries<Input<unknown>>(spec)) {
    if (secret) secrets.keep(actions.getInput(input));
  }
  return { task, spec, secrets };
}

function makeRun(
  task: string,
  inputs: CommonInputs | null,
  signal: AbortSignal,
  secrets: Secrets,
): Run {
  const startedAt = new Date();
  return {
    identity: runIdentity(process.env),
    task,
    dryRun: inputs?.['dry-run'] ?? false,
    startedAt,
    window: new Window(inputs?.deadline ?? null, startedAt),
    history: { runs: [] },
    signal,
    log: actionLog,
    remember: atMostEverySecond((progress) =>
      saveState('progress', secrets.redact(progress)),
    ),
    keep: (kept) => saveState('kept', JSON.stringify(shown(kept, secrets) ?? null)),
    keepSecret: (secret) => secrets.keep(secret),
  };
}

/** The file of the state only ever grows, and thousands of steps may end in a minute. */
function atMostEverySecond(save: (text: string) => void): (text: string) => void {
  let latest: string | null = null;
  let isWaiting = false;
  const saveLatest = () => {
    isWaiting = latest !== null;
    if (latest === null) return;
    save(latest);
    latest = null;
    setTimeout(saveLatest, 1000).unref();
  };
  return (text) => {
    latest = text;
    if (!isWaiting) saveLatest();
  };
}

/** Opens the maintenance log; the client of GitHub is loaded only where there is one. */
async function openLog(
  task: string,
  inputs: CommonInputs,
  signal: AbortSignal,
  secrets: Secrets,
): Promise<MaintenanceLog | null> {
  const mode = inputs['log-issue'];
  const token = inputs['github-token'] ?? '';
  if (isUnasked(mode, token)) return null;
  const { openMaintenanceLog } = await import('./github/log/maintenance-log.ts');
  const log = openMaintenanceLog({
    token,
    repository: inputs['log-repository'] ?? process.env['GITHUB_REPOSITORY'] ?? '',
    task,
    mode,
    failOn: inputs['fail-on'],
    schedule: scheduleOf(process.env),
    signal,
  });
  return {
    read: (target) => log.read(target),
    begin: (begun, target) =>
      log.begin({ ...begun, kept: shown(begun.kept, secrets) }, target),
    write: (result, target, about) =>
      log.write(redacted(result, secrets), target, {
        ...about,
        kept: shown(about?.kept, secrets),
      }),
  };
}

/** What is kept, unless a secret would be seen in it: half of it would be of no use. */
function shown(kept: unknown, secrets: Secrets): unknown {
  const json = JSON.stringify(kept) ?? '';
  return secrets.redact(json) === json ? kept : undefined;
}

function redacted(result: Result, secrets: Secrets): Result {
  return redactResult(result, (text) => secrets.redact(text));
}
