import { expect, onTestFinished } from 'vitest';
import type { MaintenanceLog } from '../../../src/core/maintenance-log.ts';
import type { Result } from '../../../src/core/result-schema.ts';
import {
  type LogOptions,
  openMaintenanceLog,
} from '../../../src/github/log/maintenance-log.ts';
import {
  type GitHubOptions,
  type GitHubStandIn,
  startGitHub,
} from '../../rig/github/stand-in.ts';
import { sampleResult, sampleStep } from '../../sample-result.ts';

export const target = 'matchbook';

/** Starts a GitHub for one test, which fails if anything was not as GitHub describes it. */
export async function startHub(options: GitHubOptions = {}): Promise<GitHubStandIn> {
  const github = await startGitHub(options);
  onTestFinished(async () => {
    await github[Symbol.asyncDispose]();
    expect(github.violations).toEqual([]);
  });
  return github;
}

export interface KeptLog extends MaintenanceLog {
  /** How long it waited, in milliseconds. Meanwhile GitHub's clock went on. */
  readonly waits: readonly number[];
}

/** The log of vacuum on the database matchbook, as a run opens it. */
export function openLog(
  github: GitHubStandIn,
  changes: Partial<LogOptions> = {},
): KeptLog {
  const waits: number[] = [];
  const log = openMaintenanceLog({
    token: github.token,
    apiUrl: github.url,
    repository: github.repository.name,
    task: 'vacuum',
    mode: 'true',
    failOn: 'high',
    schedule: null,
    signal: new AbortController().signal,
    wait: async (milliseconds) => {
      waits.push(milliseconds);
      github.clock.advance(milliseconds);
    },
    ...changes,
  });
  return {
    waits,
    read: (of) => log.read(of),
    begin: (begun, of) => log.begin(begun, of),
    write: (result, of, about) => log.write(result, of, about),
  };
}

/** The result of the run of one night: the first of them is that of 1 November. */
export function nightly(night: number, changes: Partial<Result> = {}): Result {
  const day = new Date(Date.UTC(2026, 10, night));
  const at = (time: string) => `${day.toISOString().slice(0, 10)}T${time}.000Z`;
  return sampleResult({
    startedAt: at('02:07:00'),
    finishedAt: at('02:11:10'),
    deadline: at('04:00:00'),
    run: { id: String(100 + night), attempt: 1, url: runUrl(night) },
    ...changes,
  });
}

export function runUrl(night: number): string {
  return `https://github.example/matchbook/exchange/actions/runs/${100 + night}`;
}

/** Writes the runs of nights, each by a log of its own, as each run opens one. */
export async function writeNights(
  github: GitHubStandIn,
  results: readonly Result[],
  changes: Partial<LogOptions> = {},
): Promise<void> {
  for (const result of results) {
    github.clock.advance(Date.parse(result.finishedAt) - github.clock.now().getTime());
    const { findings } = await openLog(github, changes).write(result, target);
    expect(findings).toEqual([]);
  }
}

export const quiet: Partial<Result> = {
  outcome: 'nothing-to-do',
  reason: 'no-work',
  steps: [],
};

/** A run that the deadline came upon; what it left is carried over. */
export function incomplete(...ids: string[]): Partial<Result> {
  const steps = ids.map((id) =>
    sampleStep({ id, status: 'carried-over', startedAt: null, seconds: null }),
  );
  return {
    outcome: 'incomplete',
    reason: 'deadline-reached',
    steps: [sampleStep({ id: 'public.done' }), ...steps],
  };
}

/** A run in which steps failed. */
export function failed(...ids: string[]): Partial<Result> {
  const steps = ids.map((id) => sampleStep({ id, status: 'failed', error: 'It broke.' }));
  return { outcome: 'failed', reason: 'step-failed', steps };
}
