import { describe, expect, test } from 'vitest';
import { type GitHubStandIn, startGitHub } from '../../rig/github/stand-in.ts';

const issues = '/repos/matchbook/exchange/issues';

function send(
  { url, token }: GitHubStandIn,
  path: string,
  body?: object,
  method = body ? 'POST' : 'GET',
): Promise<Response> {
  return fetch(url + path, {
    method,
    headers: { authorization: `token ${token}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
}

describe('the stand-in finds fault with', () => {
  test.each([
    ['an unknown query parameter', `${issues}?stat=open`, undefined, 'stat'],
    ['a query parameter of another kind', `${issues}?page=x`, undefined, '/page'],
    ['an unknown member of a body', issues, { title: 'a', text: 'b' }, 'text'],
    ['a missing member of a body', issues, { body: 'b' }, 'title'],
    ['an unknown operation', '/repos/matchbook/exchange/forks', undefined, 'forks'],
  ])('%s', async (_, path, body, named) => {
    await using github = await startGitHub();
    const { status } = await send(github, path, body);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(github.violations.join()).toContain(named);
  });

  test.each([
    ['another query', { query: 'query { viewer { id } }' }],
    ['variables', { query: 'query { viewer { login } }', variables: {} }],
  ])('GraphQL with %s', async (_, body) => {
    await using github = await startGitHub();
    expect((await send(github, '/graphql', body)).status).toBe(400);
  });
});

describe('the stand-in answers as GitHub', () => {
  test('with pages, and links to the others', async () => {
    await using github = await startGitHub();
    for (let count = 0; count < 250; count++) github.repository.addIssue();
    const first = await send(github, `${issues}?per_page=100`);
    const link = first.headers.get('link') ?? '';
    expect(link).toMatch(/per_page=100&page=2>; rel="next", .*&page=3>; rel="last"/);
    const last = await send(github, `${issues}?per_page=100&page=3`);
    expect(await last.json()).toHaveLength(50);
    expect(last.headers.get('link')).toMatch(/page=2>; rel="prev"/);
    expect(github.violations).toEqual([]);
  });

  test('with pull requests among the issues', async () => {
    await using github = await startGitHub();
    github.repository.addIssue({ isPullRequest: true });
    const [listed] = (await (await send(github, issues)).json()) as object[];
    expect(listed).toHaveProperty('pull_request');
    expect(github.violations).toEqual([]);
  });

  test.each([
    ['a body of 65,537 characters', 65_537, 422],
    ['a body of 65,536 characters', 65_536, 201],
  ])('to %s', async (_, length, expected) => {
    await using github = await startGitHub();
    const { status } = await send(github, issues, {
      title: 'a',
      body: 'b'.repeat(length),
    });
    expect(status).toBe(expected);
    expect(github.violations).toEqual([]);
  });

  test('to the comment after 2,500', async () => {
    await using github = await startGitHub();
    github.repository.addIssue();
    for (let count = 0; count < 2500; count++) github.repository.addComment(1, 'a');
    const answer = await send(github, `${issues}/1/comments`, { body: 'b' });
    expect(answer.status).toBe(403);
    expect(github.violations).toEqual([]);
  });

  test('to what concerns an issue that was deleted, or never was', async () => {
    await using github = await startGitHub();
    github.repository.addIssue();
    github.repository.deleteIssue(1);
    expect((await send(github, `${issues}/1`)).status).toBe(410);
    expect((await send(github, `${issues}/2`)).status).toBe(404);
    expect(github.violations).toEqual([]);
  });

  test('to a change of a comment', async () => {
    await using github = await startGitHub();
    github.repository.addIssue();
    const { id } = github.repository.addComment(1, 'a');
    await send(github, `${issues}/comments/${id}`, { body: 'b' }, 'PATCH');
    expect(github.repository.comments[0]?.body).toBe('b');
    expect(github.violations).toEqual([]);
  });
});
