import { describe, expect, test } from 'vitest';
import {
  type BtreeDescription,
  builtBtree,
  type StoredColumn,
} from '../../../src/tasks/reindex/btree-model.ts';

const bigint: StoredColumn = {
  widthBytes: 8,
  alignmentBytes: 8,
  nullShare: 0,
  sampledWidths: [],
  commonWidths: [],
  averageBytes: 8,
  distinct: -1,
  commonShares: [],
};

const varying = (widths: readonly number[]): StoredColumn => ({
  ...bigint,
  widthBytes: null,
  alignmentBytes: 4,
  sampledWidths: widths,
  averageBytes: widths.reduce((sum, width) => sum + width, 0) / widths.length,
});

const btree = (changes: Partial<BtreeDescription> = {}): BtreeDescription => ({
  rows: 300_000,
  columns: [bigint],
  deduplicates: false,
  fillfactor: 0.9,
  blockSizeBytes: 8192,
  ...changes,
});

const pages = (changes: Partial<BtreeDescription>) =>
  builtBtree(btree(changes)).bytes / 8192;

// The sizes on the right are those of real indexes, built by PostgreSQL 15.
describe('the pages of an index just built', () => {
  test.each<[string, Partial<BtreeDescription>, number]>([
    ['bigint', {}, 825],
    ['bigint with fillfactor 70', { fillfactor: 0.7 }, 1063],
    [
      'two columns of 4 and 8 bytes',
      { columns: [{ ...bigint, widthBytes: 4, alignmentBytes: 4 }, bigint] },
      1158,
    ],
    [
      '40 different values',
      {
        rows: 600_000,
        deduplicates: true,
        columns: [{ ...bigint, widthBytes: 4, alignmentBytes: 4, distinct: 40 }],
      },
      512,
    ],
    [
      'two different values',
      {
        rows: 600_000,
        deduplicates: true,
        columns: [{ ...bigint, widthBytes: 1, alignmentBytes: 1, distinct: 2 }],
      },
      510,
    ],
    [
      '365 different values',
      {
        rows: 600_000,
        deduplicates: true,
        columns: [{ ...bigint, widthBytes: 4, alignmentBytes: 4, distinct: 365 }],
      },
      533,
    ],
    [
      'nine of ten NULL',
      {
        deduplicates: true,
        columns: [
          { ...bigint, widthBytes: 4, alignmentBytes: 4, nullShare: 0.9, distinct: -0.1 },
        ],
      },
      314,
    ],
  ])('%s', (_, changes, real) => {
    expect(Math.abs(pages(changes) / real - 1)).toBeLessThan(0.01);
  });
});

test('widths are aligned each for itself, and not their average', () => {
  // 8 + 8 and 8 + 9 bytes: 16 and 24.
  expect(pages({ columns: [varying([8, 9])] })).toBeCloseTo(
    pages({ columns: [varying([13])] }) * 0.836,
    -2,
  );
  expect(pages({ columns: [varying([8, 9])] })).toBeGreaterThan(
    pages({ columns: [varying([8])] }) * 1.15,
  );
});

test('a table without rows, or with one, is no division by zero', () => {
  for (const rows of [0, 1, 2]) {
    const { bytes, leafDensity } = builtBtree(btree({ rows, deduplicates: true }));
    expect(bytes).toBeGreaterThanOrEqual(8192);
    expect(leafDensity).toBeGreaterThan(0);
    expect(leafDensity).toBeLessThanOrEqual(1);
  }
});

test('nothing but NULLs', () => {
  const columns = [{ ...bigint, nullShare: 1, distinct: 0 }];
  expect(pages({ columns, deduplicates: true })).toBeLessThan(300);
  expect(pages({ columns })).toBeGreaterThan(800);
});

test('a key as wide as a page holds', () => {
  const { bytes } = builtBtree(btree({ rows: 1000, columns: [varying([2600])] }));
  expect(bytes / 8192).toBeGreaterThan(400);
});
