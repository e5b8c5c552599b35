const labels = ['error', 'warning', 'detail', 'hint'] as const;

/** What pg_restore says on a line of its standard error. */
export interface RestoreLine {
  /** Not so where it goes on with what the line before says. */
  readonly isPrefixed: boolean;
  readonly label: (typeof labels)[number] | null;
  readonly text: string;
}

/**
 * Takes the prefix off a line. pg_restore writes the name, the space, the label and the text
 * of a message one by one, and what its workers write comes in between. So there may be any
 * number of them, or none:
 *
 *     pg_restore:pg_restore: creating INDEX "public.a"
 *      creating INDEX "public.b"
 */
export function readRestoreLine(line: string): RestoreLine {
  const [prefix = ''] =
    /^(?:pg_restore:| |(?:error|warning|detail|hint): )*/.exec(line) ?? [];
  return {
    isPrefixed: prefix.includes('pg_restore:'),
    label: labels.find((label) => prefix.includes(`${label}: `)) ?? null,
    text: line.slice(prefix.length),
  };
}
