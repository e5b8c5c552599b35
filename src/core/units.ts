/** Writes a count for people: `1,234,567`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Writes a share (0–1) for people: `41 %`, and `0.4 %` below one per cent. */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent >= 0.05 && percent < 1 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** Writes seconds for people: `12 ms`, `1.2 s`, `38 s`, `4 min 10 s`, `1 h 05 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** Writes bytes for people, in the units of PostgreSQL (1 kB = 1,024 bytes). */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** Writes a time for people: `04:00 UTC`, with the date where it is not today's. */
export function formatTime(time: Date, today: Date): string {
  const iso = time.toISOString();
  const clock = `${iso.slice(11, 16)} UTC`;
  return iso.slice(0, 10) === today.toISOString().slice(0, 10)
    ? clock
    : `${iso.slice(0, 10)} ${clock}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
