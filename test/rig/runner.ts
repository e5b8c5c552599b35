import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type ProcessEnd, processEnd, spawnScript } from './action-process.ts';
import { cancellationLadder } from './cancellation.ts';
import {
  type CommandFiles,
  makeCommandFiles,
  parseCommandFile,
} from './command-files.ts';
import { collectOutput } from './process-output.ts';
import { type StepContext, stepEnvironment } from './runner-environment.ts';

export { actionEntry, actionInputs } from './action-manifest.ts';
export { nodeForActions } from './action-process.ts';

export interface ActionOptions extends StepContext {
  /** `RUNNER_TEMP` that an earlier step of the same job has kept. */
  readonly tempDirectory?: string;
  /** Whether to leave the temporary directory behind in the end. */
  readonly keep?: boolean;
}

export interface ActionRun extends ProcessEnd {
  readonly signalsSent: readonly NodeJS.Signals[];
  /** Standard output and error, in the order of arrival. */
  readonly output: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Parsed from the file that the output `result-file` names. */
  readonly result: unknown;
  readonly durationMs: number;
  readonly tempDirectory: string;
}

/** Disposing of it kills an action that still runs. */
export interface RunningAction extends AsyncDisposable {
  readonly pid: number;
  output(): string;
  waitForOutput(pattern: RegExp, timeoutMs?: number): Promise<void>;
  /** SIGINT, SIGTERM 7.5 s later, SIGKILL another 2.5 s later. */
  cancel(): void;
  kill(): void;
  readonly finished: Promise<ActionRun>;
}

/** Runs one script of a JavaScript action as the runner does, to its end. */
export async function runAction(
  main: string,
  options?: ActionOptions,
): Promise<ActionRun> {
  return startAction(main, options).finished;
}

/** Starts one script of a JavaScript action as the runner does. */
export function startAction(main: string, options: ActionOptions = {}): RunningAction {
  const tempDirectory =
    options.tempDirectory ?? fs.mkdtempSync(path.join(os.tmpdir(), 'matchbook-runner-'));
  const files = makeCommandFiles(tempDirectory);
  const workspace = options.workspace ?? path.join(tempDirectory, '_workspace');
  fs.mkdirSync(workspace, { recursive: true });
  const env = stepEnvironment(options, tempDirectory, workspace, files);

  const startedAt = performance.now();
  const child = spawnScript(path.resolve(main), workspace, env);
  const output = collectOutput(child);
  const { cancel, kill, signalsSent } = cancellationLadder(child);
  const finish = async (): Promise<ActionRun> => {
    try {
      const end = await processEnd(child);
      return {
        ...end,
        signalsSent,
        output: output.text(),
        ...readResults(files),
        durationMs: performance.now() - startedAt,
        tempDirectory,
      };
    } finally {
      if (!options.keep) fs.rmSync(tempDirectory, { recursive: true, force: true });
    }
  };
  const finished = finish();
  return {
    pid: child.pid ?? Number.NaN,
    output: output.text,
    waitForOutput: output.waitFor,
    cancel,
    kill,
    finished,
    async [Symbol.asyncDispose]() {
      kill();
      await finished;
    },
  };
}

function readResults(files: CommandFiles) {
  const read = (file: string) => fs.readFileSync(file, 'utf8');
  const outputs = parseCommandFile(read(files.GITHUB_OUTPUT));
  const state = parseCommandFile(read(files.GITHUB_STATE));
  const summary = read(files.GITHUB_STEP_SUMMARY);
  const file = outputs['result-file'];
  const result: unknown = file ? JSON.parse(read(file)) : undefined;
  return { outputs, state, summary, result };
}
