import type { Result } from '../../core/result-schema.ts';
import { resultIn } from './comment.ts';
import type { Issue } from './issue.ts';
import { type Issues, lastPage } from './issues.ts';
import { currentLog } from './log-issue.ts';
import type { LogState } from './log-state.ts';
import type { Marked, Place } from './marked-issue.ts';

const perPage = 50;

/** However many comments there are, no more requests than these are made for them. */
const maxPages = 4;

/** So many runs are history enough. */
const enough = 20;

/** Reads back the last runs of a log, newest first. */
export async function readHistory(
  issues: Issues,
  logs: readonly Marked<LogState>[],
  { task }: Place,
): Promise<Result[]> {
  const current = currentLog(logs);
  if (!current) return [];
  const results = quietRuns(current.state);
  const written = new Set<string>();
  for (const { number, page } of lastPages(logs, current)) {
    for (const { body } of await issues.comments(number, page, perPage)) {
      const result = resultIn(body);
      // A comment that got there twice is one run.
      if (result?.task !== task || written.has(keyOf(result))) continue;
      written.add(keyOf(result));
      results.push(result);
    }
    if (written.size >= enough) break;
  }
  return results.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}

/** The pages of comments to look at, newest first, through the issues of the log. */
function lastPages(
  logs: readonly Marked<LogState>[],
  current: Marked<LogState>,
): { number: number; page: number }[] {
  const pages: { number: number; page: number }[] = [];
  const seen = new Set<Issue>();
  let log: Marked<LogState> | undefined = current;
  while (log && !seen.has(log.issue) && pages.length < maxPages) {
    const { number, comments } = log.issue;
    seen.add(log.issue);
    for (let page = lastPage(comments, perPage); page > 0 && comments > 0; page--) {
      pages.push({ number, page });
    }
    const continues: number | undefined = log.state.continues;
    log = logs.find(({ issue }) => issue.number === continues);
  }
  return pages.slice(0, maxPages);
}

/** Runs that found nothing to do have no comment; the body knows of the last ones. */
function quietRuns({ task, recent }: LogState): Result[] {
  return recent
    .filter(({ outcome }) => outcome === 'nothing-to-do')
    .map(({ id, attempt, startedAt, finishedAt, outcome, reason }) => ({
      schema: 1,
      ...{ task, outcome, reason, startedAt, finishedAt },
      message: 'There was nothing to do.',
      target: null,
      dryRun: false,
      deadline: null,
      run: { id, attempt, url: null },
      steps: [],
      findings: [],
      metrics: {},
    }));
}

function keyOf({ run, startedAt }: Result): string {
  return `${run.id} ${run.attempt} ${startedAt}`;
}
