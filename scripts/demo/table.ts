import { styleText } from 'node:util';
import { type Inline, inline } from './inline.ts';
import { type Column, shareWidth } from './table-widths.ts';
import { pad, widthOf, wrap } from './text-width.ts';

const indent = '    ';

/**
 * Renders a Markdown table. Cells are wrapped; where even that is too wide, the widest
 * columns come below their row.
 */
export function renderTable(source: readonly string[], width: number): string[] {
  const [head = [], rule = [], ...body] = source.map(cellsOf);
  const rows = body.map((cells) => cells.map(inline));
  const columns = head.map((markdown, index): Column => {
    const title = inline(markdown).text;
    const texts = [title, ...rows.map((cells) => cells[index]?.text ?? '')];
    return { index, title, texts, right: rule[index]?.endsWith(':') === true };
  });
  const { beside, below } = shareWidth(columns, width);
  const titles = beside.map((column) => {
    return styleText('bold', pad(column.title, column.width, column.right));
  });
  const rules = beside.map((column) => styleText('dim', '─'.repeat(column.width)));
  return [
    titles.join('  '),
    rules.join('  '),
    ...rows.flatMap((cells) => [
      ...sideBySide(cells, beside),
      ...below.flatMap((column) => belowRow(cells, column, width)),
    ]),
  ];
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\| | \|$/g, '')
    .split(' | ')
    .map((cell) => cell.trim());
}

function sideBySide(
  cells: readonly Inline[],
  columns: readonly (Column & { width: number })[],
): string[] {
  const wrapped = columns.map(({ index, width }) =>
    wrap(cells[index]?.text ?? '', width),
  );
  const height = Math.max(...wrapped.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map(({ index, width, right }, position) => {
        const text = pad(wrapped[position]?.[line] ?? '', width, right);
        return cells[index]?.style(text) ?? text;
      })
      .join('  '),
  );
}

function belowRow(cells: readonly Inline[], column: Column, width: number): string[] {
  const cell = cells[column.index];
  if (!cell || cell.text === '') return [];
  const title = `${indent}${column.title}: `;
  const lines = wrap(cell.text, width - widthOf(title));
  return lines.map((line, number) => {
    const start = number === 0 ? title : ' '.repeat(widthOf(title));
    return styleText('dim', start) + cell.style(line);
  });
}
