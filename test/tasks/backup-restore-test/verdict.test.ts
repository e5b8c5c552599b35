import { expect, test } from 'vitest';
import { type Finding, finding } from '../../../src/core/finding.ts';
import type { Outcome } from '../../../src/core/outcome.ts';
import {
  type Verdict,
  verdictOf,
} from '../../../src/tasks/backup-restore-test/verdict.ts';

const corrupt = finding('archive-corrupt', 'a', 'Cut.');
const shrunk = finding('size-anomaly', 'a', 'Small.');
const ofRestore = finding('restore-error', 'a', 'Failed.');
const noProgram = finding('version-unsupported', 'a', 'Too old.');
const noLog = finding('log-not-written', 'a', 'No right.', { severity: 'high' });

test.each<[Verdict, string, Outcome, readonly Finding[]]>([
  ['verified', 'all was seen', 'succeeded', []],
  ['verified', 'a lesser finding', 'succeeded', [shrunk]],
  ['failed', 'a lesser finding that is grave to the user', 'attention', [shrunk]],
  ['failed', 'a grave finding', 'attention', [corrupt]],
  ['failed', 'a grave finding that turns nothing red', 'succeeded', [corrupt]],
  ['failed', 'a grave finding before the deadline', 'failed', [corrupt]],
  ['failed', 'a grave finding before a cancel', 'cancelled', [corrupt]],
  [
    'failed',
    'a grave finding, and a machine that is not fit',
    'attention',
    [noProgram, corrupt],
  ],
  ['not-verified', 'a machine that is not fit', 'attention', [noProgram]],
  [
    'not-verified',
    'an error for which the machine was not fit',
    'failed',
    [noProgram, ofRestore],
  ],
  ['not-verified', 'a refusal, whatever was found', 'blocked', [corrupt]],
  ['not-verified', 'a step that failed', 'failed', []],
  ['not-verified', 'a cancel', 'cancelled', []],
  ['not-verified', 'a log that could not be kept', 'attention', [noLog]],
])('%s: %s', (verdict, _, outcome, findings) => {
  expect(verdictOf(outcome, findings)).toBe(verdict);
});
