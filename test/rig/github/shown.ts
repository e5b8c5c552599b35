import type { Comment, Issue, Label } from './records.ts';
import type { Repository } from './repository.ts';

/** The address of the website: it is shown, never asked. */
const website = 'https://github.example';

/** An account, as GitHub shows it. */
export function shownAccount(login: string): object {
  return { login, id: 1, type: login.endsWith('[bot]') ? 'Bot' : 'User' };
}

export function shownLabel({ id, name, color, description }: Label): object {
  return { id, name, color, description, default: false };
}

export function shownIssue(issue: Issue, repository: Repository): object {
  const kind = issue.isPullRequest ? 'pull' : 'issues';
  const address = `${website}/${repository.name}/${kind}/${issue.number}`;
  return {
    id: issue.id,
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    state_reason: issue.stateReason,
    locked: issue.locked,
    user: shownAccount(issue.author),
    labels: issue.labels.map((name) => shownLabel(repository.labelNamed(name))),
    comments: repository.commentsOf(issue.number).length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    html_url: address,
    ...(issue.isPullRequest ? { pull_request: { html_url: address } } : {}),
  };
}

export function shownComment(comment: Comment, repository: Repository): object {
  const issue = `${website}/${repository.name}/issues/${comment.issue}`;
  return {
    id: comment.id,
    body: comment.body,
    user: shownAccount(comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    html_url: `${issue}#issuecomment-${comment.id}`,
  };
}
