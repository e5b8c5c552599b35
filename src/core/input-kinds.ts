import type { ZodType } from 'zod';
import { type Input, Unreadable } from './inputs.ts';
import { parseBytes, parseDurationMs, parseShare } from './parse.ts';
import { parseDeadline } from './window.ts';

type About = { readonly description: string; readonly default?: string };

/** A text without any form. */
export function text<const A extends About & { allowed: string }>(about: A) {
  return { ...about, parse: (given: string) => given };
}

/** A text that is never shown. */
export function secret<const A extends About & { allowed: string }>(about: A) {
  return { ...about, secret: true as const, parse: (given: string) => given };
}

/** `true` or `false`. */
export function flag<const A extends About>(about: A) {
  return {
    ...about,
    allowed: '`true` or `false`',
    parse(given: string): boolean {
      const lower = given.toLowerCase();
      if (lower !== 'true' && lower !== 'false') throw new Unreadable();
      return lower === 'true';
    },
  };
}

/** The name of a repository of GitHub: `owner/name`. */
export function repository<const A extends About & { allowed: string }>(about: A) {
  return {
    ...about,
    parse(given: string): string {
      if (!/^[\w.-]+\/[\w.-]+$/.test(given)) throw new Unreadable();
      return given;
    },
  };
}

/** One of a closed list. */
export function choice<const Choice extends string, const A extends About>(
  choices: readonly Choice[],
  about: A,
) {
  return {
    ...about,
    allowed: choices.map((one) => `\`${one}\``).join(', '),
    parse(given: string): Choice {
      const chosen = choices.find((one) => one === given);
      if (chosen === undefined) throw new Unreadable();
      return chosen;
    },
  };
}

/** A whole number within limits. */
export function wholeNumber<const A extends About & { min: number; max: number }>(
  about: A,
) {
  return {
    ...about,
    allowed: `a whole number from ${about.min} to ${about.max}`,
    parse(given: string): number {
      const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
      if (!(number >= about.min && number <= about.max)) throw new Unreadable();
      return number;
    },
  };
}

/** A number, whole or not, within limits. */
export function decimal<const A extends About & { min: number; max: number }>(about: A) {
  return measure(about, `a number from ${about.min} to ${about.max}`, (given) => {
    const number = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
    return number >= about.min && number <= about.max ? number : null;
  });
}

/** A duration, read in milliseconds. */
export function durationMs<const A extends About>(about: A) {
  const allowed = 'a duration above 0 such as `500ms`, `30s`, `90m`, of 24 days at most';
  return measure(about, allowed, (given) => {
    const value = parseDurationMs(given) ?? 0;
    // In PostgreSQL a timeout of 0 is none at all: nobody who writes it means that. And
    // neither it nor Node can count further than that.
    return value > 0 && value <= 24 * 86_400_000 ? value : null;
  });
}

/** How long ago something may be, read in milliseconds: no timer has to count so far. */
export function ageMs<const A extends About>(about: A) {
  const allowed = 'a duration such as `36h`, `7 days`, or `0s`';
  return measure(about, allowed, parseDurationMs);
}

/** How long lies between two things, read in milliseconds: no timer has to count so far. */
export function intervalMs<const A extends About>(about: A) {
  const allowed = 'a duration above 0 such as `90m`, `36h`, `7 days`';
  return measure(about, allowed, (given) => parseDurationMs(given) || null);
}

/** A size, read in bytes. */
export function byteSize<const A extends About>(about: A) {
  return measure(about, 'a size such as `10MB`, `1GB`', parseBytes);
}

/** A share, read as 0–1. */
export function share<const A extends About>(about: A) {
  return measure(about, 'a share from `0%` to `100%`', parseShare);
}

/** The end of a window, read as the moment that it means now. */
export function deadline<const A extends About>(about: A) {
  const allowed =
    '`HH:MM` in UTC, an RFC 3339 time such as `2026-11-29T04:00:00Z`, or a duration such as `90m`; seven days ahead at most';
  return measure(about, allowed, (given) => parseDeadline(given, new Date()));
}

function measure<const A extends About, Value>(
  about: A,
  allowed: string,
  read: (given: string) => Value | null,
) {
  return {
    ...about,
    allowed,
    parse(given: string): Value {
      const value = read(given);
      if (value === null) throw new Unreadable();
      return value;
    },
  };
}

/**
 * A YAML document that a schema checks. The readers of YAML and the schema are loaded only
 * when such an input is given: together they would double the start of every run.
 */
export function yaml<Value, const A extends About & { allowed: string }>(
  about: A,
  schema: () => Promise<ZodType<Value>>,
) {
  return {
    ...about,
    async parse(given: string): Promise<Value> {
      const { parseYaml } = await import('./yaml.ts');
      return parseYaml(given, await schema());
    },
  } satisfies Input<Value>;
}
