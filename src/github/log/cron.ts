const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT'];
const fields = [
  { least: 0, greatest: 59, names: [] },
  { least: 0, greatest: 23, names: [] },
  { least: 1, greatest: 31, names: [] },
  { least: 1, greatest: 12, names: [...months, 'NOV', 'DEC'] },
  { least: 0, greatest: 6, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
] as const;

/** 29 February comes once in eight years at worst. */
const maxDays = 8 * 366;

/**
 * The next time, in UTC, that a cron text names; `null` where it names none. Its syntax is
 * that of the `schedule` event:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
 */
export function nextCronTime(cron: string, after: Date): Date | null {
  const parts = cron.trim().split(/\s+/);
  const sets = fields.map((field, index) => numbersOf(parts[index] ?? '', field));
  if (parts.length !== fields.length || !sets.every((set) => set !== null)) return null;
  const [minutes, hours, days, monthsOfYear, weekdays] = sets as [
    ...[Set<number>, Set<number>, Set<number>, Set<number>, Set<number>],
  ];
  // As in cron itself: where day and weekday are both given, either is enough.
  const isEither = !parts[2]?.startsWith('*') && !parts[4]?.startsWith('*');
  const day = new Date(after);
  for (let count = 0; count < maxDays; count++) {
    const [byDay, byWeekday] = [
      days.has(day.getUTCDate()),
      weekdays.has(day.getUTCDay()),
    ];
    const fits = isEither ? byDay || byWeekday : byDay && byWeekday;
    if (fits && monthsOfYear.has(day.getUTCMonth() + 1)) {
      for (const hour of hours) {
        for (const minute of minutes) {
          const time = new Date(day);
          time.setUTCHours(hour, minute, 0, 0);
          if (time > after) return time;
        }
      }
    }
    day.setUTCDate(day.getUTCDate() + 1);
  }
  return null;
}

/** The numbers that a field names, least first. */
function numbersOf(text: string, field: (typeof fields)[number]): Set<number> | null {
  const { least, greatest, names } = field;
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [, from = '', to, step] =
      /^(\*|\w+)(?:-(\w+))?(?:\/([1-9]\d*))?$/.exec(part) ?? [];
    const isAll = from === '*' && to === undefined;
    const first = isAll ? least : numberOf(from, names);
    const isOpen = isAll || (step !== undefined && to === undefined);
    const last = isOpen ? greatest : numberOf(to ?? from, names);
    if (!(first >= least && last <= greatest && first <= last)) return null;
    for (let number = first; number <= last; number += Number(step ?? 1)) {
      numbers.add(number);
    }
  }
  return new Set([...numbers].sort((a, b) => a - b));
}

function numberOf(text: string, names: readonly string[]): number {
  if (/^\d+$/.test(text)) return Number(text);
  const index = names.indexOf(text.toUpperCase());
  // Months are counted from one.
  return index < 0 ? Number.NaN : index + (names.length === 12 ? 1 : 0);
}
