import { describe, expect, test } from 'vitest';
import { progressLine } from '../../../src/tasks/vacuum/progress.ts';

const row = {
  phase: 'scanning heap',
  total: 1000,
  scanned: 250,
  vacuumed: 0,
  passes: 0,
  indexes: null,
  indexesDone: null,
};

describe('a line of progress', () => {
  test('has the share of pages that were scanned, and the time for the rest', () => {
    expect(progressLine(row, 30)).toBe(
      'scanning heap, 25 % of its pages, about 1 min 30 s to scan the rest',
    );
  });

  test('promises nothing before there is something to go by', () => {
    expect(progressLine({ ...row, scanned: 1 }, 30)).toBe(
      'scanning heap, 0.1 % of its pages',
    );
    expect(progressLine({ ...row, total: 0, scanned: 0 }, 30)).toBe('scanning heap');
  });

  test('counts the pages that were vacuumed in that phase, and the passes', () => {
    const vacuuming = { ...row, phase: 'vacuuming heap', vacuumed: 500, passes: 1 };
    expect(progressLine(vacuuming, 30)).toBe(
      'vacuuming heap, 50 % of its pages, pass 2 over its indexes',
    );
  });

  test('has the index where the version knows it', () => {
    const indexing = { ...row, phase: 'vacuuming indexes', indexes: 5, indexesDone: 2 };
    expect(progressLine(indexing, 30)).toContain('vacuuming indexes, index 2 of 5');
  });
});
