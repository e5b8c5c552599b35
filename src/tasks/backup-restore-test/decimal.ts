/** A number without loss: `digits` times ten to the power of minus `scale`. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** PostgreSQL has none with more places. */
const maxScale = 20_000;

/** Reads `12`, `-0.5`, `1e+20`; null for what is no finite number. */
export function parseDecimal(text: string): Decimal | null {
  const found = /^([+-]?)(\d+)?(?:\.(\d+)?)?(?:e([+-]?\d{1,5}))?$/i.exec(text);
  if (!found) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = found;
  if (whole === '' && fraction === '') return null;
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > maxScale) return null;
  const digits = BigInt(`${whole}${fraction}`);
  return { digits: sign === '-' ? -digits : digits, scale };
}

/** Below 0 where the first is less, above 0 where it is more. */
export function compareDecimals(one: Decimal, other: Decimal): number {
  const scale = Math.max(one.scale, other.scale);
  const difference = scaled(one, scale) - scaled(other, scale);
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

function scaled({ digits, scale }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - scale);
}
