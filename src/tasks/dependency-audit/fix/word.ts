/** Names come from outside, and a person pastes the command into a shell. */
export function word(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text) && !text.startsWith('-')) return text;
  return `'${text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').replaceAll("'", `'\\''`)}'`;
}
