import type { AdvisorySource } from '../../advisories/advisory.ts';
import { openAdvisories } from '../../advisories/open-advisories.ts';
import type { Run } from '../../core/run.ts';
import { Refusal, type Target } from '../../core/task.ts';
import { type Endpoints, endpoints } from '../../registries/endpoints.ts';
import { type Http, makeHttp } from '../../registries/http.ts';
import type { Examined } from './examined.ts';
import { PullRequestReader } from './gather/pull-request-reader.ts';
import { type Client, connectGitHub } from './github.ts';
import type { GateInputs } from './inputs.ts';
import { nameOfPullRequest, type PullRequestPlace, placeOf } from './place.ts';

/** The pull request, and whom to ask about what it changes. */
export interface GateTarget extends Target {
  readonly inputs: GateInputs;
  readonly pullRequest: PullRequestPlace;
  readonly client: Client;
  readonly reader: PullRequestReader;
  readonly http: Http;
  readonly endpoints: Endpoints;
  readonly advisories: AdvisorySource;
  /** What has come of looking at it; null until that is over. */
  examined: Examined | null;
}

/** Opens the way to the pull request. Asks nothing yet. */
export async function openTarget(inputs: GateInputs, run: Run): Promise<GateTarget> {
  const pullRequest = placeOf(inputs);
  if (pullRequest === null) {
    const message =
      'Nobody says which pull request to look at: run on `pull_request`, or give `pull-request`, and `repository` outside of a workflow.';
    throw new Refusal('invalid-input', message);
  }
  const token = inputs['github-token'];
  if (!token) {
    const message =
      'There is no token to read the pull request with. Give the input `github-token`, with `contents: read` and `pull-requests: read`.';
    throw new Refusal('permission-denied', message);
  }
  const { signal } = run;
  const apiUrl = process.env['GITHUB_API_URL'];
  const client = connectGitHub({ token, apiUrl, signal });
  const http = makeHttp({ cacheDirectory: null });
  const sources = inputs.registries ?? endpoints();
  return {
    name: nameOfPullRequest(inputs),
    place: pullRequest.repository,
    lost: new AbortController().signal,
    lock: async () => {},
    [Symbol.asyncDispose]: async () => {},
    ...{ inputs, pullRequest, client, http, endpoints: sources },
    reader: new PullRequestReader(client, pullRequest),
    advisories: openAdvisories(inputs.advisories, http, sources),
    examined: null,
  };
}
