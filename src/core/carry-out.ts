import { unlessAborted, within } from './cancellation.ts';
import type { Finding } from './finding.ts';
import { Pace } from './pace.ts';
import type { StepResult } from './result-schema.ts';
import type { Run } from './run.ts';
import type { Applied, Step } from './step.ts';
import { formatSeconds } from './units.ts';

/** After an abort the server has this long to confirm; the runner kills after 7.5 s. */
const confirmCancelWithinMs = 4000;

interface Work<S extends Step> {
  readonly steps: readonly S[];
  /** One for each step, in the same order; they are filled in on the way. */
  readonly results: readonly StepResult[];
  readonly jobs: number;
  readonly run: Run;
  apply(step: S): Promise<Applied>;
}

/**
 * Carries out the steps of a plan, in its order, `jobs` at a time and never two that lock
 * the same object. A step that no longer fits the window is not begun, one that fails
 * stops no other. Returns what the steps found, when all have ended or shortly after the
 * run was aborted.
 */
export async function carryOut<S extends Step>(work: Work<S>): Promise<Finding[]> {
  const { run } = work;
  const pace = new Pace();
  const findings: Finding[] = [];
  const pending = new Map(
    work.steps.map((step, index) => [step, at(work.results, index)]),
  );
  const running = new Map<S, Promise<void>>();

  function next(): S | undefined {
    const locked = new Set([...running.keys()].flatMap((step) => step.locks));
    for (const [step, result] of pending) {
      const obstacle = whyNotToBegin(step, run, pace);
      if (obstacle) {
        pending.delete(step);
        result.status = 'carried-over';
        result.error = obstacle;
      } else if (!step.locks.some((object) => locked.has(object))) {
        return step;
      }
    }
    return undefined;
  }

  async function begin(step: S): Promise<void> {
    const result = pending.get(step) as StepResult;
    pending.delete(step);
    result.startedAt = new Date().toISOString();
    run.log.info(`begin: ${step.command}`);
    const begun = performance.now();
    const applied = await work.apply(step).catch(asFailure);
    const seconds = (performance.now() - begun) / 1000;
    record(result, applied, seconds);
    if (applied.status === 'done') pace.learn(step.workBytes, seconds);
    findings.push(...(applied.findings ?? []));
    running.delete(step);
    const detail = applied.error ? `: ${applied.error}` : '';
    run.log.info(`${applied.status}: ${step.id} in ${formatSeconds(seconds)}${detail}`);
  }

  for (;;) {
    for (let step = next(); step && running.size < work.jobs; step = next()) {
      running.set(step, begin(step));
    }
    if (running.size === 0 || run.signal.aborted) break;
    await unlessAborted(Promise.race(running.values()), run.signal).catch(() => {});
  }

  const results = new Map(
    work.steps.map((step, index) => [step, at(work.results, index)]),
  );
  await within(Promise.all(running.values()), confirmCancelWithinMs);
  for (const step of running.keys()) {
    const result = results.get(step) as StepResult;
    result.status = 'cancelled';
    result.seconds = secondsSince(Date.parse(result.startedAt ?? ''));
    result.error =
      'the server did not confirm the cancel: look whether the command still runs';
  }
  return findings;
}

function whyNotToBegin(step: Step, run: Run, pace: Pace): string | null {
  if (run.signal.aborted) return 'not begun: the run was stopped before';
  const leftMs = run.window.timeLeftMs();
  const neededSeconds = pace.predictSeconds(step.workBytes);
  if (leftMs === null || neededSeconds * 1000 <= leftMs) return null;
  return `not begun: it needs about ${formatSeconds(neededSeconds)}, and ${formatSeconds(leftMs / 1000)} were left`;
}

function secondsSince(startedAtMs: number): number {
  return Math.max(0, Date.now() - startedAtMs) / 1000;
}

function asFailure(error: unknown): Applied {
  return {
    status: 'failed',
    error: error instanceof Error ? error.message : String(error),
  };
}

function record(result: StepResult, applied: Applied, seconds: number): void {
  result.status = applied.status;
  result.seconds = Math.round(seconds * 1000) / 1000;
  result.before = applied.before ?? null;
  result.after = applied.after ?? null;
  result.error = applied.error ?? null;
  result.metrics = applied.metrics ?? {};
}

function at<Value>(list: readonly Value[], index: number): Value {
  return list[index] as Value;
}
