import {
  type AboutRun,
  type Begun,
  maxKeptCharacters,
} from '../../core/maintenance-log.ts';
import type { Result } from '../../core/result-schema.ts';
import { runComment } from './comment.ts';
import type { Issues } from './issues.ts';
import { begunBody, logBody } from './log-body.ts';
import { closeLog, type Log, logKind, openLog } from './log-issue.ts';
import { fitsBody, stateAfter } from './log-state.ts';
import type { Place } from './marked-issue.ts';

/** Tries something; `null` where it failed, which is then known as a problem. */
export type Attempt = <Value>(action: () => Promise<Value>) => Promise<Value | null>;

interface Written extends AboutRun {
  readonly result: Result;
  readonly place: Place;
  readonly schedule: string | null;
}

/**
 * Writes a run to the log: a comment, and the state in the body. Where one part cannot be
 * written, the others are all the same. Runs that found nothing to do, or say nothing new,
 * may be frequent, and are in the body alone. Returns where a person can read it.
 */
export async function writeRun(
  issues: Issues,
  { result, place, schedule, kept, isQuiet = false }: Written,
  attempt: Attempt,
): Promise<string | null> {
  const log = await attempt(() => openLog(issues, place));
  if (!log) return null;
  const { issue, state } = log.current;
  const isTold = isQuiet || result.outcome === 'nothing-to-do';
  const url = isTold
    ? null
    : await attempt(() => comment(issues, issue.number, result, place));
  await attempt(async () => {
    const body = logBody(stateAfter(state, result, { url, schedule, kept }), result);
    const labels = await missingLabel(issues, log.current);
    await issues.update(issue.number, { body, state: 'open', ...labels });
  });
  for (const other of log.others) {
    await attempt(() => closeLog(issues, other, log.current));
  }
  return url ?? issue.url;
}

/**
 * Writes into the body of the log that a run is about to change something, and what it
 * keeps. What people see of the body stays, under a line that the next run takes away.
 */
export async function writeBegun(
  issues: Issues,
  begun: Begun,
  place: Place,
): Promise<void> {
  const { kept } = begun;
  if (!fitsBody(kept)) {
    throw new Error(`the run keeps more than ${maxKeptCharacters} characters`);
  }
  const { current } = await openLog(issues, place);
  const { issue, state } = current;
  const body = begunBody({ ...state, kept }, issue.body, begun);
  await issues.update(issue.number, { body });
}

async function comment(
  issues: Issues,
  number: number,
  result: Result,
  { target }: Place,
): Promise<string> {
  const { url } = await issues.comment(number, runComment(result, target));
  return url;
}

/** The label that the log is found by, where somebody took it away. */
async function missingLabel(
  issues: Issues,
  { issue }: Log,
): Promise<{ labels?: string[] }> {
  const { label } = logKind;
  if (issue.labels.includes(label.name)) return {};
  await issues.addLabel(label);
  return { labels: [...issue.labels, label.name] };
}
