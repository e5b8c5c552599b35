/** A table cell or line that is Markdown already; texts from outside are escaped before. */
export type Markdown = string;

/** Makes a table; columns named in `right` are set to the right. */
export function table(
  head: readonly Markdown[],
  rows: readonly (readonly Markdown[])[],
  right: readonly number[] = [],
): Markdown {
  const rule = head.map((_, index) => (right.includes(index) ? '--:' : '---'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Makes a part that is folded until somebody opens it. */
export function details(title: Markdown, body: Markdown): Markdown {
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

/** The length of a text as the limits of GitHub count it. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
