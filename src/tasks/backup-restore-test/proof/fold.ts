import { formatCount } from '../../../core/units.ts';

/** So many findings of a kind are told one by one. */
const most = 5;

/** Makes one finding each of a few cases, and one for all of them where there are more. */
export function foldMany<Case, Folded>(
  cases: readonly Case[],
  each: (one: Case) => Folded,
  all: (cases: readonly Case[]) => Folded,
): Folded[] {
  return cases.length > most ? [all(cases)] : cases.map(each);
}

/** Names the first few: `a, b, c and 28 more`. */
export function nameSome(names: readonly string[]): string {
  const shown = names.slice(0, most).join(', ');
  const more = names.length - most;
  return more > 0 ? `${shown} and ${formatCount(more)} more` : shown;
}

/** `1 table`, `1,200 tables`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
