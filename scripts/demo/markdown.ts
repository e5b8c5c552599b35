import { styleText } from 'node:util';
import { inline } from './inline.ts';
import { renderTable } from './table.ts';
import { wrap } from './text-width.ts';
import { renderTimeline } from './timeline.ts';

/** Renders a job summary for a terminal: only the Markdown that summaries are made of. */
export function renderMarkdown(markdown: string, width: number): string[] {
  const lines = markdown.trimEnd().split('\n');
  const rendered: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const block = blockAt(lines, at);
    rendered.push(...render(block, width));
    at += block.length;
  }
  return rendered;
}

/** The lines from one on that belong together: a table, a chart, or that line alone. */
function blockAt(lines: readonly string[], at: number): readonly string[] {
  const first = lines[at] ?? '';
  let end = at + 1;
  if (first.startsWith('```')) {
    while (end < lines.length && lines[end] !== '```') end++;
    end++;
  } else if (first.startsWith('|')) {
    while (lines[end]?.startsWith('|')) end++;
  }
  return lines.slice(at, end);
}

function render(block: readonly string[], width: number): string[] {
  const [first = ''] = block;
  if (first === '```mermaid') return renderTimeline(block, width);
  if (first.startsWith('```')) return block.slice(1, -1);
  if (first.startsWith('|')) return renderTable(block, width);
  const heading = /^#+ (.*)$/.exec(first)?.[1];
  if (heading !== undefined) {
    const styled = (line: string) => styleText(['bold', 'underline'], line);
    return wrap(inline(heading).text, width).map(styled);
  }
  const folded = /<summary>(.*)<\/summary>/.exec(first)?.[1];
  if (folded !== undefined) return [styleText('bold', inline(folded).text)];
  if (first === '</details>') return [];
  const item = /^- (.*)$/.exec(first)?.[1];
  if (item !== undefined) {
    return wrap(inline(item).text, width - 2).map(
      (line, number) => (number === 0 ? '• ' : '  ') + line,
    );
  }
  const { text, style } = inline(first);
  return wrap(text, width).map(style);
}
