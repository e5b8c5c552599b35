import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/core/task.ts';
import { refuseUnfit } from '../../src/postgres/fitness.ts';

const server = (versionNumber: number, inRecovery = false) => ({
  versionNumber,
  version: `${Math.floor(versionNumber / 10_000)}.${versionNumber % 10_000}`,
  inRecovery,
});

function refusalOf(given: ReturnType<typeof server>): Refusal | undefined {
  try {
    refuseUnfit(given);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  return undefined;
}

test.each([150_000, 150_018, 160_014, 180_004, 190_000])('%i is fit', (versionNumber) => {
  expect(refusalOf(server(versionNumber))).toBeUndefined();
});

describe('is refused', () => {
  test.each([140_000, 140_001, 140_003])(
    '%i, which corrupts indexes',
    (versionNumber) => {
      const refusal = refusalOf(server(versionNumber));
      expect(refusal).toMatchObject({
        reason: 'unsafe-target',
        findings: [{ code: 'unsafe-version', severity: 'critical' }],
      });
      expect(refusal?.message).toContain(server(versionNumber).version);
    },
  );

  test.each([90_603, 130_023, 140_004, 140_023])(
    '%i, which is too old',
    (versionNumber) => {
      expect(refusalOf(server(versionNumber))).toMatchObject({
        reason: 'unsafe-target',
        findings: [],
      });
    },
  );

  test('a standby', () => {
    expect(refusalOf(server(180_000, true))?.message).toContain('standby');
  });
});
