import { expect, test } from 'vitest';
import type { History } from '../../../src/core/maintenance-log.ts';
import type { Evidence } from '../../../src/tasks/backup-restore-test/evidence.ts';
import { metricsOf } from '../../../src/tasks/backup-restore-test/metrics.ts';
import { reportTables } from '../../../src/tasks/backup-restore-test/tables.ts';
import { sampleResult } from '../../sample-result.ts';

const restored = {
  database: 'matchbook',
  phases: [{ name: 'schema', seconds: 1 }],
  slowest: Array.from({ length: 12 }, (_, i) => ({
    item: `INDEX i${i}`,
    seconds: 12 - i,
  })),
  problems: [],
  seconds: 20,
};
const downloaded = {
  sizeBytes: 1000,
  seconds: 5,
  requests: 1,
  retries: 0,
  proof: 'full' as const,
};

function tablesOf(evidence: Evidence, history: History = { runs: [] }) {
  const metrics = metricsOf(evidence, 'full');
  const report = { verdict: 'verified', depth: 'full', metrics, history } as const;
  const tables = reportTables(evidence, report);
  return new Map(tables.map(({ title, rows }) => [title, rows]));
}

test('a recovery takes the download, the decryption and the restore', () => {
  const evidence = { downloaded, decryptSeconds: 2, restored };
  expect(metricsOf(evidence, 'full')).toMatchObject({ recoveryTimeSeconds: 27 });
  expect(metricsOf(evidence, 'schema')).not.toHaveProperty('recoveryTimeSeconds');
});

test('the phases are told with what they came to in a second', () => {
  const phases = tablesOf({ downloaded, restored, databaseBytes: 40 }).get('Phases');
  expect(phases).toEqual([
    ['download', 5, 200, null],
    ['restore', 20, 2, null],
    ['restore: schema', 1, null, null],
  ]);
});

test('of the items of a restore, the ten slowest are told', () => {
  const slowest = tablesOf({ restored }).get('The slowest of the restore');
  expect(slowest).toHaveLength(10);
  expect(slowest?.[0]).toEqual(['INDEX i0', 12]);
});

test('restores before are told, newest first, and nothing but restores', () => {
  const run = (startedAt: string, metrics: Record<string, number>, dryRun = false) =>
    sampleResult({ startedAt, metrics, dryRun, outputs: { verdict: 'failed' } });
  const figures = { recoveryTimeSeconds: 30, recoveryPointSeconds: 86_400, rows: 7 };
  const history = {
    runs: [
      run('2026-11-02T04:30:00.000Z', { backups: 31 }),
      run('2026-11-01T04:30:00.000Z', figures),
      run('2026-10-31T04:30:00.000Z', figures, true),
      run('2026-10-01T04:30:00.000Z', { ...figures, databaseBytes: 9 }),
    ],
  };
  expect(tablesOf({ restored }, history).get('Restores before')).toEqual([
    ['now', 'verified', 20, null, null, null],
    ['2026-11-01', 'failed', 30, 86_400, null, 7],
    ['2026-10-01', 'failed', 30, 86_400, 9, 7],
  ]);
  expect(tablesOf({ restored }).has('Restores before')).toBe(false);
});
