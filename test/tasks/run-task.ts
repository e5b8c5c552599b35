import { type CommonInputs, commonInputs } from '../../src/core/common-inputs.ts';
import { readInputs } from '../../src/core/inputs.ts';
import { runTask } from '../../src/core/lifecycle.ts';
import type { MaintenanceLog } from '../../src/core/maintenance-log.ts';
import type { Result } from '../../src/core/result-schema.ts';
import type { Run } from '../../src/core/run.ts';
import type { AnyTask, Spec } from '../../src/core/task.ts';
import { Window } from '../../src/core/window.ts';
import { expectValidResult } from '../result-validator.ts';

interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
  readonly log?: MaintenanceLog;
}

let runs = 0;

/** Makes a run of a task, and its inputs, from their texts, as `main` would. */
export async function prepareRun(
  task: AnyTask,
  given: Readonly<Record<string, string>>,
  { signal, onLine = () => {} }: RunOptions = {},
): Promise<{ inputs: CommonInputs; run: Run }> {
  const spec: typeof commonInputs & Spec = { ...commonInputs, ...task.inputs };
  const inputs: CommonInputs = await readInputs(
    spec,
    (name) => given[name] ?? '',
    task.check,
  );
  const startedAt = new Date();
  const run: Run = {
    identity: { id: `test-${process.pid}-${++runs}`, attempt: 1, url: null },
    task: task.name,
    dryRun: inputs['dry-run'],
    startedAt,
    window: new Window(inputs.deadline, startedAt),
    history: { runs: [] },
    signal: signal ?? new AbortController().signal,
    log: { info: onLine, warning: onLine, group: onLine },
    remember: () => {},
    keep: () => {},
    keepSecret: () => {},
  };
  return { inputs, run };
}

/** Runs a task in this process as its action would, from the texts of its inputs. */
export async function runInProcess(
  task: AnyTask,
  given: Readonly<Record<string, string>>,
  options: RunOptions = {},
): Promise<Result> {
  const { inputs, run } = await prepareRun(task, given, options);
  const { result } = await runTask(task, inputs, run, options.log);
  expectValidResult(result);
  return result;
}
