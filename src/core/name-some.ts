import { formatCount } from './units.ts';

/** Names the first few: `a, b, c and 28 more`. One name is never left out by itself. */
export function nameSome(names: readonly string[], most = 3): string {
  const count = names.length === most + 1 ? most + 1 : most;
  const shown = names.slice(0, count).join(', ');
  const more = names.length - count;
  return more > 0 ? `${shown} and ${formatCount(more)} more` : shown;
}
