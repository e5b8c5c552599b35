/**
 * Makes a text from outside safe for a line of the job log. The runner takes `::` at the
 * beginning of a line, and `##[` anywhere, for a command; control characters could start
 * a new line or paint over an old one.
 */
export function escapeLogLine(text: string): string {
  return withoutControls(text)
    .replace(/^\s*::/, ' : :')
    .replaceAll('##[', '## [');
}

/**
 * Makes a text from outside safe for Markdown, within a line or a table cell: no markup, no
 * HTML, no formula, no mention, no link, no reference to an issue. What means nothing where
 * it stands, such as the underscore within `order_history`, stays readable.
 */
export function escapeMarkdown(text: string): string {
  return withoutControls(text)
    .replace(/[\\`*<>[\]|~$&]/g, entity)
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, entity)
    .replace(/#(?=\w)|^[#+-]|@|:(?=\/\/)/g, entity)
    .replace(/\bwww\./gi, 'www&#46;');
}

function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** Sets a text as code, in HTML, which holds also where the text has a backtick. */
export function code(text: string): string {
  return `<code>${escapeMarkdown(text)}</code>`;
}

/** Control characters, line and paragraph ends, and what turns the direction of writing. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu;

function withoutControls(text: string): string {
  return text.replace(controls, ' ');
}
