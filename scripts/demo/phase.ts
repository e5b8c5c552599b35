import { styleText } from 'node:util';
import { formatSeconds } from '../../src/core/units.ts';

/** Says what is going on while it does, and how long it took, in one line. */
export async function phase<Value>(
  title: string,
  body: () => Promise<Value>,
): Promise<Value> {
  const begun = performance.now();
  process.stdout.write(`• ${title} … `);
  let end = '';
  try {
    const value = await body();
    end = formatSeconds((performance.now() - begun) / 1000);
    return value;
  } finally {
    process.stdout.write(`${styleText('dim', end)}\n`);
  }
}
