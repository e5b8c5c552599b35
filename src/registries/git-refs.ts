import type { Endpoints } from './endpoints.ts';
import { advice, refusal, withAdvice } from './github-refusal.ts';
import type { Http, HttpAnswer } from './http.ts';
import { hostOf, unexpected } from './read-answer.ts';
import { readAdvertisement } from './ref-advertisement.ts';
import { SourceFailed } from './source-failed.ts';

export interface GitRefs {
  /** The commit that each tag stands for, whether it is annotated or not. */
  readonly tags: ReadonlyMap<string, string>;
  readonly branches: ReadonlyMap<string, string>;
  /** The commit of the default branch; null in a repository without commits. */
  readonly head: string | null;
}

/** Of a repository with half a million pull requests. */
const largestListingBytes = 48 * 1024 ** 2;

/**
 * The tags and branches of a public repository, by one request of git's own protocol, which
 * is not counted against the limits of the API. Null where there is none, or none that is
 * public, which GitHub answers alike: by 401, for it would show it to others. Throws
 * `SourceFailed`.
 */
export async function gitRefs(
  repository: string,
  http: Http,
  { github }: Endpoints,
  signal: AbortSignal,
): Promise<GitRefs | null> {
  if (!isRepositoryName(repository)) return null;
  const url = `${github}/${repository}.git/info/refs?service=git-upload-pack`;
  let answer: HttpAnswer;
  try {
    answer = await http.get(url, { signal, maxBytes: largestListingBytes });
  } catch (error) {
    throw withAdvice(error, advice.git);
  }
  if ([401, 404, 410, 451].includes(answer.status)) return null;
  if (answer.status === 403) throw refusal(answer, url, advice.git);
  if (answer.status !== 200) throw unexpected(answer, url);
  const refs = readAdvertisement(answer.bytes());
  if (refs) return refs;
  const message = `${hostOf(url)} answered no listing of git refs for ${repository}`;
  throw new SourceFailed(hostOf(url), message);
}

/** `owner/name`, and nothing that could mean another path. */
export function isRepositoryName(text: string): boolean {
  return /^[\w-]+\/[\w.-]*[\w-][\w.-]*$/.test(text) && text.length <= 200;
}
