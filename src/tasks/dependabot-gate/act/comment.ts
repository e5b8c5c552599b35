import { createOnce } from '../github.ts';
import type { GateTarget } from '../target.ts';
import { commentMarker } from './comment-body.ts';
import { ownAccount } from './own-account.ts';

const perPage = 100;
/** GitHub takes no more than 2,500 comments. */
const mostPages = 25;

/** Writes the one comment of the gate, or brings it up to date. */
export async function keepComment(target: GateTarget, body: string): Promise<void> {
  const { client, pullRequest } = target;
  const [owner = '', repo = ''] = pullRequest.repository.split('/');
  const api = client.octokit.rest.issues;
  const account = await ownAccount(client);
  const at = { owner, repo, issue_number: pullRequest.number };
  const find = async () => {
    for (let page = 1; page <= mostPages; page++) {
      const { data } = await api.listComments({ ...at, per_page: perPage, page });
      const own = data.find(
        (one) =>
          one.user?.login === account && one.body?.trimEnd().endsWith(commentMarker),
      );
      if (own || data.length < perPage) return own;
    }
    return undefined;
  };
  const known = await find();
  if (!known) {
    const create = async () => (await api.createComment({ ...at, body })).data;
    await createOnce(client.patience, create, find);
  } else if (known.body?.trimEnd() !== body.trimEnd()) {
    await api.updateComment({ owner, repo, comment_id: known.id, body });
  }
}
