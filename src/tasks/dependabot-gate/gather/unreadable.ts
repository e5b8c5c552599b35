import type { Reason } from '../../../core/outcome.ts';
import { Refusal } from '../../../core/task.ts';
import { isRequestError, messageOfRequest } from '../github.ts';
import type { PullRequestPlace } from '../place.ts';

/** Says why a pull request could not be read; gives back what is no answer of GitHub's. */
export function unreadable(
  error: unknown,
  { repository, number }: PullRequestPlace,
): unknown {
  if (!isRequestError(error)) return error;
  const { status } = error;
  const said = messageOfRequest(error).replace(/\s+/g, ' ').slice(0, 300);
  const tried = `Pull request ${number} of ${repository} could not be read: GitHub answered ${status}, ${said.replace(/\.$/, '')}.`;
  return new Refusal(reasonOf(status), `${tried} ${cure(status)}`, { cause: error });
}

function reasonOf(status: number): Reason {
  return [401, 403, 404].includes(status) ? 'permission-denied' : 'connection-failed';
}

function cure(status: number): string {
  const permissions =
    'Under `permissions:` of the job, `contents: read` and `pull-requests: read` are needed.';
  if (status === 401) return 'The token is not valid, or no longer. Give another one.';
  if (status === 403) return permissions;
  if (status === 404) {
    return `There is no such pull request, or the token may not see it. ${permissions}`;
  }
  return 'Run again.';
}
