/** What is hidden in a body: the state of a log or an incident, or the Result of a run. */
export type Marker = 'log' | 'incident' | 'result';

const name = 'matchbook-maintenance';

/**
 * Hides a value in Markdown: one line that nobody sees. As `<` and `>` are escaped, no text
 * in it can end the comment; as `@` and `#` are, none is a mention or a reference.
 */
export function hide(marker: Marker, value: unknown): string {
  let json = JSON.stringify(value);
  for (const character of '<>&@#') {
    const code = character.charCodeAt(0).toString(16);
    json = json.replaceAll(character, `\\u00${code}`);
  }
  return `<!-- ${name}:${marker} ${json} -->`;
}

/** Reads what is hidden in the first line of a body; `null` where nothing is. */
export function revealFirst(marker: Marker, body: string): unknown {
  return reveal(marker, body.slice(0, body.search(/[\r\n]|$/)));
}

/** Reads what is hidden in the last line of a body; `null` where nothing is. */
export function revealLast(marker: Marker, body: string): unknown {
  const trimmed = body.trimEnd();
  return reveal(marker, trimmed.slice(trimmed.lastIndexOf('\n') + 1));
}

function reveal(marker: Marker, line: string): unknown {
  const [begin, end] = [`<!-- ${name}:${marker} `, ' -->'];
  if (!line.startsWith(begin) || !line.endsWith(end)) return null;
  try {
    return JSON.parse(line.slice(begin.length, -end.length));
  } catch {
    return null;
  }
}
