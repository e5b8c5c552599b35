import { widthOf } from './text-width.ts';

export interface Column {
  readonly index: number;
  readonly title: string;
  readonly right: boolean;
  /** Those of its title and of all its cells. */
  readonly texts: readonly string[];
}

interface Measured extends Column {
  readonly natural: number;
  /** With less, it could not be read. */
  readonly least: number;
  width: number;
}

const gap = 2;
const narrowestProse = 24;
const longestWord = 34;
const mostLines = 3;

/**
 * Decides how wide each column is, and which are to come below their row, because there is
 * no room for them beside the others.
 */
export function shareWidth(
  columns: readonly Column[],
  width: number,
): { beside: readonly Measured[]; below: readonly Column[] } {
  const measured = columns.map(measure);
  const below = new Set<Measured>();
  const beside = () => measured.filter((column) => !below.has(column));
  const left = () =>
    beside().reduce((rest, { least }) => rest - least - gap, width + gap);
  while (left() < 0 && beside().length > 1) {
    const widest = beside().reduce((a, b) => (b.natural > a.natural ? b : a));
    // Text that is read after it must not come before it now.
    const after = measured.slice(widest.index).filter(isProse);
    for (const column of [widest, ...after]) below.add(column);
  }
  widen(beside(), left());
  return { beside: beside(), below: measured.filter((column) => below.has(column)) };
}

function isProse({ natural, right }: Measured): boolean {
  return natural > narrowestProse && !right;
}

function measure(column: Column): Measured {
  const widest = (texts: readonly string[]) => Math.max(...texts.map(widthOf));
  const natural = widest(column.texts);
  const word = Math.min(
    widest(column.texts.flatMap((text) => text.split(' '))),
    longestWord,
  );
  const prose = Math.max(narrowestProse, word, natural / mostLines);
  // Figures are never broken into lines.
  const least = column.right ? natural : Math.min(natural, Math.ceil(prose));
  return { ...column, natural, least, width: least };
}

/** Shares out evenly what room is left. */
function widen(columns: readonly Measured[], room: number): void {
  let left = room;
  for (;;) {
    const wanting = columns.filter(({ natural, width }) => width < natural);
    const share = Math.floor(left / wanting.length);
    if (wanting.length === 0 || share <= 0) return;
    for (const column of wanting) {
      const given = Math.min(column.natural - column.width, share);
      column.width += given;
      left -= given;
    }
  }
}
