import type { Client } from '../github.ts';

/** The account that the token acts as. `GET /user` refuses the token of a job. */
export async function ownAccount({ octokit }: Client): Promise<string> {
  const answer = await octokit.graphql<{ viewer: { login: string } }>(
    'query { viewer { login } }',
  );
  return answer.viewer.login;
}
