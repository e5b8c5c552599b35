import type { Finding } from '../src/core/finding.ts';
import type { Result, StepResult } from '../src/core/result-schema.ts';

/** A result of a run that went well, with what a test wants to be otherwise. */
export function sampleResult(changes: Partial<Result> = {}): Result {
  return {
    schema: 1,
    task: 'vacuum',
    outcome: 'succeeded',
    reason: 'completed',
    message: 'Vacuumed or analyzed 1 of 1 table.',
    target: 'matchbook on db:5432 (PostgreSQL 15.18)',
    dryRun: false,
    startedAt: '2026-11-29T02:07:00.000Z',
    finishedAt: '2026-11-29T02:11:10.000Z',
    deadline: '2026-11-29T04:00:00.000Z',
    run: { id: '42', attempt: 1, url: null },
    steps: [sampleStep()],
    findings: [],
    metrics: { considered: 1 },
    ...changes,
  };
}

/** A step that was done. */
export function sampleStep(changes: Partial<StepResult> = {}): StepResult {
  const { id = 'public.trades' } = changes;
  return {
    id,
    command: `VACUUM ${id}`,
    status: 'done',
    why: 'dead-tuples: 500 dead (33 %), threshold 250',
    predictedSeconds: 40,
    startedAt: '2026-11-29T02:07:01.000Z',
    seconds: 38.2,
    before: { deadTuples: 500, bytes: 16_384 },
    after: { deadTuples: 0, bytes: 16_384 },
    metrics: {},
    error: null,
    ...changes,
  };
}

/** A finding of medium severity. */
export function sampleFinding(changes: Partial<Finding> = {}): Finding {
  return {
    severity: 'medium',
    code: 'invalid-index',
    subject: 'public.trades_at',
    message: 'The index public.trades_at is invalid.',
    remedy: 'Run: reindex index concurrently public.trades_at',
    ...changes,
  };
}
