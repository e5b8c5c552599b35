import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { CommandFiles } from './command-files.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface StepContext {
  /** By the names of action.yml; those that are undefined are left out. */
  readonly inputs?: Variables;
  /** What the main step saved, for its post step. */
  readonly state?: Variables;
  /** Added to the runner's own variables, or in their place. */
  readonly env?: Variables;
  /** `GITHUB_EVENT_NAME`; default `schedule`. */
  readonly eventName?: string;
  readonly event?: unknown;
  /** `GITHUB_WORKSPACE` and working directory; default a new directory. */
  readonly workspace?: string;
}

/** The whole environment of a step: nothing leaks in but PATH. */
export function stepEnvironment(
  { inputs = {}, state = {}, env = {}, ...context }: StepContext,
  runnerTemp: string,
  workspace: string,
  commandFiles: CommandFiles,
): Record<string, string> {
  const home = path.join(runnerTemp, '_home');
  const event = path.join(runnerTemp, '_github_workflow', 'event.json');
  fs.mkdirSync(home, { recursive: true });
  fs.mkdirSync(path.dirname(event), { recursive: true });
  fs.writeFileSync(event, JSON.stringify(context.event ?? {}));
  const all: Variables = {
    ...runnerVariables,
    PATH: process.env['PATH'],
    HOME: home,
    RUNNER_TEMP: runnerTemp,
    GITHUB_WORKSPACE: workspace,
    GITHUB_EVENT_NAME: context.eventName ?? 'schedule',
    GITHUB_EVENT_PATH: event,
    ...commandFiles,
    ...rename(inputs, inputVariable),
    ...rename(state, (name) => `STATE_${name}`),
    ...env,
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Record<string, string>;
}

const runnerVariables: Variables = {
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_ACTION: '__self',
  GITHUB_ACTOR: 'octocat',
  // A test that forgets its stand-in must not reach the real GitHub.
  GITHUB_API_URL: 'http://127.0.0.1:1',
  GITHUB_GRAPHQL_URL: 'http://127.0.0.1:1/graphql',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_JOB: 'maintenance',
  GITHUB_WORKFLOW: 'Maintenance',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REF_NAME: 'main',
  GITHUB_REF_TYPE: 'branch',
  GITHUB_REPOSITORY: 'acme/matchbook',
  GITHUB_REPOSITORY_OWNER: 'acme',
  GITHUB_RUN_ID: '1',
  GITHUB_RUN_NUMBER: '1',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
  RUNNER_NAME: 'rig',
  RUNNER_ENVIRONMENT: 'self-hosted',
  RUNNER_OS: process.platform === 'darwin' ? 'macOS' : 'Linux',
  RUNNER_ARCH: process.arch.toUpperCase(),
};

function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
}

function rename(variables: Variables, to: (name: string) => string) {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [to(name), value]),
  );
}
