/** A number of a requirement before and after. */
export type NumberChange = readonly [before: string, after: string];

const number = /\d[\w.+*-]*/g;

/** The numbers that differ between two requirements; null where these are of another kind. */
export function changedNumbers(before: string, after: string): NumberChange[] | null {
  if (shape(before) !== shape(after)) return null;
  const now = after.match(number) ?? [];
  return (before.match(number) ?? [])
    .map((was, index) => [was, now[index] ?? ''] as const)
    .filter(([was, is]) => was !== is);
}

/** A requirement without its numbers: `^` of `^1.2.3`. */
function shape(requirement: string): string {
  return requirement.replace(number, 'V').replace(/\s+/g, ' ').trim();
}

/** A version as exactly as another is written: `4.2` of 4.2.1 for `4.1`. */
export function atPrecision(version: string, like: string): string {
  const parts = like.split('.');
  if (parts.length >= 3 && !parts.some(isAny)) return version;
  const full = version.split('.');
  return parts.map((part, index) => (isAny(part) ? part : full[index])).join('.');
}

/** The lowest version that a number stands for: 1.2.0 for `1.2` and `1.2.x`. */
export function lowestOf(number: string): string {
  const parts = number.split('.').map((part) => (isAny(part) ? '0' : part));
  return [...parts, ...['0', '0', '0'].slice(parts.length)].join('.');
}

function isAny(part: string): boolean {
  return /^[xX*]$/.test(part);
}
