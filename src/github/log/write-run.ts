import type { Result } from '../../core/result-schema.ts';
import { runComment } from './comment.ts';
import type { Issues } from './issues.ts';
import { logBody } from './log-body.ts';
import { closeLog, type Log, logKind, openLog } from './log-issue.ts';
import { stateAfter } from './log-state.ts';
import type { Place } from './marked-issue.ts';

/** Tries something; `null` where it failed, which is then known as a problem. */
export type Attempt = <Value>(action: () => Promise<Value>) => Promise<Value | null>;

interface Written {
  readonly result: Result;
  readonly place: Place;
  readonly schedule: string | null;
}

/**
 * Writes a run to the log: a comment, and the state in the body. Where one part cannot be
 * written, the others are all the same. Returns where a person can read it.
 */
export async function writeRun(
  issues: Issues,
  { result, place, schedule }: Written,
  attempt: Attempt,
): Promise<string | null> {
  const log = await attempt(() => openLog(issues, place));
  if (!log) return null;
  const { issue, state } = log.current;
  const url = await attempt(() => comment(issues, issue.number, result, place));
  await attempt(async () => {
    const body = logBody(stateAfter(state, result, { url, schedule }), result);
    const labels = await missingLabel(issues, log.current);
    await issues.update(issue.number, { body, state: 'open', ...labels });
  });
  for (const other of log.others) {
    await attempt(() => closeLog(issues, other, log.current));
  }
  return url ?? issue.url;
}

/** Runs that found nothing to do may be frequent, and are in the body alone. */
async function comment(
  issues: Issues,
  number: number,
  result: Result,
  { target }: Place,
): Promise<string | null> {
  if (result.outcome === 'nothing-to-do') return null;
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
