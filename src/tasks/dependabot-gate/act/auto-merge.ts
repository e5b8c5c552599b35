import type { PullRequest } from '../evidence.ts';
import type { GateTarget } from '../target.ts';
import { ownAccount } from './own-account.ts';

/** Lets GitHub merge the commit that was looked at, once all that is required has passed. */
export async function enableAutoMerge(
  { client, inputs }: GateTarget,
  { nodeId, headSha }: PullRequest,
): Promise<void> {
  const mergeMethod = inputs['merge-method'].toUpperCase();
  await client.octokit.graphql(
    'mutation ($id: ID!, $mergeMethod: PullRequestMergeMethod!, $head: GitObjectID!) { enablePullRequestAutoMerge(input: { pullRequestId: $id, mergeMethod: $mergeMethod, expectedHeadOid: $head }) { clientMutationId } }',
    { id: nodeId, mergeMethod, head: headSha },
  );
}

/**
 * Keeps GitHub from merging by itself what was pushed since. Says whether it did: what a
 * person has turned on, having looked, is left to that person.
 */
export async function disableAutoMerge(
  { client }: GateTarget,
  { nodeId, autoMergedBy }: PullRequest,
): Promise<boolean> {
  if (autoMergedBy !== (await ownAccount(client))) return false;
  await client.octokit.graphql(
    'mutation ($id: ID!) { disablePullRequestAutoMerge(input: { pullRequestId: $id }) { clientMutationId } }',
    { id: nodeId },
  );
  return true;
}
