import { readFileSync } from 'node:fs';
import type { GateInputs } from './inputs.ts';

/** Where the pull request lies; null where nobody says which one it is. */
export interface PullRequestPlace {
  /** `owner/name`. */
  readonly repository: string;
  readonly number: number;
}

/** Finds the pull request by the inputs, else by the event that started the workflow. */
export function placeOf(
  inputs: Pick<GateInputs, 'pull-request' | 'repository'>,
  env: NodeJS.ProcessEnv = process.env,
): PullRequestPlace | null {
  const repository = inputs.repository ?? env['GITHUB_REPOSITORY'] ?? '';
  const number = inputs['pull-request'] ?? numberInEvent(env['GITHUB_EVENT_PATH']);
  return repository === '' || number === null ? null : { repository, number };
}

/** The short name of the pull request. */
export function nameOfPullRequest(
  inputs: Pick<GateInputs, 'pull-request' | 'repository'>,
): string {
  const place = placeOf(inputs);
  if (place === null) return 'pull request';
  return `${place.repository.split('/').at(-1)}#${place.number}`;
}

function numberInEvent(file: string | undefined): number | null {
  if (!file) return null;
  try {
    const event = JSON.parse(readFileSync(file, 'utf8')) as {
      pull_request?: { number?: unknown };
    };
    const number = event.pull_request?.number;
    return typeof number === 'number' && Number.isInteger(number) ? number : null;
  } catch {
    return null;
  }
}
