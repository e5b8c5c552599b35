const units = new Map([
  ['min', 'minute'],
  ['minute', 'minute'],
  ['h', 'hour'],
  ['hour', 'hour'],
  ['d', 'day'],
  ['day', 'day'],
  ['w', 'week'],
  ['week', 'week'],
  ['month', 'month'],
  ['year', 'year'],
]);

/** Nobody keeps anything for longer; a typing error would. */
const mostYears = 1000;

/**
 * Reads how long rows are kept (`90 days`, `36h`, `6 months`) as an interval of PostgreSQL,
 * which counts months and years by the calendar. Throws with what is wrong.
 */
export function parseKeep(text: string): string {
  const [, sign, digits = '', word = ''] =
    /^(-?)(\d+) ?([a-z]+)$/.exec(text.trim().toLowerCase()) ?? [];
  const unit = units.get(word) ?? units.get(word.replace(/s$/, ''));
  if (sign === undefined || unit === undefined) {
    throw new Error(
      `${JSON.stringify(text)} is no duration such as 90 days, 36 hours, 6 months or 2 years`,
    );
  }
  const count = Number(digits);
  if (sign === '-') {
    throw new Error(
      `${JSON.stringify(text)} lies in the future: rows would be deleted before they are old`,
    );
  }
  if (count === 0)
    throw new Error('rows that are kept for no time at all would be deleted at once');
  if (count > mostYears * 366 * 24 * 60)
    throw new Error(`${JSON.stringify(text)} is too long`);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/**
 * Whether a text is the name of a time zone, such as `UTC` or `Europe/Zurich`. An offset such
 * as `-05:00` is none: PostgreSQL reads it the other way round.
 */
export function isTimeZone(text: string): boolean {
  if (!/^[a-z]/i.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
