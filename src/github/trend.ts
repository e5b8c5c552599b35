import { type History, realRuns } from '../core/maintenance-log.ts';
import type { Result } from '../core/result-schema.ts';
import { formatCount } from '../core/units.ts';
import { details, type Markdown, table } from './markdown.ts';
import { dated, ending, link, took } from './run-words.ts';

const shownRuns = 8;

/** Shows this run below the ones before it; empty where there are none. */
export function trend(result: Result, history: History): Markdown {
  const before = realRuns(history).slice(0, shownRuns);
  if (before.length === 0) return '';
  const rows = [result, ...before].map((run) => [
    link(dated(run.startedAt), run.run.url),
    ending(run),
    took(run),
    `${countDone(run)} of ${formatCount(run.steps.length + (run.metrics['omittedSteps'] ?? 0))}`,
  ]);
  return details('The runs before', table(['Run', 'Outcome', 'Took', 'Done'], rows));
}

function countDone({ steps }: Result): string {
  return formatCount(steps.filter(({ status }) => status === 'done').length);
}
