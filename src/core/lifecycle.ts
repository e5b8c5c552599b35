import { unlessAborted } from './cancellation.ts';
import { carryOut } from './carry-out.ts';
import type { CommonInputs } from './common-inputs.ts';
import { conclude, frame, isCancelled, nothingYet, type Progress } from './conclude.ts';
import { bySeverity, type Finding } from './finding.ts';
import type { History, MaintenanceLog } from './maintenance-log.ts';
import { messageOf } from './message-of.ts';
import { Pace } from './pace.ts';
import type { Result, StepResult } from './result-schema.ts';
import type { Run } from './run.ts';
import type { Step } from './step.ts';
import { type AnyTask, Refusal, type Target } from './task.ts';

/** A run that is over: all that is reported of it. */
export interface EndedRun {
  readonly result: Result;
  /** What the runs before came to. */
  readonly history: History;
  /** Where it was written down. */
  readonly logUrl: string | null;
  /** Whether something may still be there that `post` should look for. */
  readonly isUnclean: boolean;
}

/**
 * Runs a task from its inputs to its result:
 * read the log → connect → lock → plan → (dry run? stop) → carry out → verify → write the
 * log. Never throws: whatever happens is in the result.
 */
export async function runTask(
  task: AnyTask,
  inputs: CommonInputs,
  run: Run,
  log: MaintenanceLog | null = null,
): Promise<EndedRun> {
  const progress = nothingYet();
  const ofLog: Finding[] = [];
  const name = inputs.target ?? task.targetName(inputs);
  try {
    if (run.window.isClosed()) throw windowClosed(run);
    run.signal.throwIfAborted();
    if (log) {
      const read = await unlessAborted(log.read(name), run.signal);
      progress.history = read.history;
      ofLog.push(...read.findings);
    }
    const keep = (kept: unknown) => {
      progress.kept = kept;
      run.keep(kept);
    };
    const begun = async () => {
      if (!log || progress.kept === undefined) return;
      const { identity, startedAt } = run;
      const begun = { run: identity, startedAt: startedAt.toISOString() };
      ofLog.push(...(await log.begin({ ...begun, kept: progress.kept }, name)));
    };
    const own: Run = { ...run, history: progress.history, keep };
    await work(task, inputs, own, progress, begun);
  } catch (thrown) {
    // What went wrong first counts, not that letting go of the target failed too.
    const error = thrown instanceof SuppressedError ? thrown.suppressed : thrown;
    if (error instanceof Refusal) {
      progress.refusal = error;
      progress.findings.push(...error.findings);
    } else if (!isCancelled(run)) {
      progress.failure ??= { reason: 'check-failed', message: messageOf(error) };
    }
  }
  const { result, isQuiet } = conclude(task, inputs, run, progress);
  const written = await log?.write(result, name, { kept: progress.kept, isQuiet });
  // They never count for the outcome: the log is not what was to be maintained.
  ofLog.push(...(written?.findings ?? []));
  result.findings = [...result.findings, ...ofLog].sort(bySeverity);
  const { history, isUnclean } = progress;
  return { result, history, logUrl: written?.url ?? null, isUnclean };
}

/** What is reported of a run that did not get as far as a task: its inputs were refused. */
export function refusedRun(task: AnyTask, run: Run, refusal: Refusal): EndedRun {
  const { reason, message } = refusal;
  const history: History = { runs: [] };
  const ended = {
    target: null,
    steps: [],
    findings: [],
    outcome: 'blocked',
    history,
  } as const;
  const { outputs } = task.conclude?.(ended, run) ?? {};
  const result: Result = {
    ...frame(task, run),
    outcome: 'blocked',
    reason,
    message,
    ...(outputs && { outputs }),
  };
  return { result, history, logUrl: null, isUnclean: false };
}

async function work(
  task: AnyTask,
  inputs: CommonInputs,
  run: Run,
  progress: Progress,
  begun: () => Promise<void>,
): Promise<void> {
  await using target: Target = await unlessAborted(task.connect(inputs, run), run.signal);
  progress.reached = target;
  progress.target = describe(target, inputs.target);
  run.log.info(`target: ${progress.target}`);
  const signal = AbortSignal.any([run.signal, target.lost]);
  const bound: Run = { ...run, signal };
  try {
    await carryThrough(task, inputs, target, bound, progress, begun);
  } catch (error) {
    if (!target.lost.aborted) throw error;
  } finally {
    if (target.lost.aborted) {
      const message = (target.lost.reason as Error).message;
      progress.failure = { reason: 'connection-failed', message };
    }
  }
}

async function carryThrough(
  task: AnyTask,
  inputs: CommonInputs,
  target: Target,
  run: Run,
  progress: Progress,
  begun: () => Promise<void>,
): Promise<void> {
  const { signal } = run;
  if (!run.dryRun) await unlessAborted(target.lock(), signal);
  const plan = await unlessAborted(task.plan(target, inputs, run), signal);
  const pace = new Pace(run.history);
  progress.findings.push(...plan.findings);
  Object.assign(progress.metrics, plan.metrics);
  progress.remark = plan.remark ?? '';
  progress.steps = plan.steps.map((step) => planned(step, pace));
  logPlan(plan.steps, run);
  if (!run.dryRun) {
    const { steps, jobs, budget = null } = plan;
    if (steps.length > 0) await unlessAborted(begun(), signal);
    const apply = (step: Step) => task.apply(step, target, run);
    const results = progress.steps;
    const carried = await carryOut({ steps, results, jobs, budget, pace, run, apply });
    progress.findings.push(...carried.findings);
    progress.leftBecause = carried.leftBecause;
    progress.isUnclean = carried.isUnclean;
  }
  signal.throwIfAborted();
  const verified = task.verify(target, progress.steps, run);
  progress.findings.push(...(await unlessAborted(verified, signal)));
}

function describe({ name, place }: Target, wanted: string | null): string {
  return wanted && wanted !== name
    ? `${wanted} (${name}) on ${place}`
    : `${name} on ${place}`;
}

function planned(step: Step, pace: Pace): StepResult {
  return {
    id: step.id,
    command: step.command,
    status: step.skipBecause === undefined ? 'planned' : 'skipped',
    why: step.why,
    predictedSeconds: Math.round(pace.predictSeconds(step) * 10) / 10,
    startedAt: null,
    seconds: null,
    before: step.before ?? null,
    after: null,
    metrics: { workBytes: step.workBytes },
    error: step.skipBecause ?? null,
  };
}

function logPlan(steps: readonly Step[], run: Run): void {
  run.log.group(
    `plan: ${steps.length} step${steps.length === 1 ? '' : 's'}`,
    steps.map(({ command, why }) => `${command} -- ${why}`),
  );
}

function windowClosed(run: Run): Refusal {
  const time = (date: Date | null) => date?.toISOString().replace(/\.\d+Z$/, 'Z');
  return new Refusal(
    'window-closed',
    `The window was already closed: its deadline was ${time(run.window.deadline)}, and the run started at ${time(run.startedAt)}. Nothing was done; the next scheduled run tries again.`,
  );
}
