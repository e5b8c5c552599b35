/** The day or moment that the key of a backup names. */
export interface KeyDate {
  /** As if it were written in UTC, which it may be; of a day: its midnight. */
  readonly at: Date;
  readonly hasTime: boolean;
}

const year = String.raw`(20\d\d)`;
const month = '(0[1-9]|1[0-2])';
const day = String.raw`(0[1-9]|[12]\d|3[01])`;
const hour = String.raw`([01]\d|2[0-3])`;
const sixty = String.raw`([0-5]\d)`;

/** A version such as v2026.11.01 is no date. */
const before = String.raw`(?<!\d|\d\.|(?<![a-z])v)`;

const compact = new RegExp(
  `${before}${year}${month}${day}${hour}(?:${sixty}(?:${sixty})?)?(?!\\d)`,
  'gi',
);
/** Also in folders: 2026/11/01, year=2026/month=11/day=01. */
const calendar = new RegExp(
  `${before}${year}([-_./ ]?)(?:m(?:onth)?=)?${month}([-_./ ]?)(?:d(?:ay)?=)?${day}(?!\\d)`,
  'gi',
);
const timeAfter = new RegExp(
  `^[T_\\-. /]?${hour}([-:_.h]?)${sixty}(?:[-:_.m]?${sixty})?(?:\\.\\d+)?(Z|\\+\\d\\d:?\\d\\d)?(?!\\d)`,
  'i',
);
const hourAfter = new RegExp(`^T${hour}(?!\\d)`, 'i');

/** Seconds or milliseconds since 1970 */
const epoch = /(?<!\d)(\d{10})(\d{3})?(?!\d)/g;
const epochFrom = Date.UTC(2015, 0) / 1000;
const epochTo = Date.UTC(2045, 0) / 1000;

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const longHash = /(?<![0-9a-z])(?=[0-9a-f]*\d[a-f])[0-9a-f]{20,}(?![0-9a-z])/gi;

/**
 * Finds the date, and the time where there is one, in a key: the last that is plausible, and
 * of the calendar rather than of the epoch. Null where there is none.
 */
export function keyDateOf(key: string): KeyDate | null {
  const text = key.replace(uuid, 'id').replace(longHash, 'id');
  const found = [...compactDates(text), ...calendarDates(text)];
  const last = found.toSorted((a, b) => a.index - b.index).at(-1);
  return last?.date ?? epochDate(text);
}

interface Found {
  readonly index: number;
  readonly date: KeyDate;
}

function compactDates(text: string): Found[] {
  return [...text.matchAll(compact)].flatMap((match) => {
    const [, y, mo, d, h, mi = '00', s = '00'] = match;
    const at = dateOf(`${y}-${mo}-${d}`, `${h}:${mi}:${s}`);
    return at === null ? [] : [{ index: match.index, date: { at, hasTime: true } }];
  });
}

function calendarDates(text: string): Found[] {
  return [...text.matchAll(calendar)].flatMap((match) => {
    const [whole, y, first, mo, second, d] = match;
    if (first !== second && first !== '/' && second !== '/') return [];
    const rest = text.slice(match.index + whole.length);
    const time = timeOf(rest);
    const at = dateOf(`${y}-${mo}-${d}`, time ?? '00:00:00');
    if (at === null) return [];
    return [{ index: match.index, date: { at, hasTime: time !== null } }];
  });
}

function timeOf(rest: string): string | null {
  const [, h, , mi, s = '00', zone = ''] = timeAfter.exec(rest) ?? [];
  if (h === undefined) {
    const [, onlyHour] = hourAfter.exec(rest) ?? [];
    return onlyHour === undefined ? null : `${onlyHour}:00:00`;
  }
  const offset = zone.replace(/^(\+\d\d):?(\d\d)$/, '$1:$2');
  return `${h}:${mi}:${s}${offset.toUpperCase()}`;
}

/** Null where there is no such day: the Date of JavaScript makes 1 March of 30 February. */
function dateOf(date: string, time: string): Date | null {
  if (new Date(`${date}T00:00:00Z`).toJSON()?.slice(0, 10) !== date) return null;
  const at = new Date(`${date}T${/[Z+]/.test(time) ? time : `${time}Z`}`);
  return Number.isNaN(at.getTime()) ? null : at;
}

function epochDate(text: string): KeyDate | null {
  const seconds = [...text.matchAll(epoch)]
    .map(([, digits]) => Number(digits))
    .findLast((one) => one >= epochFrom && one < epochTo);
  return seconds === undefined ? null : { at: new Date(seconds * 1000), hasTime: true };
}
