import type { HttpAnswer } from './http.ts';
import { hostOf } from './read-answer.ts';
import { SourceFailed } from './source-failed.ts';

/** What to do where the API refuses, and where git does, which is asked without a token. */
export const advice = {
  api: 'Give `github-token` a token that may read the repository, or run again later.',
  git: 'Run again later; where it stays so, look at the repository yourself.',
};

/** What to throw where GitHub says no, with what to do: it knows, and does not tell. */
export function refusal(answer: HttpAnswer, url: string, whatToDo: string): SourceFailed {
  const { status } = answer;
  const host = hostOf(url);
  const why = isUsedUp(answer)
    ? ': the limit of requests is used up'
    : status === 401
      ? ': it does not accept the token'
      : ': it refuses to tell';
  return new SourceFailed(host, `${host} answered ${status}${why}. ${whatToDo}`, {
    status,
  });
}

/** Says what to do about a limit that outlasted all tries; other failures as they are. */
export function withAdvice(error: unknown, whatToDo: string): unknown {
  if (!(error instanceof SourceFailed) || error.status !== 429) return error;
  const message = `${error.message}. The limit of requests is used up. ${whatToDo}`;
  return new SourceFailed(error.source, message, { status: 429, cause: error });
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function isUsedUp({ headers }: HttpAnswer): boolean {
  return headers.get('x-ratelimit-remaining') === '0' || !!headers.get('retry-after');
}
