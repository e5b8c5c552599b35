/**
 * What GitHub looks for mentions and references in: the text that is left when entities
 * are decoded (https://github.com/github/cmark-gfm/issues/181). A comment, or a character
 * without width, cuts it in two.
 */
export function textNodesOf(markdown: string): string {
  return markdown
    .replaceAll('<!-- -->', '\u200b')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}

/** What a person reads. */
export function readerSees(markdown: string): string {
  return textNodesOf(markdown).replace(/\p{Cf}/gu, '');
}
