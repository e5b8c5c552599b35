import { formatCount } from '../../core/units.ts';
import { type Markdown, table } from '../markdown.ts';

/** GitHub takes 65,536 characters in a body. */
export const maxBodyCharacters = 65_536;

/** Shortens a text that is longer than so many characters. */
export function shorten(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  return `${text.slice(0, maxCharacters - 1).toWellFormed()}…`;
}

/** The first of many items: as many as fit into so many characters. */
export function firstThatFit<Item>(
  items: readonly Item[],
  lengthOf: (item: Item) => number,
  maxCharacters: number,
): Item[] {
  let left = maxCharacters;
  const end = items.findIndex((item) => {
    left -= lengthOf(item);
    return left < 0;
  });
  return items.slice(0, end < 0 ? undefined : end);
}

/** Makes a table of the rows that fit into so many characters, and counts the others. */
export function fittingTable(
  head: readonly Markdown[],
  rows: readonly (readonly Markdown[])[],
  maxCharacters: number,
): Markdown {
  const shown = firstThatFit(
    rows,
    (cells) => cells.join(' | ').length + 5,
    maxCharacters,
  );
  const omitted = rows.length - shown.length;
  const note = omitted > 0 ? `\n\n… and ${formatCount(omitted)} more.` : '';
  return table(head, shown) + note;
}
