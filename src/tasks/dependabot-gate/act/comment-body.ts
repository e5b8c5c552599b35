import { verdictOf } from '../conclude.ts';
import type { Examined } from '../examined.ts';
import { escapeMarkdown, type Markdown, table } from '../github.ts';
import { reportTables } from '../tables.ts';

/** The last line of the comment by which a later run knows it. */
export const commentMarker = '<!-- matchbook-maintenance:dependabot-gate -->';

/** GitHub takes 65,536 characters. */
const mostRows = 50;
const mostCharacters = 300;

const signs = { merge: '✅', review: '👀', block: '⛔' };

/** Writes the decision down for people. Texts from outside cannot become markup. */
export function commentBody(examined: Examined): Markdown {
  const { decision, pullRequest } = examined;
  const tables = reportTables(examined).map(({ title, columns, rows }) => {
    const shown = rows
      .slice(0, mostRows)
      .map((row) => row.map((cell) => cellOf(cell === null ? '–' : String(cell))));
    const head = columns.map((column) => column.title);
    return `#### ${title}\n\n${table(head, shown)}`;
  });
  return [
    `### ${signs[decision]} ${decision}`,
    `**${cellOf(verdictOf(examined))}**`,
    ...tables,
    `Decided for ${pullRequest.headSha}.`,
    commentMarker,
  ].join('\n\n');
}

function cellOf(text: string): Markdown {
  const isLong = text.length > mostCharacters;
  return escapeMarkdown(isLong ? `${text.slice(0, mostCharacters)}…` : text);
}
