import type { Result, StepResult } from '../core/result-schema.ts';
import type { Markdown } from './markdown.ts';

/** Mermaid refuses more than 50,000 characters; a reader takes in much less. */
const maxBars = 30;

const tags: Partial<Record<StepResult['status'], string>> = {
  failed: 'crit, ',
  cancelled: 'crit, ',
  done: 'done, ',
};

/**
 * Draws what ran when, the longest steps first to be kept, as a Mermaid chart. Empty where
 * there is nothing to see: fewer than two steps that took any time.
 */
export function timeline(result: Result): Markdown {
  const ran = result.steps.filter(
    ({ startedAt, seconds }) => startedAt !== null && seconds !== null,
  );
  if (ran.length < 2) return '';
  const bars = ran
    .toSorted((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0))
    .slice(0, maxBars)
    .toSorted((a, b) => Date.parse(a.startedAt ?? '') - Date.parse(b.startedAt ?? ''));
  const lines = bars.map((step, index) => {
    const start = Date.parse(step.startedAt ?? '');
    const end = start + Math.max(1, Math.round((step.seconds ?? 0) * 1000));
    return `  · ${label(step.id)} :${tags[step.status] ?? ''}s${index}, ${start}, ${end}`;
  });
  const deadline = result.deadline ? Date.parse(result.deadline) : null;
  const lastEnd = Date.parse(result.finishedAt);
  // A deadline far away would press all bars together.
  const near =
    deadline !== null && deadline - lastEnd < lastEnd - Date.parse(result.startedAt);
  const isShort = lastEnd - Date.parse(result.startedAt) < 10_000;
  const mark = near ? [`  deadline :milestone, crit, ${deadline}, 0ms`] : [];
  return [
    '```mermaid',
    'gantt',
    '  dateFormat x',
    `  axisFormat ${isShort ? '%S.%L s' : '%H:%M:%S'}`,
    ...lines,
    ...mark,
    '```',
  ].join('\n');
}

/**
 * Mermaid has no escape for its own punctuation: what it could misread is replaced. The dot
 * before it keeps a name such as `section x` from being read as one of its own words.
 */
function label(id: string): string {
  return id.replace(/[^\p{L}\p{N}._ -]/gu, '_').slice(0, 60);
}
