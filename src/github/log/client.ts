import { getOctokit } from '@actions/github';
import { Patience, type Wait } from './patience.ts';
import { mightHaveBeenCarriedOut } from './request-error.ts';

/** A hanging connection must not keep a run. */
const defaultTimeoutMs = 10_000;

export interface ClientOptions {
  readonly token: string;
  /** Default what `GITHUB_API_URL` says. */
  readonly apiUrl?: string | undefined;
  /** For one request. */
  readonly timeoutMs?: number | undefined;
  /** Ends waiting and requests. */
  readonly signal: AbortSignal;
  readonly wait?: Wait | undefined;
}

export interface Client {
  readonly octokit: ReturnType<typeof getOctokit>;
  readonly patience: Patience;
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Makes a client that repeats what is worth repeating: what GitHub refused for its rate
 * limits, and what a fault of the server or the network stopped. A POST that may have been
 * carried out is not repeated here: see `createOnce`.
 */
export function connectGitHub(options: ClientOptions): Client {
  const { token, apiUrl, timeoutMs = defaultTimeoutMs, signal } = options;
  const octokit = getOctokit(token, {
    log: silent,
    ...(apiUrl ? { baseUrl: apiUrl } : {}),
  });
  const patience = new Patience(signal, options.wait);
  octokit.hook.wrap('request', async (request, parameters) => {
    for (let attempt = 1; ; attempt++) {
      patience.throwIfAtEnd();
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      // In place: what is handed on does not get past the hook that adds the token.
      parameters.request = { ...parameters.request, signal: limit };
      try {
        return await request(parameters);
      } catch (error) {
        const changes = parameters.method === 'POST' && parameters.url !== '/graphql';
        if (changes && mightHaveBeenCarriedOut(error)) throw error;
        if (!(await patience.waitToRepeat(error, attempt))) throw error;
      }
    }
  });
  return { octokit, patience };
}
