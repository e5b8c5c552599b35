import { type Answer, Refused } from './answer.ts';
import type { PullRequestRecord } from './pull-requests.ts';
import type { Repository } from './repository.ts';

type Variables = Readonly<Record<string, unknown>>;
type Question = (repository: Repository, variables: Variables) => object;

/**
 * What is asked in GraphQL. It is not in the OpenAPI description, so it is held against
 * these texts, and nothing else passes.
 */
const questions = new Map<string, Question>([
  ['query { viewer { login } }', ({ account }) => ({ viewer: { login: account } })],
  [
    'mutation ($id: ID!, $mergeMethod: PullRequestMergeMethod!, $head: GitObjectID!) { enablePullRequestAutoMerge(input: { pullRequestId: $id, mergeMethod: $mergeMethod, expectedHeadOid: $head }) { clientMutationId } }',
    (repository, { id, mergeMethod, head }) => {
      const pull = changeable(repository, id);
      if (!repository.settings.allowsAutoMerge) {
        throw new GraphqlRefused(
          'UNPROCESSABLE',
          'Auto merge is not allowed for this repository',
        );
      }
      if (head !== pull.headSha) {
        throw new GraphqlRefused(
          'UNPROCESSABLE',
          'Head branch was modified. Review and try the merge again.',
        );
      }
      pull.autoMerge = { method: String(mergeMethod), head: String(head) };
      return { enablePullRequestAutoMerge: { clientMutationId: null } };
    },
  ],
  [
    'mutation ($id: ID!) { disablePullRequestAutoMerge(input: { pullRequestId: $id }) { clientMutationId } }',
    (repository, { id }) => {
      changeable(repository, id).autoMerge = null;
      return { disablePullRequestAutoMerge: { clientMutationId: null } };
    },
  ],
]);

/** Answers a question in GraphQL. What is refused is so with status 200. */
export function answerGraphql(body: unknown, repository: Repository): Answer {
  const { query, ...others } = body as { query?: unknown; variables?: Variables };
  const text = String(query).replaceAll(/\s+/g, ' ').trim();
  const question = questions.get(text);
  const declared = new Set([...text.matchAll(/\$(\w+):/g)].map(([, name]) => name));
  const { variables = {}, ...unknown } = others;
  const isFilled =
    declared.symmetricDifference(new Set(Object.keys(variables))).size === 0;
  const isKnown = declared.size > 0 || !('variables' in others);
  if (!question || !isFilled || !isKnown || Object.keys(unknown).length > 0) {
    throw new Refused(400, `Not a query that the stand-in knows: ${query}`);
  }
  try {
    return { status: 200, body: { data: question(repository, variables) } };
  } catch (error) {
    if (!(error instanceof GraphqlRefused)) throw error;
    const { type, message } = error;
    return { status: 200, body: { data: null, errors: [{ type, path: [], message }] } };
  }
}

class GraphqlRefused extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** To have a pull request merged takes the right to write both it and the contents. */
function changeable(repository: Repository, id: unknown): PullRequestRecord {
  const { contents, pullRequests } = repository.permissions;
  if (contents !== 'write' || pullRequests !== 'write') {
    throw new GraphqlRefused('FORBIDDEN', 'Resource not accessible by integration');
  }
  const pull = [...repository.pulls.values()].find(({ nodeId }) => nodeId === id);
  if (!pull) {
    throw new GraphqlRefused('NOT_FOUND', 'Could not resolve to a node');
  }
  return pull;
}
