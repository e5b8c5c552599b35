import { CancelRequested } from './cancellation.ts';
import type { CommonInputs } from './common-inputs.ts';
import { bySeverity, type Finding, isAtOrAbove } from './finding.ts';
import type { History } from './maintenance-log.ts';
import { decideOutcome, type LeftBecause, type Reason } from './outcome.ts';
import type { Result, StepResult } from './result-schema.ts';
import type { Run } from './run.ts';
import { starvation } from './starvation.ts';
import { type AnyTask, onlyLooks, type Refusal, type Target } from './task.ts';

/** What has come of a run so far. */
export interface Progress {
  target: string | null;
  /** The target itself; by the end it has been let go of. */
  reached: Target | null;
  history: History;
  /** What the run keeps for later ones; `undefined` where it has kept nothing. */
  kept: unknown;
  steps: StepResult[];
  findings: Finding[];
  metrics: Record<string, number>;
  leftBecause: LeftBecause | null;
  /** Whether `post` should look for what the steps may have left. */
  isUnclean: boolean;
  /** What is to be said of the plan beside its steps. */
  remark: string;
  refusal: Refusal | null;
  failure: { reason: Reason; message: string } | null;
}

/** A run before anything has come of it. */
export function nothingYet(): Progress {
  return {
    target: null,
    reached: null,
    history: { runs: [] },
    kept: undefined,
    steps: [],
    findings: [],
    metrics: {},
    leftBecause: null,
    isUnclean: false,
    remark: '',
    refusal: null,
    failure: null,
  };
}

/** Makes the result of a run out of all that has come of it. */
export function conclude(
  task: AnyTask,
  inputs: CommonInputs,
  run: Run,
  progress: Progress,
): { result: Result; isQuiet: boolean } {
  const { steps, refusal, failure, history } = progress;
  const findings = [...progress.findings];
  if (!isCancelled(run) && !failure) findings.push(...starvation(steps, history));
  const failOn = inputs['fail-on'];
  const grave = findings.filter(({ severity }) => isAtOrAbove(severity, failOn));
  const { outcome, reason } = decideOutcome({
    cancelRequested: isCancelled(run),
    failure: failure?.reason ?? null,
    refusal: refusal?.reason ?? null,
    leftBecause: progress.leftBecause,
    stepStatuses: steps.map((step) => step.status),
    findingsAtOrAboveFailOn: grave.length,
    onlyLooks: onlyLooks(task, inputs),
  });
  const {
    message,
    metrics,
    isQuiet = false,
    ...own
  } = task.conclude?.(
    { target: progress.reached, steps, findings, outcome, history },
    run,
  ) ?? {};
  const isShown = progress.target !== null && !refusal;
  const summary = isShown ? (message ?? task.summarize(steps, run)) : '';
  const cancelled = isCancelled(run) ? `Cancelled: ${run.signal.reason.message}.` : '';
  const obstacle = refusal?.message ?? failure?.message;
  const result: Result = {
    ...frame(task, run),
    outcome,
    reason,
    message: [
      cancelled || obstacle,
      summary,
      summary && progress.remark,
      outcome === 'attention' && alarm(grave),
    ]
      .filter(Boolean)
      .join(' '),
    target: progress.target,
    // A copy: a command that ends after all, later, must not change what is reported.
    steps: structuredClone(steps),
    findings: findings.sort(bySeverity),
    metrics: { ...progress.metrics, ...task.totals(steps), ...metrics },
    ...structuredClone(own),
  };
  return { result, isQuiet };
}

function alarm(grave: readonly Finding[]): string {
  const codes = [...new Set(grave.map(({ code }) => code))].join(', ');
  return `Look at ${grave.length === 1 ? 'the finding' : `the ${grave.length} findings`}: ${codes}.`;
}

/** What every result has, even that of a run which was refused at once. */
export function frame(task: AnyTask, run: Run) {
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

/** Whether the run was told to stop from outside. */
export function isCancelled(run: Run): boolean {
  return run.signal.reason instanceof CancelRequested;
}
