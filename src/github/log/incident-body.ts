import type { Result } from '../../core/result-schema.ts';
import { formatCount } from '../../core/units.ts';
import { code, escapeMarkdown } from '../escape.ts';
import type { Markdown } from '../markdown.ts';
import { dated, link } from '../run-words.ts';
import { fittingTable } from './fit.ts';
import type { Change, IncidentState } from './incident-state.ts';
import { hide } from './marker.ts';
import type { Subject } from './subject.ts';

const maxTableCharacters = 20_000;

/** Writes what is wrong with a task on a target now. */
export function incidentBody(state: IncidentState): Markdown {
  return `${hide('incident', state)}\n\n${incidentText(state)}`;
}

/** What people see of the body of an incident. */
export function incidentText({ task, target, subjects }: IncidentState): Markdown {
  const rows = subjects.map((one) => [
    titleOfSubject(one),
    escapeMarkdown(one.detail),
    dated(one.since),
    link(dated(one.lastSeen), one.url),
    formatCount(one.runs),
  ]);
  const head = ['Subject', 'What', 'Since', 'Last seen', 'Runs'];
  return [
    `${code(task)} on ${code(target)} needs a person. A subject is closed when it is well in a later run, and this issue when none is left.`,
    rows.length > 0
      ? fittingTable(head, rows, maxTableCharacters)
      : 'No subject is left.',
  ].join('\n\n');
}

/** The comment that tells people, who are not told of a body, what is new or over. */
export function incidentComment(
  { added, closed, subjects }: Change,
  { startedAt, run }: Result,
): Markdown {
  const list = (title: string, of: readonly Subject[]) =>
    of.length === 0
      ? ''
      : [`${title}:`, '', ...of.slice(0, 20).map((one) => `- ${titleOfSubject(one)}`)]
          .concat(of.length > 20 ? [`- … and ${formatCount(of.length - 20)} more`] : [])
          .join('\n');
  return [
    `Run of ${link(dated(startedAt), run.url)}`,
    list('New', added),
    list('Closed', closed),
    subjects.length === 0 ? 'No subject is left: this issue is closed.' : '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

function titleOfSubject({ kind, name }: Subject): Markdown {
  return kind === 'more' ? 'and more' : `${kind} ${code(name)}`;
}
