/** What the server says of an error: its first line, and the lines that follow. */
interface ServerMessage {
  readonly message: string;
  readonly details: readonly string[];
}

/** Before each part of the details; what stands before the first goes on with the message. */
const partBegins = /^(?=(?:DETAIL|HINT|CONTEXT|QUERY|LINE \d+|Command was):)/m;
const valueAtEnd = /(ERROR: +(?:invalid|malformed|[^"]*out of range)[^"]*): "[\s\S]*$/;
const valuesInParentheses = /(= ?|contains )\([\s\S]*\)/;

/**
 * What an error says, without what stands in the rows: that is not for everybody who may
 * read the log of a job.
 */
export function withoutRows({ message, details }: ServerMessage): ServerMessage {
  const isOfRows =
    message.startsWith('COPY failed') ||
    details.some((line) => line.startsWith('Command was: INSERT INTO'));
  const told = message.replace(valueAtEnd, '$1: "…"');
  const parts = details.join('\n').split(partBegins);
  return {
    message: told,
    details: parts
      .map((part) => (isOfRows ? partOfRows(part) : part))
      .map((part) => (part.startsWith('DETAIL:') ? withoutValues(part) : part))
      .filter((part) => told === message || partBegins.test(part))
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  };
}

/** Only what is known to have no values in it, or to have them where they are found. */
function partOfRows(part: string): string {
  const [known = ''] =
    /^HINT:[\s\S]*|^DETAIL: +(?:Key|Failing row|Partition key)[\s\S]*|^Command was: INSERT INTO \S+/.exec(
      part,
    ) ?? [];
  const [place] = /^COPY .*?, line \d+(?:, column [^:]+)?/m.exec(part.slice(10)) ?? [];
  return part.startsWith('CONTEXT:') && place ? `CONTEXT:  ${place}` : known;
}

function withoutValues(part: string): string {
  return part.replace(valuesInParentheses, '$1(…)');
}
