/**
 * Makes a text from outside safe for a line of the job log. The runner takes `::` at the
 * beginning of a line, and `##[` anywhere, for a command; control characters could start
 * a new line or paint over an old one.
 */
export function escapeLogLine(text: string): string {
  return withoutControls(text).replace(/^\s*::/, ' : :').replaceAll('##[', '## [');
}

/**
 * Makes a text from outside safe for Markdown, also within a table: no markup, no HTML, no
 * mention of a person or a team, no link, no reference to an issue.
 */
export function escapeMarkdown(text: string): string {
  return withoutControls(text)
    .replace(/[\\`*_{}[\]<>()#+!|~^&$-]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll('@', '&#64;')
    .replaceAll('://', '&#58;//')
    .replace(/\bwww\./gi, 'www&#46;');
}

/** Sets a text as code, in HTML, which holds also where the text has a backtick. */
export function code(text: string): string {
  return `<code>${escapeMarkdown(text)}</code>`;
}

function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ');
}
