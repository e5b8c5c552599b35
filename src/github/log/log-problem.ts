import { type Finding, finding } from '../../core/finding.ts';
import { isRequestError, messageOf, type RequestError } from './request-error.ts';

/** Makes a finding of what kept the log from being read or written. */
export function logProblem(
  error: unknown,
  repository: string,
  doing: 'read' | 'written',
): Finding {
  const cause = isRequestError(error) ? describe(error) : String(error);
  const remedy = isRequestError(error) ? remedyOf(error, repository) : undefined;
  return finding(
    'log-not-written',
    repository,
    `The maintenance log in ${repository} could not be ${doing}: ${cause}.`,
    remedy === undefined ? {} : { remedy },
  );
}

function describe(error: RequestError): string {
  const { method = 'a request', url = '' } = error.request ?? {};
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  const answer = error.response ? `GitHub answered ${error.status}` : 'no answer';
  return `${answer} to ${method} ${path}: ${messageOf(error).replace(/\.$/, '')}`;
}

function remedyOf(error: RequestError, repository: string): string | undefined {
  const message = messageOf(error);
  const [, number] = /\/issues\/(\d+)/.exec(error.request?.url ?? '') ?? [];
  if (error.status === 401) return 'Give a valid token as the input `github-token`.';
  if (/not accessible by/i.test(message)) {
    return `Add the line \`issues: write\` under \`permissions:\` of the job, or give a \`github-token\` that may write issues in ${repository}.`;
  }
  if (/locked/i.test(message)) {
    return `Unlock the conversation of issue #${number} in ${repository}, or delete the issue: a new one is begun.`;
  }
  if (error.status === 410 && /disabled/i.test(message)) {
    return `Turn on issues in the settings of ${repository}, name another \`log-repository\`, or set \`log-issue\` to \`false\`.`;
  }
  if (error.status === 404) {
    return `Correct \`log-repository\`, or give a \`github-token\` that may read ${repository} and write issues in it.`;
  }
  if (/rate limit/i.test(message) || error.status === 429) {
    return 'Nothing, if it stays with this run. Else let fewer workflows write to GitHub at the same time.';
  }
  if (error.status >= 500) {
    return 'Nothing, if it stays with this run: the next one writes again. See also https://www.githubstatus.com.';
  }
  return undefined;
}
