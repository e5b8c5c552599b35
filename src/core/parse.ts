/** What PostgreSQL calls kB, MB, …: powers of 1,024. */
const bytesPerUnit = new Map([
  ['B', 1],
  ['kB', 1024],
  ['MB', 1024 ** 2],
  ['GB', 1024 ** 3],
  ['TB', 1024 ** 4],
]);

const millisecondsPerUnit = new Map([
  ['ms', 1],
  ['s', 1000],
  ['second', 1000],
  ['m', 60_000],
  ['min', 60_000],
  ['minute', 60_000],
  ['h', 3_600_000],
  ['hour', 3_600_000],
  ['d', 86_400_000],
  ['day', 86_400_000],
  ['w', 7 * 86_400_000],
  ['week', 7 * 86_400_000],
]);

/** Reads a duration (`500ms`, `30s`, `90m`, `36h`, `90 days`) in milliseconds, or `null`. */
export function parseDurationMs(text: string): number | null {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]+)$/.exec(text) ?? [];
  const factor =
    millisecondsPerUnit.get(unit) ?? millisecondsPerUnit.get(unit.replace(/s$/, ''));
  return number === undefined || factor === undefined ? null : Number(number) * factor;
}

/** Reads a size in the units of PostgreSQL (`10MB`, `1GB`) in bytes, or `null`. */
export function parseBytes(text: string): number | null {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(text) ?? [];
  const factor = bytesPerUnit.get(unit);
  return number === undefined || factor === undefined ? null : Number(number) * factor;
}

/** Reads a share (`30%`) between 0 and 100 per cent as 0–1, or `null`. */
export function parseShare(text: string): number | null {
  const [, number] = /^(\d+(?:\.\d+)?) ?%$/.exec(text) ?? [];
  return number === undefined || Number(number) > 100 ? null : Number(number) / 100;
}
