import { describe, expect, test } from 'vitest';
import { finding } from '../../src/core/finding.ts';
import type { MaintenanceLog } from '../../src/core/maintenance-log.ts';
import { Pace } from '../../src/core/pace.ts';
import type { Result } from '../../src/core/result-schema.ts';
import { Refusal } from '../../src/core/task.ts';
import { FakeRun, step } from './fake-task.ts';

const low = finding('not-checked', 'a', 'Not checked.');
const medium = finding('table-locked', 'b', 'Invalid.');
const critical = finding('wraparound-near', 'c', 'Near.');

describe('a run', () => {
  test('connects, locks, plans, carries out, verifies and lets go', async () => {
    const run = new FakeRun({ steps: [step('a')] });
    const result = await run.result();
    expect(result).toMatchObject({ outcome: 'succeeded', reason: 'completed' });
    expect(run.events).toEqual([
      ...['connect', 'lock', 'plan', 'apply a', 'verify', 'dispose'],
    ]);
  });

  test('reports its task, target, identity and figures', async () => {
    const deadline = new Date(Date.now() + 3_600_000);
    const result = await new FakeRun({ steps: [step('a')], deadline }).result();
    expect(result).toMatchObject({
      schema: 1,
      task: 'fake',
      target: 'exchange on fake:1 (Fake 1.0)',
      dryRun: false,
      deadline: deadline.toISOString(),
      run: { id: '42', attempt: 1, url: null },
      metrics: { considered: 1 },
      message: 'Looked at 1 steps.',
    });
    expect(result.finishedAt >= result.startedAt).toBe(true);
  });

  test('writes its target and its plan to the log', async () => {
    const run = new FakeRun({ steps: [step('a'), step('b')], dryRun: true });
    await run.result();
    expect(run.lines).toEqual([
      'target: exchange on fake:1 (Fake 1.0)',
      'plan: 2 steps',
      'TIDY a -- untidy',
      'TIDY b -- untidy',
    ]);
  });

  test('calls the target by the name that the input gives it', async () => {
    const { target } = await new FakeRun({ target: 'the book' }).result();
    expect(target).toBe('the book (exchange) on fake:1 (Fake 1.0)');
  });

  test('reports what became of each step', async () => {
    const done = {
      status: 'done',
      before: { dead: 7 },
      after: { dead: 0 },
      metrics: { walBytes: 5 },
    } as const;
    const result = await new FakeRun({
      steps: [step('a', { why: 'dead: 7' })],
      apply: async () => done,
    }).result();
    expect(result.steps).toMatchObject([
      { id: 'a', command: 'TIDY a', why: 'dead: 7', error: null, ...done },
    ]);
    expect(result.steps[0]?.startedAt).not.toBeNull();
    expect(result.steps[0]?.seconds).not.toBeNull();
  });

  test('gathers the findings of plan, steps and verification, gravest first', async () => {
    const result = await new FakeRun({
      steps: [step('a')],
      findings: [low],
      apply: async () => ({ status: 'done', findings: [medium] }),
      verified: [critical],
      failOn: 'never',
    }).result();
    expect(result.findings).toEqual([critical, medium, low]);
  });

  test('writes its findings down in the order in which they are reported', async () => {
    const written: Result[] = [];
    const log: MaintenanceLog = {
      read: async () => ({ history: { runs: [] }, findings: [] }),
      begin: async () => [],
      write: async (result) => {
        written.push(structuredClone(result));
        return { url: null, findings: [] };
      },
    };
    const run = new FakeRun({ findings: [low], verified: [critical, medium], log });
    const { findings } = await run.result();
    expect(written.map((one) => one.findings)).toEqual([findings]);
    expect(findings).toEqual([critical, medium, low]);
  });

  describe('what it keeps', () => {
    function keptLog() {
      const events: string[] = [];
      const log: MaintenanceLog = {
        read: async () => ({ history: { runs: [], kept: 'before' }, findings: [] }),
        begin: async ({ kept, run }) => {
          events.push(`begin ${run.id} ${kept}`);
          return [];
        },
        write: async (_result, _target, about) => {
          events.push(`write ${about?.kept}`);
          return { url: null, findings: [] };
        },
      };
      return { log, events };
    }

    test('is written down before anything is changed, and again in the end', async () => {
      const { log, events } = keptLog();
      const apply = async () => {
        events.push('apply');
        return { status: 'done' } as const;
      };
      const run = new FakeRun({ steps: [step('a')], kept: 'this', log, apply });
      await run.result();
      expect(events).toEqual(['begin 42 this', 'apply', 'write this']);
      expect(run.events).toContain('keep "this"');
    });

    test('is written in the end alone where there is nothing to change', async () => {
      const { log, events } = keptLog();
      await new FakeRun({ kept: 'this', log }).result();
      expect(events).toEqual(['write this']);
    });

    test('is nothing where nothing is kept', async () => {
      const { log, events } = keptLog();
      await new FakeRun({ steps: [step('a')], log }).result();
      expect(events).toEqual(['write undefined']);
    });
  });

  test('has the totals of its task in its metrics', async () => {
    const { metrics } = await new FakeRun({ steps: [step('a')] }).result();
    expect(metrics).toEqual({ considered: 1, seen: 1 });
  });

  test('that finds nothing to change says so', async () => {
    const result = await new FakeRun().result();
    expect(result).toMatchObject({ outcome: 'nothing-to-do', reason: 'no-work' });
  });

  test.each([
    ['critical', 'succeeded'],
    ['high', 'succeeded'],
    ['medium', 'attention'],
    ['low', 'attention'],
    ['never', 'succeeded'],
  ] as const)('with a medium finding and fail-on %s is %s', async (failOn, outcome) => {
    const steps = [step('a')];
    const result = await new FakeRun({ steps, verified: [medium], failOn }).result();
    expect(result.outcome).toBe(outcome);
  });
});

describe('a dry run', () => {
  test('takes no lock and carries nothing out', async () => {
    const run = new FakeRun({ steps: [step('a'), step('b')], dryRun: true });
    const result = await run.result();
    expect(run.events).toEqual(['connect', 'plan', 'verify', 'dispose']);
    expect(result).toMatchObject({ outcome: 'succeeded', dryRun: true });
    expect(result.steps.map(({ status }) => status)).toEqual(['planned', 'planned']);
    expect(result.steps[0]).toMatchObject({ startedAt: null, seconds: null });
  });

  test('predicts how long the steps would take', async () => {
    const steps = [step('a'), step('b', { workBytes: 1024 ** 3 })];
    const result = await new FakeRun({ steps, dryRun: true }).result();
    const [small = 0, large = 0] = result.steps.map((one) => one.predictedSeconds);
    expect(small).toBeGreaterThan(0);
    expect(large).toBeCloseTo(
      new Pace().predictSeconds(step('b', { workBytes: 1024 ** 3 })),
      1,
    );
  });

  test('names the same commands as a real one', async () => {
    const steps = [step('b'), step('a')];
    const [dry, real] = await Promise.all(
      [true, false].map((dryRun) => new FakeRun({ steps, dryRun }).result()),
    );
    const commands = (of: typeof dry) => of?.steps.map(({ command }) => command);
    expect(commands(dry)).toEqual(commands(real));
  });
});

describe('a run is blocked', () => {
  const refuse = () => {
    throw new Refusal('already-running', 'Another run is at work: pid 7.');
  };

  test.each([
    ['connect', ['connect']],
    ['lock', ['connect', 'lock', 'dispose']],
    ['plan', ['connect', 'lock', 'plan', 'dispose']],
  ] as const)('by a refusal in %s', async (phase, events) => {
    const run = new FakeRun({ steps: [step('a')], on: { [phase]: refuse } });
    expect(await run.result()).toMatchObject({
      outcome: 'blocked',
      reason: 'already-running',
      message: 'Another run is at work: pid 7.',
      steps: [],
    });
    expect(run.events).toEqual(events);
  });

  test('without any connection when its window is closed', async () => {
    const deadline = new Date(Date.now() - 60_000);
    const run = new FakeRun({ steps: [step('a')], deadline });
    const result = await run.result();
    expect(run.events).toEqual([]);
    expect(result).toMatchObject({ outcome: 'blocked', reason: 'window-closed' });
    expect(result.target).toBeNull();
    expect(result.deadline).toBe(deadline.toISOString());
    expect(result.message).toContain(deadline.toISOString().slice(11, 16));
  });
});

describe('a run fails', () => {
  const fail = () => {
    throw new Error('pg_class cannot be read');
  };

  test.each(['connect', 'lock', 'plan'] as const)('when %s does', async (phase) => {
    const run = new FakeRun({ steps: [step('a')], on: { [phase]: fail } });
    const result = await run.result();
    expect(result).toMatchObject({ outcome: 'failed', reason: 'check-failed' });
    expect(result.message).toContain('pg_class cannot be read');
    expect(run.events).not.toContain('apply a');
    expect(run.events.includes('dispose')).toBe(phase !== 'connect');
  });

  test('when it cannot verify, and still tells what was done', async () => {
    const result = await new FakeRun({
      steps: [step('a')],
      on: { verify: fail },
    }).result();
    expect(result).toMatchObject({ outcome: 'failed', reason: 'check-failed' });
    expect(result.steps).toMatchObject([{ id: 'a', status: 'done' }]);
    expect(result.message).toContain('Looked at 1 steps.');
  });

  test('when a step does', async () => {
    const result = await new FakeRun({
      steps: [step('a')],
      apply: async () => ({ status: 'failed', error: 'no space left' }),
    }).result();
    expect(result).toMatchObject({ outcome: 'failed', reason: 'step-failed' });
    expect(result.steps).toMatchObject([{ status: 'failed', error: 'no space left' }]);
  });

  test('with the reason of a refusal even where letting go fails too', async () => {
    const refuse = () => {
      throw new Refusal('permission-denied', 'Run: grant pg_maintain to "x".');
    };
    const result = await new FakeRun({ on: { plan: refuse, dispose: fail } }).result();
    expect(result).toMatchObject({ outcome: 'blocked', reason: 'permission-denied' });
    expect(result.message).toContain('grant pg_maintain');
  });
});
