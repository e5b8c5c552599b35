import type { RunIdentity } from '../core/run.ts';

/** Reads which run this is from the variables that the runner sets. */
export function runIdentity(env: NodeJS.ProcessEnv): RunIdentity {
  const id = env['GITHUB_RUN_ID'] || `local-${process.pid}`;
  const server = env['GITHUB_SERVER_URL'];
  const repository = env['GITHUB_REPOSITORY'];
  return {
    id,
    attempt: Number(env['GITHUB_RUN_ATTEMPT']) || 1,
    url: server && repository ? `${server}/${repository}/actions/runs/${id}` : null,
  };
}
