import { UnreadableFile } from '../model.ts';
import { quoted } from './json.ts';

/** Texts, with what is escaped in them, and the signs that objects and lists are made of. */
const tokens = /"(?:[^"\\]|\\[\s\S])*"|[{}[\]:,]/g;

/**
 * Refuses a JSON text with an object that has one key twice: the last one counts to
 * `JSON.parse`, and perhaps the first one to others. Throws `UnreadableFile`.
 */
export function refuseTwofoldKeys(text: string, path: string): void {
  /** The keys so far of each object around; null for a list. */
  const around: (Set<string> | null)[] = [];
  let last = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{') around.push(new Set());
    else if (token === '[') around.push(null);
    else if (token === '}' || token === ']') around.pop();
    else if (token === ':') {
      const keys = around.at(-1);
      const key = textOf(last);
      if (keys?.has(key)) {
        throw new UnreadableFile(path, `it has the key ${quoted(key)} twice`);
      }
      keys?.add(key);
    }
    last = token;
  }
}

/** One key may be written in several ways: `\\u0061` is `a`. */
function textOf(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token;
  }
}
