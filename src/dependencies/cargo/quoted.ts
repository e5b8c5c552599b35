/** The beginning of a text from outside, with nothing in it that cannot be seen. */
export function printable(text: string): string {
  const start = text.slice(0, 100).replace(/\p{C}/gu, '\ufffd');
  return start.length < text.length ? `${start}…` : start;
}

/** Such a text between quotation marks, for a message. */
export function quoted(text: string): string {
  return `"${printable(text)}"`;
}
