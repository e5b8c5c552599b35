import { type Finding, severities } from '../core/finding.ts';
import type { EndedRun } from '../core/lifecycle.ts';
import type {
  ReportTable,
  ReportUnit,
  Result,
  StepResult,
} from '../core/result-schema.ts';
import type { ShownFigure } from '../core/task.ts';
import {
  formatBytes,
  formatCount,
  formatSeconds,
  formatShare,
  formatTime,
} from '../core/units.ts';
import { code, escapeMarkdown } from './escape.ts';
import { byteLength, details, type Markdown, table } from './markdown.ts';
import { remedyOf } from './remedy.ts';
import { marks } from './run-words.ts';
import { timeline } from './timeline.ts';
import { trend } from './trend.ts';

/** GitHub drops a summary of more than 1 MiB as a whole, and says so in a red line. */
export const maxSummaryBytes = 1024 * 1024 - 16 * 1024;

const nothingBefore = { history: { runs: [] }, logUrl: null };

/** What is longer is no table cell any more. */
const maxCellCharacters = 800;

/**
 * Writes the summary of a run for the person who reads it in the morning: how it ended and
 * what to do in the first lines, then totals, then detail, which is cut when it is long.
 */
export function summaryOf(
  result: Result,
  figures: readonly ShownFigure[],
  { history, logUrl }: Pick<EndedRun, 'history' | 'logUrl'> = nothingBefore,
): Markdown {
  const head = [heading(result), verdict(result), totals(result)];
  const findings = findingsTable(result.findings);
  const chart = timeline(result);
  const before = [trend(result, history), logUrl && `[Maintenance log](${logUrl})`];
  const own = result.tables ?? [];
  const first = own.filter(({ isHead }) => isHead).map(reportTable);
  const later = own.filter(({ isHead }) => !isHead).map(reportTable);
  const fixed = [...head, ...first, findings, ...later, chart, ...before]
    .filter(Boolean)
    .join('\n\n');
  const budget = maxSummaryBytes - byteLength(fixed);
  return [fixed, stepsTable(result, figures, budget)]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n');
}

function heading({ task, outcome, reason, dryRun }: Result): Markdown {
  const kind = dryRun ? ' (dry run)' : '';
  return `## ${marks[outcome]} ${task}${kind}: ${outcome} — ${reason.replaceAll('-', ' ')}`;
}

/** Each line of the message stays a line; a list in it stays a list. */
function verdict({ message }: Result): Markdown {
  const [first = '', ...lines] = message.slice(0, 20_000).split('\n');
  return [`**${escapeMarkdown(first)}**`, '']
    .concat(lines.map((line) => `- ${escapeMarkdown(line.replace(/^- /, ''))}`))
    .join('\n')
    .trimEnd();
}

function totals(result: Result): Markdown {
  const startedAt = new Date(result.startedAt);
  const finishedAt = new Date(result.finishedAt);
  const seconds = (finishedAt.getTime() - startedAt.getTime()) / 1000;
  const count = (status: StepResult['status']) =>
    result.steps.filter((step) => step.status === status).length;
  const shown = (
    ['planned', 'done', 'failed', 'cancelled', 'carried-over', 'skipped'] as const
  )
    .map((status) => [status, count(status)] as const)
    .filter(([, number]) => number > 0);
  const cells: [Markdown, Markdown][] = [
    ['Target', escapeMarkdown(result.target ?? 'not reached')],
    ['Ran', `${formatTime(startedAt, startedAt)}, ${formatSeconds(seconds)}`],
    [
      'Deadline',
      result.deadline ? formatTime(new Date(result.deadline), startedAt) : 'none',
    ],
    ...shown.map(([status, number]): [Markdown, Markdown] => [
      status === 'carried-over' ? 'Carried over' : capitalized(status),
      formatCount(number),
    ]),
  ];
  return table(
    cells.map(([title]) => title),
    [cells.map(([, value]) => value)],
  );
}

function findingsTable(findings: readonly Finding[]): Markdown {
  const isInfo = ({ severity }: Finding) => severity === 'info';
  const told = findings.filter((found) => !isInfo(found));
  const known = findings.filter(isInfo);
  return [
    told.length > 0 && `### Findings\n\n${findingRows(told)}`,
    // What asks nobody for anything must not hide what does.
    known.length > maxInfoRows
      ? details(`For information (${formatCount(known.length)})`, findingRows(known))
      : known.length > 0 && `### For information\n\n${findingRows(known)}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

const maxInfoRows = 3;

function findingRows(findings: readonly Finding[]): Markdown {
  const shown = findings.slice(0, 50);
  const rows = shown.map((found) => [
    severities.indexOf(found.severity) <= 1 ? `**${found.severity}**` : found.severity,
    code(found.code),
    escapeMarkdown(found.message.slice(0, maxCellCharacters)),
    remedyOf(found, maxCellCharacters),
  ]);
  const more =
    findings.length > shown.length
      ? `\n\n${formatCount(findings.length - shown.length)} more findings are in the result file.`
      : '';
  return `${table(['Severity', 'Finding', 'What', 'What to do'], rows)}${more}`;
}

const maxTableRows = 40;

/** What a task itself wants to show; a long table is folded, and cut in the middle of detail. */
function reportTable({ title, columns, rows }: ReportTable): Markdown {
  const cells = rows
    .slice(0, maxTableRows)
    .map((row) => row.map((value, index) => cell(value, columns[index]?.unit ?? 'text')));
  const right = columns.flatMap(({ unit }, index) =>
    unit === 'text' || unit === 'code' ? [] : [index],
  );
  const titles = columns.map(({ title: column }) => escapeMarkdown(column));
  const omitted = rows.length - cells.length;
  const note =
    omitted > 0 ? `\n\n${formatCount(omitted)} more rows are in the result file.` : '';
  const body = table(titles, cells, right) + note;
  const shown = escapeMarkdown(title);
  return rows.length > 10 ? details(shown, body) : `### ${shown}\n\n${body}`;
}

const formats = {
  count: formatCount,
  bytes: formatBytes,
  seconds: formatSeconds,
  share: formatShare,
};

function cell(value: string | number | null, unit: ReportUnit): Markdown {
  if (value === null) return '–';
  if (typeof value === 'string') {
    const shown = value.slice(0, maxCellCharacters);
    return unit === 'code' && shown !== '' ? code(shown) : escapeMarkdown(shown);
  }
  const isText = unit === 'text' || unit === 'code';
  return isText ? String(value) : unbroken(formats[unit](value));
}

function stepsTable(
  result: Result,
  figures: readonly ShownFigure[],
  budgetBytes: number,
): Markdown {
  if (result.steps.length === 0) return '';
  const shown = figures.filter((figure) =>
    result.steps.some((step) => falls(step, figure)),
  );
  const titles = shown.map(({ title }) => title);
  const head = ['Object', 'Status', 'Time', ...titles, 'Why', 'Command'];
  const right = [2, ...titles.map((_, index) => 3 + index)];
  const rows: Markdown[][] = [];
  let left = budgetBytes - 1000;
  for (const step of inOrderOfInterest(result.steps)) {
    const row = stepRow(step, shown);
    left -= byteLength(row.join(' | ')) + 8;
    if (left < 0) break;
    rows.push(row);
  }
  const omitted = result.steps.length - rows.length;
  const note =
    omitted > 0 ? `\n\n${formatCount(omitted)} more steps are in the result file.` : '';
  const body = table(head, rows, right) + note;
  const title = `Steps (${formatCount(result.steps.length)})`;
  return rows.length > 30 ? details(title, body) : `### Steps\n\n${body}`;
}

/** What did not go well is read first; within that, the order of the plan is kept. */
function inOrderOfInterest(steps: readonly StepResult[]): StepResult[] {
  const rank: Record<StepResult['status'], number> = {
    failed: 0,
    cancelled: 1,
    'carried-over': 2,
    skipped: 3,
    done: 4,
    planned: 4,
  };
  return steps.toSorted((a, b) => rank[a.status] - rank[b.status]);
}

function stepRow(step: StepResult, figures: readonly ShownFigure[]): Markdown[] {
  const status = step.error
    ? `${step.status}: ${escapeMarkdown(step.error.slice(0, maxCellCharacters))}`
    : step.status;
  return [
    code(step.id),
    status,
    unbroken(timeOf(step)),
    ...figures.map((figure) => change(step, figure)),
    escapeMarkdown(step.why),
    code(step.command),
  ];
}

function timeOf({ status, seconds, predictedSeconds }: StepResult): string {
  if (seconds !== null) return formatSeconds(seconds);
  // What is not to be carried out takes no time.
  return status === 'skipped' ? '–' : `about ${formatSeconds(predictedSeconds)}`;
}

/** What only ever grew, or was not measured, is no figure to show. */
function falls({ before, after }: StepResult, figure: ShownFigure): boolean {
  const [from, to] = [before?.[figure.key], after?.[figure.key]];
  if (typeof from !== 'number' || typeof to !== 'number') return false;
  return from >= figure.notableFrom && to < from;
}

function change({ before, after }: StepResult, { key, unit }: ShownFigure): Markdown {
  const show = (value: number | string | null | undefined) => {
    if (typeof value !== 'number') return '–';
    const format = { bytes: formatBytes, count: formatCount, share: formatShare };
    return format[unit](value);
  };
  const [from, to] = [show(before?.[key]), show(after?.[key])];
  return unbroken(from === to ? from : `${from} → ${to}`);
}

/** Keeps a figure and its unit on one line of a narrow column. */
function unbroken(text: string): Markdown {
  return text.replaceAll(' ', '&nbsp;');
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
