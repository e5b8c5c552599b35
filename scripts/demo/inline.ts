import { styleText } from 'node:util';

/** A text without markup, and how it is shown as a whole. */
export interface Inline {
  readonly text: string;
  style(line: string): string;
}

const plain = (line: string) => line;
const bold = (line: string) => styleText('bold', line);
const code = (line: string) => styleText('cyan', line);

/** Reads Markdown within a line: as bold or code counts what is so from end to end. */
export function inline(markdown: string): Inline {
  const source = markdown.trim();
  const withoutLinks = source.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  const text = decode(withoutLinks.replace(/<\/?\w+\/?>|\*\*|`/g, ''));
  if (/^\*\*.*\*\*$/.test(source)) return { text, style: bold };
  if (/^<code>.*<\/code>$/.test(source)) return { text, style: code };
  return { text, style: plain };
}

const named: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  nbsp: '\u00a0',
};

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (entity, number, name) => {
    if (number) return shown(Number(number));
    return named[name] ?? entity;
  });
}

/** Control characters would speak to the terminal; a blank without width has no width. */
function shown(codePoint: number): string {
  if (codePoint === 0x200b) return '';
  return codePoint < 32 ? ' ' : String.fromCodePoint(codePoint);
}
