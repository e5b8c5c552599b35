import type { Begun } from '../../core/maintenance-log.ts';
import type { Result } from '../../core/result-schema.ts';
import { madePlan } from '../../core/starvation.ts';
import { formatCount } from '../../core/units.ts';
import { code, escapeMarkdown } from '../escape.ts';
import { type Markdown, table } from '../markdown.ts';
import { dated, ending, link, took, verdict } from '../run-words.ts';
import { findingsTable } from './comment.ts';
import { fittingTable, maxBodyCharacters, shorten } from './fit.ts';
import { carriedOverOf, type LogState, type RecentRun } from './log-state.ts';
import { hide } from './marker.ts';
import { nextDue } from './next-due.ts';

const maxFindingsCharacters = 8000;
const maxCarriedOverCharacters = 10_000;

/** Writes the state of a task and target as it is after its last run. */
export function logBody(state: LogState, last: Result): Markdown {
  const parts = [
    lastRun(state, last),
    verdict(last),
    carriedOver(state, last),
    findingsTable(last.findings, maxFindingsCharacters),
    trend(state.recent),
  ];
  const text = logText(state, ...parts.filter(Boolean));
  return `${hide('log', state)}\n\n${text}`;
}

/** Every body has one line at most that begins so. */
const atWork = '⏳ ';

/** Writes into a body that a run has begun. */
export function begunBody(
  state: LogState,
  body: string,
  { run, startedAt }: Begun,
): Markdown {
  const [, ...shown] = body.split(/\r?\n/);
  const rest = shown
    .filter((line) => !line.startsWith(atWork))
    .join('\n')
    .trim();
  const note = `${atWork}A run began at ${link(dated(startedAt), run.url)}, and has not reported yet.`;
  return shorten([hide('log', state), note, rest].join('\n\n'), maxBodyCharacters);
}

/** What people see of the body of a log. */
export function logText(state: LogState, ...parts: readonly Markdown[]): Markdown {
  return [about(state), ...parts].join('\n\n');
}

function about({ task, target, continues }: LogState): Markdown {
  const before = continues ? ` It goes on from #${continues}.` : '';
  return `The state of ${code(task)} on ${code(target)}; each comment is one run.${before}`;
}

function lastRun(state: LogState, last: Result): Markdown {
  const due = nextDue(state, new Date(last.finishedAt));
  const time = due ? dated(due.time.toISOString()) : 'not known';
  return table(
    ['Last run', 'Outcome', 'Took', 'Next due'],
    [
      [
        link(dated(last.startedAt), last.run.url),
        ending(last),
        took(last),
        due?.isEstimate ? `about ${time}` : time,
      ],
    ],
  );
}

/** Of a run that made no plan nothing is known but that what was left is left still. */
function carriedOver(state: LogState, last: Result): Markdown {
  const runs = new Map(state.carriedOver.map((step) => [step.id, step.runs]));
  const left = madePlan(last)
    ? carriedOverOf(last)
    : state.carriedOver.map(({ id }) => ({ id, why: '', error: null }));
  if (left.length === 0) return '';
  const rows = left.map(({ id, why, error }) => [
    code(shorten(id, 150)),
    formatCount(runs.get(id) ?? 1),
    escapeMarkdown(shorten(error ?? why, 200)),
  ]);
  const head = ['Object', 'Runs in a row', 'Why'];
  return `#### Carried over (${formatCount(left.length)})\n\n${fittingTable(head, rows, maxCarriedOverCharacters)}`;
}

function trend(recent: readonly RecentRun[]): Markdown {
  const rows = recent.map((run) => [
    link(dated(run.startedAt), run.url),
    run.runs > 1 ? `${ending(run)}, ${formatCount(run.runs)} times` : ending(run),
    took(run),
    formatCount(run.done),
    formatCount(run.carriedOver),
    formatCount(run.findings),
  ]);
  const head = ['Run', 'Outcome', 'Took', 'Done', 'Carried over', 'Findings'];
  return `#### Last runs\n\n${table(head, rows)}`;
}
