/**
 * Whether a path is what a pattern of `[workspace] members` means: `*`, `?` and `[…]` within
 * one folder's name, `**` for any folders. Its time is bounded by the product of both
 * lengths, for patterns are anybody's.
 *
 * Source: the crate `glob`, which cargo reads them with.
 */
export function matchesGlob(path: string, pattern: string): boolean {
  return matchesTokens(path.split('/'), pattern.split('/'), '**', matchesName);
}

function matchesName(name: string, pattern: string): boolean {
  return matchesTokens([...name], tokensOf(pattern), '*', matchesCharacter);
}

/** Goes back to the last wildcard only: one before it could not do better. */
function matchesTokens(
  items: readonly string[],
  tokens: readonly string[],
  wildcard: string,
  matches: (item: string, token: string) => boolean,
): boolean {
  let token = 0;
  let afterWildcard = -1;
  let resumeAt = 0;
  for (let at = 0; at < items.length; ) {
    const wanted = tokens[token];
    if (wanted === wildcard) {
      token += 1;
      afterWildcard = token;
      resumeAt = at;
    } else if (wanted !== undefined && matches(items[at] ?? '', wanted)) {
      token += 1;
      at += 1;
    } else if (afterWildcard >= 0) {
      token = afterWildcard;
      resumeAt += 1;
      at = resumeAt;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((one) => one === wildcard);
}

/** Its characters, where a class such as `[a-c]` counts as one. */
function tokensOf(pattern: string): string[] {
  return pattern.match(/\[!?\]?[^\]]*\]|[\s\S]/gu) ?? [];
}

function matchesCharacter(character: string, token: string): boolean {
  if (token === '?' || token === character) return true;
  if (!token.startsWith('[') || !token.endsWith(']')) return false;
  const isNegated = token.startsWith('[!');
  const ranges = token.slice(isNegated ? 2 : 1, -1).match(/[\s\S](?:-[\s\S])?/gu) ?? [];
  const isIn = ranges.some((range) => {
    const [first = '', , last = first] = [...range];
    return first <= character && character <= last;
  });
  return isIn !== isNegated;
}
