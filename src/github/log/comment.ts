import { severities } from '../../core/finding.ts';
import { type Result, resultSchema, type StepResult } from '../../core/result-schema.ts';
import { formatCount, formatSeconds } from '../../core/units.ts';
import { code, escapeMarkdown } from '../escape.ts';
import { details, type Markdown, table } from '../markdown.ts';
import { remedyOf } from '../remedy.ts';
import { dated, ending, link, took, verdict } from '../run-words.ts';
import { compactResult } from './compact-result.ts';
import { fittingTable, maxBodyCharacters, shorten } from './fit.ts';
import { hide, revealLast } from './marker.ts';

const maxFindingsCharacters = 8000;
const maxStepsCharacters = 12_000;

/** Writes a run down: a table for people, and the compact Result for later runs. */
export function runComment(result: Result, target: string): Markdown {
  const forPeople = [
    `### ${ending(result)}`,
    verdict(result),
    totals(result, target),
    findingsTable(result.findings, maxFindingsCharacters),
    stepsTable(result.steps),
  ];
  const text = forPeople.filter(Boolean).join('\n\n');
  const left = maxBodyCharacters - text.length - 1000;
  return `${text}\n\n${hide('result', compactResult(result, left))}`;
}

/** The Result in a comment; `null` where none is that this version understands. */
export function resultIn(body: string): Result | null {
  const { success, data } = resultSchema.safeParse(revealLast('result', body));
  return success ? data : null;
}

/** The findings of a run as a table, the gravest first. */
export function findingsTable(
  findings: Result['findings'],
  maxCharacters: number,
): Markdown {
  if (findings.length === 0) return '';
  const rows = findings.map((found) => [
    severities.indexOf(found.severity) <= 1 ? `**${found.severity}**` : found.severity,
    code(found.code),
    escapeMarkdown(shorten(found.message, 300)),
    remedyOf(found, 300),
  ]);
  const head = ['Severity', 'Finding', 'What', 'What to do'];
  return `#### Findings (${formatCount(findings.length)})\n\n${fittingTable(head, rows, maxCharacters)}`;
}

function totals(result: Result, target: string): Markdown {
  const count = (...statuses: StepResult['status'][]) =>
    formatCount(result.steps.filter(({ status }) => statuses.includes(status)).length);
  return table(
    ['Run', 'Target', 'Took', 'Done', 'Failed', 'Carried over', 'Skipped'],
    [
      [
        link(dated(result.startedAt), result.run.url),
        escapeMarkdown(shorten(result.target ?? target, 300)),
        took(result),
        count('done'),
        count('failed'),
        count('carried-over', 'cancelled'),
        count('skipped'),
      ],
    ],
  );
}

function stepsTable(steps: readonly StepResult[]): Markdown {
  if (steps.length === 0) return '';
  const rows = steps
    .toSorted((a, b) => Number(a.status === 'done') - Number(b.status === 'done'))
    .map(({ id, status, seconds, error, why }) => [
      code(shorten(id, 150)),
      status,
      seconds === null ? '–' : formatSeconds(seconds),
      escapeMarkdown(shorten(error ?? why, 200)),
    ]);
  const shown = fittingTable(
    ['Object', 'Status', 'Took', 'Why'],
    rows,
    maxStepsCharacters,
  );
  return details(`Steps (${formatCount(steps.length)})`, shown);
}
