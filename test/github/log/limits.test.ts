import { describe, expect, test } from 'vitest';
import { resultSchema } from '../../../src/core/result-schema.ts';
import { compactResult } from '../../../src/github/log/compact-result.ts';
import { hide } from '../../../src/github/log/marker.ts';
import { sampleFinding, sampleResult, sampleStep } from '../../sample-result.ts';
import { nightly, openLog, startHub } from './kept-log.ts';

const limit = 65_536;

/** Of the characters that take up most room when they are escaped, or that are two. */
const wide = ['<', '@', '|', '👍', 'é', '&'];

function huge(character: string) {
  const text = character.repeat(1000);
  const step = (index: number) =>
    sampleStep({ id: `${index} ${text}`, why: text, command: text });
  return nightly(1, {
    outcome: 'failed',
    reason: 'step-failed',
    message: Array.from({ length: 50 }, () => text).join('\n- '),
    target: text,
    steps: [
      ...Array.from({ length: 100 }, (_, index) => step(index)),
      ...Array.from({ length: 100 }, (_, index) => ({
        ...step(1000 + index),
        status: 'failed' as const,
        error: text,
      })),
      ...Array.from({ length: 100 }, (_, index) => ({
        ...step(2000 + index),
        status: 'carried-over' as const,
      })),
    ],
    findings: Array.from({ length: 100 }, (_, index) =>
      sampleFinding({
        ...{ severity: 'critical', subject: `${index} ${text}` },
        ...{ message: text, remedy: text },
      }),
    ),
  });
}

describe('bodies stay below 65,536 characters', () => {
  test.each(wide)('however long the texts of %s in them', async (character) => {
    const github = await startHub();
    const name = character.repeat(1000);
    for (const _ of [1, 2]) {
      const { findings } = await openLog(github).write(huge(character), name);
      expect(findings).toEqual([]);
    }
    const { issues, comments } = github.repository;
    expect(issues.size).toBe(2);
    for (const { body } of [...issues.values(), ...comments]) {
      expect(String(body).length).toBeLessThanOrEqual(limit);
      expect(String(body).isWellFormed()).toBe(true);
    }
    const { history } = await openLog(github).read(name);
    expect(history.runs).toHaveLength(1);
  });

  test('and keep the totals', async () => {
    const github = await startHub();
    await openLog(github).write(huge('<'), 'matchbook');
    const [comment] = github.repository.comments;
    expect(comment?.body).toContain('| 100 | 100 | 100 | 0 |');
    expect(comment?.body).toContain('Findings (100)');
    expect(comment?.body).toContain('Steps (300)');
    expect(github.repository.issue(1).body).toContain('Carried over (100)');
    expect(github.repository.issue(1).body).toMatch(/… and \d+ more\./);
  });

  test('also that of a log which goes on elsewhere', async () => {
    const github = await startHub();
    const marker = hide('log', { task: 'vacuum', target: 'matchbook' });
    const labels = ['maintenance-log'];
    github.repository.addIssue({ labels, body: marker });
    github.repository.addIssue({ labels, body: marker.padEnd(limit, '\nx') });
    expect((await openLog(github).write(nightly(1), 'matchbook')).findings).toEqual([]);
    expect(github.repository.issue(2).state).toBe('closed');
  });
});

describe('a compact Result', () => {
  const steps = Array.from({ length: 1000 }, (_, index) =>
    sampleStep({
      id: `public.t${index}`,
      seconds: index,
      metrics: { workBytes: 1 },
      ...(index === 500 ? { status: 'carried-over', seconds: null } : {}),
      ...(index === 0 ? { status: 'failed', error: 'x'.repeat(5000) } : {}),
    }),
  );
  const compact = compactResult(sampleResult({ steps }), 30_000);

  test('is the whole one where that fits', () => {
    const result = sampleResult({ steps });
    expect(compactResult(result, 1_000_000)).toEqual(result);
  });

  test('fits, is a Result, and says how much is left out', () => {
    expect(hide('result', compact).length).toBeLessThanOrEqual(30_000);
    expect(resultSchema.safeParse(compact).error).toBeUndefined();
    expect(compact.metrics['omittedSteps']).toBe(1000 - compact.steps.length);
    expect(compact.steps.length).toBeGreaterThan(50);
  });

  test('keeps what is carried over, what failed, and what takes long, in order', () => {
    const ids = compact.steps.map(({ id }) => Number(id.replace('public.t', '')));
    expect(ids.slice(0, 2)).toEqual([0, 500]);
    expect(ids.slice(2)).toEqual(ids.slice(2).toSorted((a, b) => a - b));
    expect(ids.at(-1)).toBe(999);
  });

  test('keeps what predictions are made from', () => {
    expect(compact.steps.at(-1)).toMatchObject({
      ...{ command: 'VACUUM public.t999', seconds: 999, metrics: { workBytes: 1 } },
    });
  });
});
