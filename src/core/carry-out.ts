import { Admission } from './admission.ts';
import { unlessAborted, within } from './cancellation.ts';
import type { Finding } from './finding.ts';
import { messageOf } from './message-of.ts';
import type { LeftBecause } from './outcome.ts';
import type { Pace } from './pace.ts';
import type { StepResult } from './result-schema.ts';
import type { Run } from './run.ts';
import type { Applied, Budget, Step } from './step.ts';
import { formatSeconds } from './units.ts';

/** After an abort the server has this long to confirm; the runner kills after 7.5 s. */
const confirmCancelWithinMs = 4000;

/** How often a step that was in somebody's way, or somebody in its, is tried in all. */
const maxAttempts = 4;

interface Work<S extends Step> {
  readonly steps: readonly S[];
  /** One for each step, in the same order; they are filled in on the way. */
  readonly results: readonly StepResult[];
  readonly jobs: number;
  readonly budget: Budget | null;
  readonly pace: Pace;
  readonly run: Run;
  apply(step: S): Promise<Applied>;
}

interface Entry<S extends Step> {
  readonly step: S;
  readonly result: StepResult;
  attempts: number;
  /** Not to be tried again before this time. */
  notBeforeMs: number;
  /** Of its last attempt, should there be no other. */
  findings: readonly Finding[];
}

interface CarriedOut {
  readonly findings: readonly Finding[];
  readonly leftBecause: LeftBecause | null;
  /** Whether something may still be there that `post` should look for. */
  readonly isUnclean: boolean;
}

/**
 * Carries out the steps of a plan, in its order, `jobs` at a time and never two that lock
 * the same object. A step that no longer fits the window or the budget is not begun, one
 * that fails stops no other, and one that was only in the way is tried again later.
 * Returns when all have ended, or shortly after the run was aborted.
 */
export async function carryOut<S extends Step>(work: Work<S>): Promise<CarriedOut> {
  const { run, pace } = work;
  const findings: Finding[] = [];
  const running = new Map<Entry<S>, Promise<void>>();
  const pending = new Set<Entry<S>>();
  for (const [index, step] of work.steps.entries()) {
    if (step.skipBecause !== undefined) continue;
    const result = work.results[index] as StepResult;
    pending.add({ step, result, attempts: 0, notBeforeMs: 0, findings: [] });
  }
  const admission = new Admission(run, pace, work.budget);
  let done = 0;
  let isUnclean = false;

  /** The next step that may begin now; on the way, those that no longer fit are let go. */
  function next(): Entry<S> | undefined {
    const locked = new Set([...running.keys()].flatMap(({ step }) => step.locks));
    for (const entry of pending) {
      const { step, result } = entry;
      const obstacle = admission.whyNot(step);
      if (obstacle) {
        pending.delete(entry);
        findings.push(...entry.findings);
        result.status = 'carried-over';
        result.error = [result.error, obstacle].filter(Boolean).join('; ');
      } else if (
        entry.notBeforeMs <= Date.now() &&
        !step.locks.some((object) => locked.has(object)) &&
        admission.mayRunTogether([...running.keys(), entry].map((one) => one.step))
      ) {
        return entry;
      }
    }
    return undefined;
  }

  function remember(): void {
    const commands = [...running.keys()].map(({ step }) => step.command);
    const atWork = commands.length > 0 ? `; at work: ${commands.join('; ')}` : '';
    run.remember(`${done} of ${work.steps.length} steps were done${atWork}.`);
  }

  async function begin(entry: Entry<S>): Promise<void> {
    const { step, result } = entry;
    entry.attempts++;
    result.startedAt = new Date().toISOString();
    run.log.info(`begin: ${step.command}`);
    const begun = performance.now();
    const applied = await apply(step).catch(asFailure);
    const seconds = applied.seconds ?? (performance.now() - begun) / 1000;
    record(result, applied, seconds);
    admission.spend(applied);
    isUnclean ||= applied.isUnclean === true;
    if (applied.status === 'done') {
      done++;
      pace.learn(step, seconds);
    }
    const again = applied.retryAfterMs !== undefined && entry.attempts < maxAttempts;
    entry.findings = applied.findings ?? [];
    if (again) postpone(entry, applied.retryAfterMs ?? 0);
    else findings.push(...entry.findings);
    running.delete(entry);
    remember();
    const status = again ? 'later' : applied.status;
    const detail = applied.error ? `: ${applied.error}` : '';
    run.log.info(`${status}: ${step.id} in ${formatSeconds(seconds)}${detail}`);
  }

  // Also what throws at once is a failure of this step alone.
  const apply = async (step: S) => work.apply(step);

  /** Each time it waits twice as long, behind the steps that have not been tried yet. */
  function postpone(entry: Entry<S>, afterMs: number): void {
    entry.notBeforeMs = Date.now() + afterMs * 2 ** (entry.attempts - 1);
    pending.add(entry);
  }

  while (pending.size > 0 || running.size > 0) {
    while (running.size < work.jobs) {
      const entry = next();
      if (!entry) break;
      pending.delete(entry);
      running.set(entry, begin(entry));
      remember();
    }
    if (run.signal.aborted) break;
    await oneEndsOrIsDue([...running.values()], pending, run.signal);
  }

  // Once the run is stopped, this lets go of all that has not begun.
  next();
  await within(Promise.all(running.values()), confirmCancelWithinMs);
  for (const { result } of running.keys()) {
    isUnclean = true;
    result.status = 'cancelled';
    result.seconds = secondsSince(Date.parse(result.startedAt ?? ''));
    result.error =
      'the server did not confirm the cancel: look whether the command still runs';
  }
  return { findings, leftBecause: admission.leftBecause, isUnclean };
}

/** Waits until a running step ends, a postponed one is due, or the run is aborted. */
async function oneEndsOrIsDue(
  running: readonly Promise<void>[],
  pending: ReadonlySet<{ notBeforeMs: number }>,
  signal: AbortSignal,
): Promise<void> {
  const dueTimes = [...pending].map(({ notBeforeMs }) => notBeforeMs);
  const later = dueTimes.filter((time) => time > Date.now());
  const { promise: due, resolve } = Promise.withResolvers<void>();
  const timer =
    later.length > 0 ? setTimeout(resolve, Math.min(...later) - Date.now()) : undefined;
  const events = timer ? [...running, due] : running;
  try {
    if (events.length > 0) await unlessAborted(Promise.race(events), signal);
  } catch (error) {
    // The caller sees by the signal that the run was aborted.
    if (!signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
}

function secondsSince(startedAtMs: number): number {
  return Math.max(0, Date.now() - startedAtMs) / 1000;
}

function asFailure(error: unknown): Applied {
  return { status: 'failed', error: messageOf(error) };
}

function record(result: StepResult, applied: Applied, seconds: number): void {
  result.status = applied.status;
  result.seconds = Math.round(seconds * 1000) / 1000;
  if (applied.status === 'carried-over') result.startedAt = result.seconds = null;
  result.before = applied.before ?? result.before;
  result.after = applied.after ?? null;
  result.error = applied.error ?? null;
  result.metrics = { ...result.metrics, ...applied.metrics };
}
