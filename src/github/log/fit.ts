import { formatCount } from '../../core/units.ts';
import { type Markdown, table } from '../markdown.ts';

/** GitHub takes 65,536 characters in a body. */
export const maxBodyCharacters = 65_536;

/** Shortens a text that is longer than so many characters. */
export function shorten(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  return `${text.slice(0, maxCharacters - 1).toWellFormed()}…`;
}

/** Makes a table of the rows that fit into so many characters, and counts the others. */
export function fittingTable(
  head: readonly Markdown[],
  rows: readonly (readonly Markdown[])[],
  maxCharacters: number,
): Markdown {
  let left = maxCharacters;
  const end = rows.findIndex((cells) => {
    left -= cells.join(' | ').length + 5;
    return left < 0;
  });
  if (end < 0) return table(head, rows);
  return `${table(head, rows.slice(0, end))}\n\n… and ${formatCount(rows.length - end)} more.`;
}
