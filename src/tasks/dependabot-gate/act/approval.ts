import type { PullRequest } from '../evidence.ts';
import type { GateTarget } from '../target.ts';
import { ownAccount } from './own-account.ts';

const perPage = 100;
/** A review that is not found is one that cannot be taken back. */
const mostPages = 100;

interface Review {
  readonly id: number;
  readonly state: string;
  readonly commit: string | null;
}

/** Approves the commit that was looked at, and no later one. */
export async function approve(
  target: GateTarget,
  { headSha }: PullRequest,
): Promise<void> {
  const own = await ownReviews(target);
  const isThere = own.some((one) => one.state === 'APPROVED' && one.commit === headSha);
  if (isThere) return;
  await target.client.octokit.rest.pulls.createReview({
    ...{ ...placeOf(target), commit_id: headSha, event: 'APPROVE' },
    body: 'Nothing speaks against this update. The reasons are in the summary of the run.',
  });
}

/** Dismisses what an earlier run approved: whatever was pushed since has that approval, too. */
export async function withdrawApproval(target: GateTarget): Promise<number> {
  const approvals = (await ownReviews(target)).filter(
    ({ state }) => state === 'APPROVED',
  );
  for (const { id } of approvals) {
    await target.client.octokit.rest.pulls.dismissReview({
      ...{ ...placeOf(target), review_id: id },
      message: 'What was approved is no longer what is here, or is known better now.',
    });
  }
  return approvals.length;
}

async function ownReviews(target: GateTarget): Promise<Review[]> {
  const { client } = target;
  const account = await ownAccount(client);
  const reviews: Review[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const { data } = await client.octokit.rest.pulls.listReviews({
      ...{ ...placeOf(target), per_page: perPage, page },
    });
    const own = data.filter(({ user }) => user?.login === account);
    reviews.push(
      ...own.map(({ id, state, commit_id }) => ({
        id,
        state,
        commit: commit_id ?? null,
      })),
    );
    if (data.length < perPage) return reviews;
  }
  throw new Error(`it has more than ${mostPages * perPage} reviews`);
}

function placeOf({ pullRequest }: GateTarget) {
  const [owner = '', repo = ''] = pullRequest.repository.split('/');
  return { owner, repo, pull_number: pullRequest.number };
}
