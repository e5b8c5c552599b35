import type { Spread } from './measure.ts';

/** Writes seconds with their spread: `2.41 s (2.30–2.66)`. */
export function seconds({ median, min, max }: Spread): string {
  if (!Number.isFinite(median)) return 'never';
  return `${median.toFixed(2)} s (${min.toFixed(2)}–${max.toFixed(2)})`;
}

/** Writes bytes in millions with their spread: `41.2 MB (40.9–41.3)`. */
export function megabytes({ median, min, max }: Spread): string {
  const [middle, least, most] = [median, min, max].map((one) => (one / 1e6).toFixed(1));
  return `${middle} MB (${least}–${most})`;
}

/** Writes a count with its spread: `1,200 (1,190–1,220)`. */
export function count({ median, min, max }: Spread): string {
  const [middle, least, most] = [median, min, max].map((one) =>
    one.toLocaleString('en-US', { maximumFractionDigits: 0 }),
  );
  return least === most ? `${middle}` : `${middle} (${least}–${most})`;
}
