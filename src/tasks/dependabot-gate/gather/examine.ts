import { messageOf } from '../../../core/message-of.ts';
import { UnreadableFile } from '../../../dependencies/model.ts';
import { noPolicy, type Policy } from '../../../dependencies/policy.ts';
import { parsePolicy } from '../../../dependencies/policy-file.ts';
import { readAnnounced, withoutAliases } from '../announced.ts';
import { decide, judge, verdictOf } from '../decide.ts';
import type { Evidence, PullRequest } from '../evidence.ts';
import type { Examined } from '../examined.ts';
import { gateInputs } from '../inputs.ts';
import { review } from '../reason.ts';
import { author } from '../rules/author.ts';
import type { GateTarget } from '../target.ts';
import { askRegistries, type Sources } from './ask-registries.ts';
import { changedFiles } from './changed-files.ts';
import { imageFacts } from './image-facts.ts';
import { explain } from './incoming.ts';
import { lockfileOf } from './lockfile-of.ts';
import type { PullRequestReader } from './pull-request-reader.ts';
import { readChanges } from './read-changes.ts';
import { unreadable } from './unreadable.ts';

/** No update brings more; a lockfile that was made anew does. */
const mostIncoming = 500;

/**
 * Looks at a pull request, and decides. One that is not by Dependabot is looked at no
 * further. Throws where the pull request itself cannot be read; what fails after that is in
 * `failure`, for what was allowed before is to be taken back all the same.
 */
export async function examine(
  target: GateTarget,
  now: Date,
  signal: AbortSignal,
): Promise<Examined> {
  const { reader } = target;
  const pullRequest = await reader.pullRequest();
  const authorship = verdictOf(author, { pullRequest });
  if (authorship.reasons.length > 0) {
    const { reasons } = authorship;
    const about = { pullRequest, reasons, verdicts: [authorship] };
    return concluded({ ...about, evidence: null, failure: null });
  }
  try {
    const evidence = await gather(target, pullRequest, now, signal);
    const verdicts = judge(evidence);
    const reasons = verdicts.flatMap((verdict) => verdict.reasons);
    return concluded({ pullRequest, reasons, verdicts, evidence, failure: null });
  } catch (error) {
    signal.throwIfAborted();
    const failure = unreadable(error, target.pullRequest);
    const reasons = [review('source-failed', messageOf(failure))];
    return concluded({ pullRequest, reasons, verdicts: [], evidence: null, failure });
  }
}

function concluded(examined: Omit<Examined, 'decision'>): Examined {
  return { ...examined, decision: decide(examined.reasons) };
}

async function gather(
  target: GateTarget,
  pullRequest: PullRequest,
  now: Date,
  signal: AbortSignal,
): Promise<Evidence> {
  const { reader, inputs, http, endpoints, advisories } = target;
  const { headSha, headBranch, baseBranch, defaultBranch } = pullRequest;
  const cooldownMs = inputs.cooldown;
  const sources: Sources = { http, endpoints, advisories, cooldownMs, now, signal };
  const [commits, pushes, { tip, common }] = await Promise.all([
    reader.commits(),
    reader.pushes(headBranch),
    reader.bases(baseBranch, headSha),
  ]);
  const [before, after, policy] = await Promise.all([
    reader.tree(common),
    reader.tree(headSha),
    policyAt(tip, inputs.policy, reader),
  ]);
  const unseen: string[] = [...policy.problems];
  if (!before.isWhole || !after.isWhole) {
    unseen.push('GitHub lists only a part of its files: the repository has too many.');
  }
  const files = changedFiles(before, after);
  const changes = await readChanges(files, reader);
  const said = readAnnounced(commits.map(({ message }) => message));
  const announced = withoutAliases(said, changes.lockfiles);
  unseen.push(...changes.unseen);
  const coming = changes.lockfiles.flatMap(({ delta }) => delta.incoming);
  const isTooMuch = coming.length > mostIncoming;
  if (isTooMuch)
    unseen.push(`${coming.length} packages come: nobody was asked about them.`);
  const knowledge = await askRegistries(isTooMuch ? [] : changes.lockfiles, sources);
  const { place, skipped } = advisories;
  if (skipped > 0) unseen.push(`${skipped} advisories of ${place} could not be read.`);
  const facts = changes.images.map((change) => imageFacts(change, sources));
  const explained = changes.lockfiles.map((change) =>
    explain(change, announced.updates, knowledge),
  );
  const evidence = {
    ...{ now, cooldownMs, policy: policy.policy, npmHost: new URL(endpoints.npm).host },
    ...{ pullRequest, mergeBase: common, commits, pushes, announced, files, knowledge },
    branches: inputs.branches ?? [defaultBranch],
    manifests: changes.manifests,
    lockfileOf: new Map(
      changes.manifests.map((one) => [one.path, lockfileOf(one, after)] as const),
    ),
    lockfiles: explained.map(({ lockfile }) => lockfile),
    incoming: explained.flatMap(({ incoming }) => incoming),
    images: changes.images,
    imageFacts: await Promise.all(facts),
    otherLines: changes.otherLines,
  };
  const moved = whatMoved(pullRequest, await reader.pullRequest());
  return { ...evidence, unseen: [...unseen, ...moved] };
}

/** What was looked at must still be what is there. */
export function whatMoved(before: PullRequest, now: PullRequest): string[] {
  if (!now.isOpen) return ['It is closed.'];
  if (now.headSha !== before.headSha) return ['Its branch moved while it was looked at.'];
  return now.baseBranch === before.baseBranch ? [] : ['Its base branch was changed.'];
}

/** The policy of the base branch. One that cannot be read allows nothing. */
async function policyAt(
  commit: string,
  path: string,
  reader: PullRequestReader,
): Promise<{ policy: Policy; problems: string[] }> {
  try {
    const text = await reader.textAt(path, commit);
    if (text !== null) return { policy: parsePolicy(text, path), problems: [] };
    const isExpected = path !== gateInputs.policy.default;
    const problems = isExpected ? [`The base branch has no policy at ${path}.`] : [];
    return { policy: noPolicy, problems };
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return { policy: noPolicy, problems: [`The policy: ${messageOf(error)}.`] };
  }
}
