import type { Endpoints } from './endpoints.ts';
import { isRepositoryName } from './git-refs.ts';
import type { Http, HttpAnswer } from './http.ts';
import { jsonOf, unexpected, valueAt } from './read-answer.ts';
import { SourceFailed } from './source-failed.ts';

/**
 * Whether a repository is archived; null where GitHub does not tell: it is not public, or
 * the limit of requests is used up, which is low without a token. Throws `SourceFailed`.
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
    if (error instanceof SourceFailed && error.status === 429) return null;
    throw error;
  }
  if ([403, 404, 451].includes(answer.status)) return null;
  if (answer.status !== 200) throw unexpected(answer, url);
  const archived = valueAt(jsonOf(answer, url), 'archived');
  return typeof archived === 'boolean' ? archived : null;
}
