import semver from 'semver';

/**
 * Gives a function that says whether a version that asks for some range of Node.js versions
 * runs on what a project has: one version, as npm has it; a line (`20`, `22.x`), of which
 * any may do; or a range, of which the lowest must. Null where the text is none of these, or
 * a range without a lower end.
 *
 * Source: npm-install-checks. Like npm, it holds what cannot be read for unsupported.
 */
export function nodeSupport(node: string): ((needs: string | null) => boolean) | null {
  const judge = judgeOf(node.trim());
  if (judge === null) return null;
  const known = new Map<string, boolean>();
  return (needs) => {
    // An empty text asks for nothing.
    if (!needs) return true;
    const answer = known.get(needs) ?? (isRange(needs) && judge(needs));
    known.set(needs, answer);
    return answer;
  };
}

function judgeOf(node: string): ((needs: string) => boolean) | null {
  const options = { includePrerelease: true };
  if (!isRange(node)) return null;
  if (/^v?\d+(?:\.\d+)?(?:\.[x*])*$/i.test(node)) {
    return (needs) => semver.intersects(node, needs, options);
  }
  const lowest = semver.minVersion(node);
  if (lowest === null || lowest.compare('0.0.0') === 0) return null;
  return (needs) => semver.satisfies(lowest, needs, options);
}

function isRange(text: string): boolean {
  return text.length <= 1024 && semver.validRange(text) !== null;
}
