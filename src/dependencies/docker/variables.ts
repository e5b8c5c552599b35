/** What stands in a text once its variables are put in, or why it cannot be told. */
export type Expansion =
  | { readonly text: string }
  | {
      readonly why: string;
      /** What stands before the first variable that has no value. */
      readonly known: string;
    };

export interface VariableRules {
  /** Null where it has no value that the file tells. */
  readonly lookUp: (name: string) => string | null;
  /** What takes away the meaning of a `$` behind it: `\` in a Dockerfile, `$` in compose. */
  readonly escape: '\\' | '`' | '$';
}

/** A few lines can double a text again and again. */
const longestText = 4096;
const deepestDefault = 8;

const variable = /^([A-Za-z_]\w*)(?:(:?[-+?])([\s\S]*))?$/;

/**
 * Puts in the variables of Dockerfiles and compose files: `$NAME`, `${NAME}`, and with a
 * default (`:-`, `-`), an alternative (`:+`, `+`) or an error (`:?`, `?`).
 */
export function expandVariables(
  text: string,
  rules: VariableRules,
  depth = 0,
): Expansion {
  let done = '';
  let at = 0;
  while (at < text.length) {
    if (done.length > longestText) return { why: 'is longer than any name', known: '' };
    const character = text.charAt(at);
    if (character === rules.escape && text.charAt(at + 1) === '$') {
      done += '$';
      at += 2;
      continue;
    }
    if (character !== '$') {
      done += character;
      at++;
      continue;
    }
    const found = variableAt(text, at);
    if (found === null) return { why: 'has a `$` that begins no variable', known: done };
    const value = replacement(found.inside, rules, depth);
    if ('why' in value) return { why: value.why, known: done };
    done += value.text;
    at = found.end;
  }
  return { text: done };
}

function variableAt(text: string, at: number): { inside: string; end: number } | null {
  if (text.charAt(at + 1) !== '{') {
    const [name = ''] = /^[A-Za-z_]\w*/.exec(text.slice(at + 1, at + 129)) ?? [];
    return name === '' ? null : { inside: name, end: at + 1 + name.length };
  }
  let open = 0;
  for (let end = at + 1; end < text.length; end++) {
    if (text.charAt(end) === '{') open++;
    if (text.charAt(end) === '}') open--;
    if (open === 0) return { inside: text.slice(at + 2, end), end: end + 1 };
  }
  return null;
}

function replacement(inside: string, rules: VariableRules, depth: number): Expansion {
  const [, name, operator = '', operand = ''] = variable.exec(inside) ?? [];
  if (name === undefined) return { why: `asks for \${${shorten(inside)}}`, known: '' };
  const value = rules.lookUp(name);
  const isSet = operator.startsWith(':') ? Boolean(value) : value !== null;
  const nested = () =>
    depth < deepestDefault
      ? expandVariables(operand, rules, depth + 1)
      : { why: 'has defaults within defaults', known: '' };
  if (operator.endsWith('+')) return isSet ? nested() : { text: '' };
  if (isSet && value !== null) return { text: value };
  if (operator.endsWith('-')) return nested();
  return { why: `depends on the variable ${shorten(name)}`, known: '' };
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
