import { nameSome } from '../../../core/name-some.ts';
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

/** Names as many as would have been told one by one. */
export function nameThose(names: readonly string[]): string {
  return nameSome(names, most);
}

/** `1 table`, `1,200 tables`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
