import { maxKeptCharacters } from '../../core/maintenance-log.ts';
import type { Baselines } from './baselines.ts';

/** What a run keeps for `post` and for later runs. */
export interface Memory {
  /** The oids of the indexes that it set out to rebuild: what is left of them is ours. */
  readonly indexes: readonly number[];
  /** The oids of leftovers that were there before it, and are not ours. */
  readonly others: readonly number[];
  readonly baselines: Baselines;
}

/** The baselines take up to half of the room, the largest index first. */
const maxBaselineCharacters = maxKeptCharacters / 2;

/** Reads what an earlier run has kept, as far as it can be understood. */
export function readMemory(kept: unknown): Memory {
  const { indexes, others, baselines } = (kept ?? {}) as Partial<
    Record<keyof Memory, unknown>
  >;
  return {
    indexes: numbersIn(indexes),
    others: numbersIn(others),
    baselines: Object.fromEntries(
      Object.entries((baselines ?? {}) as object).filter(
        ([, bytes]) => typeof bytes === 'number' && bytes > 0,
      ),
    ),
  };
}

/** Shortens what is to be kept until it fits: the baselines, then the indexes planned last. */
export function fitted({ indexes, others, baselines }: Memory): Memory {
  let left = maxBaselineCharacters;
  const kept = Object.entries(baselines).filter((entry) => {
    left -= JSON.stringify(entry).length + 1;
    return left >= 0;
  });
  // An oid has ten digits at most, and a comma.
  const most = Math.floor((maxKeptCharacters - maxBaselineCharacters - 200) / 11);
  return {
    indexes: indexes.slice(0, Math.max(0, most - others.length)),
    others: others.slice(0, most),
    baselines: Object.fromEntries(kept),
  };
}

function numbersIn(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((one) => Number.isSafeInteger(one)) : [];
}
