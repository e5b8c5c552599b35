import { z } from 'zod';
import { maxKeptCharacters } from '../../core/maintenance-log.ts';
import { outcomes, reasons } from '../../core/outcome.ts';
import type { Result, StepResult } from '../../core/result-schema.ts';
import { madePlan } from '../../core/starvation.ts';
import { firstThatFit } from './fit.ts';
import { hide } from './marker.ts';

/** The trend shows so many runs, or series of runs that found nothing to do. */
const maxRecent = 10;

/** Hidden state takes up so much of a body at most, for what is carried over. */
const maxCarriedOverCharacters = 15_000;

const recentRun = z.object({
  id: z.string(),
  attempt: z.int(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  outcome: z.enum(outcomes),
  reason: z.enum(reasons),
  done: z.int(),
  carriedOver: z.int(),
  findings: z.int(),
  url: z.string().nullable(),
  /** The start of the first run of a series in which nothing was to do. */
  since: z.iso.datetime(),
  runs: z.int().positive(),
});

/** What is hidden in the body of a log. Parts that cannot be read are taken as empty. */
export const logState = z.object({
  task: z.string(),
  target: z.string(),
  /** The issue that this one goes on from. */
  continues: z.int().optional().catch(undefined),
  /** The cron text of the schedule, from the last run that had one. */
  schedule: z.string().nullable().catch(null),
  /** Newest first. */
  recent: z.array(recentRun).catch([]),
  /** Of the last run that made a plan, in its order, with the runs in a row. */
  carriedOver: z.array(z.object({ id: z.string(), runs: z.int() })).catch([]),
  /** What the last run that kept anything has kept. */
  kept: z.unknown().optional(),
});

export type LogState = z.infer<typeof logState>;
export type RecentRun = z.infer<typeof recentRun>;

/** The state after a run. */
export function stateAfter(
  state: LogState,
  result: Result,
  entry: { url: string | null; schedule: string | null; kept?: unknown },
): LogState {
  return {
    ...state,
    kept: fitsBody(entry.kept) ? (entry.kept ?? state.kept) : undefined,
    schedule: entry.schedule ?? state.schedule,
    recent: withRun(state.recent, asRecent(result, entry.url)).slice(0, maxRecent),
    carriedOver: madePlan(result) ? carriedOverAfter(state, result) : state.carriedOver,
  };
}

/** Whether what a run keeps leaves room in a body for the rest: escaped, it may be longer. */
export function fitsBody(kept: unknown): boolean {
  return kept === undefined || hide('log', kept).length <= maxKeptCharacters * 1.1;
}

/** The steps that the deadline came before, or cut short; both are carried over. */
export function carriedOverOf({ outcome, steps }: Result): StepResult[] {
  if (outcome === 'cancelled') return [];
  return steps.filter(
    ({ status }) => status === 'carried-over' || status === 'cancelled',
  );
}

function carriedOverAfter(state: LogState, result: Result): LogState['carriedOver'] {
  const before = new Map(state.carriedOver.map(({ id, runs }) => [id, runs]));
  const carriedOver = carriedOverOf(result).map(({ id }) => ({
    id,
    runs: (before.get(id) ?? 0) + 1,
  }));
  const lengthOf = (step: object) => hide('log', step).length;
  return firstThatFit(carriedOver, lengthOf, maxCarriedOverCharacters);
}

function asRecent(result: Result, url: string | null): RecentRun {
  const { startedAt, finishedAt, outcome, reason, run, steps, findings } = result;
  return {
    ...{ id: run.id, attempt: run.attempt, startedAt, finishedAt, outcome, reason },
    done: steps.filter(({ status }) => status === 'done').length,
    carriedOver: carriedOverOf(result).length,
    findings: findings.length,
    url: url ?? run.url,
    since: startedAt,
    runs: 1,
  };
}

/** A series of runs that found nothing to do takes up one place. */
function withRun(recent: readonly RecentRun[], run: RecentRun): RecentRun[] {
  const [last, ...earlier] = recent;
  const isSeries = [last?.outcome, run.outcome].every((one) => one === 'nothing-to-do');
  if (!last || !isSeries) return [run, ...recent];
  return [{ ...run, since: last.since, runs: last.runs + 1 }, ...earlier];
}
