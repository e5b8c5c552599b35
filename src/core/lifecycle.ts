import { CancelRequested, unlessAborted } from './cancellation.ts';
import { carryOut } from './carry-out.ts';
import type { CommonInputs } from './common-inputs.ts';
import { bySeverity, type Finding, finding, isAtOrAbove } from './finding.ts';
import { decideOutcome, type Reason } from './outcome.ts';
import { Pace } from './pace.ts';
import type { Result, StepResult } from './result-schema.ts';
import type { Run } from './run.ts';
import type { Step } from './step.ts';
import { type AnyTask, Refusal, type Target } from './task.ts';
import { formatTime } from './units.ts';

/** What has come of a run so far. */
interface Progress {
  target: string | null;
  steps: StepResult[];
  findings: Finding[];
  metrics: Record<string, number>;
  refusal: Refusal | null;
  failure: { reason: Reason; message: string } | null;
}

/**
 * Runs a task from its inputs to its result:
 * connect → lock → plan → (dry run? stop) → carry out → verify. Never throws: whatever
 * happens is in the result.
 */
export async function runTask(
  task: AnyTask,
  inputs: CommonInputs,
  run: Run,
): Promise<Result> {
  const progress: Progress = {
    target: null,
    steps: [],
    findings: [],
    metrics: {},
    refusal: null,
    failure: null,
  };
  try {
    await work(task, inputs, run, progress);
  } catch (thrown) {
    // What went wrong first counts, not that letting go of the target failed too.
    const error = thrown instanceof SuppressedError ? thrown.suppressed : thrown;
    if (error instanceof Refusal) progress.refusal = error;
    else if (!isCancelled(run)) {
      const message = error instanceof Error ? error.message : String(error);
      progress.failure ??= { reason: 'check-failed', message };
    }
  }
  return conclude(task, inputs, run, progress);
}

/** The result of a run that did not get as far as a task: its inputs were refused. */
export function refusedResult(task: AnyTask, run: Run, refusal: Refusal): Result {
  return {
    ...frame(task, run),
    outcome: 'blocked',
    reason: refusal.reason,
    message: refusal.message,
  };
}

async function work(
  task: AnyTask,
  inputs: CommonInputs,
  run: Run,
  progress: Progress,
): Promise<void> {
  if (run.window.isClosed()) throw windowClosed(run);
  run.signal.throwIfAborted();
  await using target: Target = await unlessAborted(task.connect(inputs, run), run.signal);
  progress.target = describe(target, inputs.target);
  run.log.info(`target: ${progress.target}`);
  const signal = AbortSignal.any([run.signal, target.lost]);
  const bound: Run = { ...run, signal };
  try {
    if (!run.dryRun) await unlessAborted(target.lock(), signal);
    const plan = await unlessAborted(task.plan(target, inputs, bound), signal);
    progress.findings.push(...plan.findings);
    Object.assign(progress.metrics, plan.metrics);
    progress.steps = plan.steps.map(planned);
    logPlan(plan.steps, run);
    if (!run.dryRun) {
      const { steps, jobs } = plan;
      const apply = (step: Step) => task.apply(step, target, bound);
      const results = progress.steps;
      progress.findings.push(
        ...(await carryOut({ steps, results, jobs, run: bound, apply })),
      );
    }
    signal.throwIfAborted();
    const verified = task.verify(target, progress.steps, bound);
    progress.findings.push(...(await unlessAborted(verified, signal)));
  } catch (error) {
    if (!target.lost.aborted) throw error;
  } finally {
    if (target.lost.aborted) {
      const message = (target.lost.reason as Error).message;
      progress.failure = { reason: 'connection-failed', message };
    }
  }
}

function conclude(
  task: AnyTask,
  inputs: CommonInputs,
  run: Run,
  progress: Progress,
): Result {
  const findings = [...progress.findings];
  if (!isCancelled(run) && !progress.failure) findings.push(...starving(progress.steps));
  const failOn = inputs['fail-on'];
  const { outcome, reason } = decideOutcome({
    cancelRequested: isCancelled(run),
    failure: progress.failure?.reason ?? null,
    refusal: progress.refusal?.reason ?? null,
    stepStatuses: progress.steps.map((step) => step.status),
    findingsAtOrAboveFailOn: findings.filter((f) => isAtOrAbove(f.severity, failOn))
      .length,
  });
  const summary = progress.target ? task.summarize(progress.steps, run) : '';
  const obstacle = progress.refusal?.message ?? progress.failure?.message;
  const cancelled = isCancelled(run) ? `Cancelled: ${run.signal.reason.message}.` : '';
  return {
    ...frame(task, run),
    outcome,
    reason,
    message: [cancelled || obstacle, progress.refusal ? '' : summary]
      .filter(Boolean)
      .join(' '),
    target: progress.target,
    steps: structuredClone(progress.steps),
    findings: findings.sort(bySeverity),
    metrics: progress.metrics,
  };
}

function describe({ name, place }: Target, wanted: string | null): string {
  return wanted && wanted !== name
    ? `${wanted} (${name}) on ${place}`
    : `${name} on ${place}`;
}

function frame(task: AnyTask, run: Run) {
  return {
    schema: 1 as const,
    task: task.name,
    target: null,
    dryRun: run.dryRun,
    startedAt: run.startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    deadline: run.window.deadline?.toISOString() ?? null,
    run: { ...run.identity },
    steps: [],
    findings: [],
    metrics: {},
  };
}

function planned(step: Step): StepResult {
  return {
    id: step.id,
    command: step.command,
    status: 'planned',
    why: step.why,
    predictedSeconds: Math.round(new Pace().predictSeconds(step.workBytes) * 10) / 10,
    startedAt: null,
    seconds: null,
    before: null,
    after: null,
    metrics: {},
    error: null,
  };
}

function logPlan(steps: readonly Step[], run: Run): void {
  run.log.group(
    `plan: ${steps.length} step${steps.length === 1 ? '' : 's'}`,
    steps.map(({ command, why }) => `${command} -- ${why}`),
  );
}

/** A window in which nothing can be finished must not stay green. */
function starving(steps: readonly StepResult[]): Finding[] {
  const count = (...statuses: StepResult['status'][]) =>
    steps.filter(({ status }) => statuses.includes(status)).length;
  if (count('carried-over', 'cancelled') === 0 || count('done') > 0) return [];
  const message = `None of the ${steps.length} planned steps was finished before the deadline.`;
  return [finding('starving', 'the window', message)];
}

function isCancelled(run: Run): boolean {
  return run.signal.reason instanceof CancelRequested;
}

function windowClosed(run: Run): Refusal {
  const deadline = run.window.deadline as Date;
  return new Refusal(
    'window-closed',
    `The window was already closed: its deadline was ${formatTime(deadline, run.startedAt)}, and the run started at ${formatTime(run.startedAt, run.startedAt)}. Nothing was done; the next scheduled run tries again.`,
  );
}
