import type { Spread } from './measure.ts';

/** Prints the heading of a benchmark, with the command that repeats it. */
export function printHeading(title: string, name: string): void {
  console.log(`\n## ${title}\n\`npm run bench -- ${name}\``);
}

/**
 * Prints a part of a benchmark. One that cannot be measured says why, and leaves the others
 * to go on.
 */
export async function printPart(
  title: string,
  measure: () => Promise<readonly (readonly [label: string, figure: string])[]>,
): Promise<void> {
  console.log(`\n${title}`);
  try {
    for (const [label, figure] of await measure()) {
      console.log(`  ${label.padEnd(46)} ${figure}`);
    }
  } catch (error) {
    console.log(`  not measured: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

/** Writes milliseconds with their spread: `52 ms (48–61)`. */
export function milliseconds({ median, min, max }: Spread): string {
  return `${median.toFixed(0)} ms (${min.toFixed(0)}–${max.toFixed(0)})`;
}

/** Writes bytes in thousands, as package registries count them: `812.4 kB`. */
export function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

/** Writes how many times as much one is of another, with its spread: `2.7× (2.3–3.1)`. */
export function times({ median, min, max }: Spread): string {
  return `${median.toFixed(2)}× (${min.toFixed(2)}–${max.toFixed(2)})`;
}
