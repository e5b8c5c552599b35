import type { Endpoints } from './endpoints.ts';
import { isRepositoryName } from './git-refs.ts';
import { advice, refusal, withAdvice } from './github-refusal.ts';
import type { Http, HttpAnswer } from './http.ts';
import { hostOf, jsonOf, unexpected, valueAt } from './read-answer.ts';
import { SourceFailed } from './source-failed.ts';

/**
 * Whether a repository is archived; null where it is not public, or gone. Throws
 * `SourceFailed`, also where GitHub refuses to tell, as it does early without a token.
 */
export async function isArchived(
  repository: string,
  http: Http,
  { githubApi }: Endpoints,
  token: string | null,
  signal: AbortSignal,
): Promise<boolean | null> {
  if (!isRepositoryName(repository)) return null;
  const url = `${githubApi}/repos/${repository}`;
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  let answer: HttpAnswer;
  try {
    answer = await http.get(url, {
      signal,
      headers,
      accept: 'application/vnd.github+json',
    });
  } catch (error) {
    throw withAdvice(error, advice.api);
  }
  if ([404, 410, 451].includes(answer.status)) return null;
  if ([401, 403].includes(answer.status)) throw refusal(answer, url, advice.api);
  if (answer.status !== 200) throw unexpected(answer, url);
  const archived = valueAt(jsonOf(answer, url), 'archived');
  if (typeof archived === 'boolean') return archived;
  const message = `${hostOf(url)} did not say whether ${repository} is archived`;
  throw new SourceFailed(hostOf(url), message);
}
