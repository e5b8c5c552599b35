/** Control characters, ends of lines, and what is not seen or turns the direction of writing. */
const controls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/**
 * Makes a text from outside safe for a line of the job log. The runner takes `::` at the
 * beginning of a line, and `##[` anywhere, for a command, even with invisible characters
 * between; control characters could start a new line or paint over an old one.
 */
export function escapeLogLine(text: string): string {
  return text
    .replace(controls, ' ')
    .replace(/^\s*::/, ' : :')
    .replaceAll('##[', '## [');
}

/**
 * Makes a text of several lines safe for the job log, and for an annotation, of which the
 * runner writes each line to the log as well.
 */
export function escapeLogText(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map(escapeLogLine)
    .join('\n');
}

/**
 * Makes a text from outside safe for Markdown, within a line or a table cell: no markup, no
 * HTML, no formula, no mention, no link, no reference to an issue. What means nothing where
 * it stands, such as the underscore within `order_history`, stays readable.
 */
export function escapeMarkdown(text: string): string {
  return escapeMarkup(text).replace(reference, '$&&#8203;');
}

/** Sets a text as code, in HTML, which holds also where the text has a backtick. */
export function code(text: string): string {
  return `<code>${escapeMarkup(text)}</code>`;
}

/**
 * What GitHub makes links of after it has decoded entities, but for code. A character
 * without width behind it is all that helps.
 */
const reference = /@(?=\w)|(?<!&)#(?=\w)|\bGH-(?=\d)/gi;

function escapeMarkup(text: string): string {
  return text
    .replace(controls, ' ')
    .replace(/[\\`*<>[\]|~$&]/g, entity)
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, entity)
    .replace(/^[#+-]|:(?=\/\/)/g, entity)
    .replace(/\bwww\./gi, (match) => `${match.slice(0, 3)}&#46;`);
}

function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}
