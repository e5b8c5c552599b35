import type { ApiRequest, Handler } from './handler.ts';
import { pageOf } from './page.ts';
import type { Issue } from './records.ts';
import { shownIssue } from './shown.ts';

type Changes = Partial<Pick<Issue, 'title' | 'body' | 'labels' | 'state'>>;

/** https://docs.github.com/en/rest/issues/issues */
export const issueHandlers: Readonly<Record<string, Handler>> = {
  'issues/list-for-repo': {
    needs: 'read',
    carryOut({ repository, query, url }) {
      const found = listed([...repository.issues.values()], query);
      const { items, headers } = pageOf(found, query, url);
      const body = items.map((issue) => shownIssue(issue, repository));
      return { status: 200, body, headers };
    },
  },
  'issues/create': {
    needs: 'write',
    carryOut({ repository, body }) {
      const issue = repository.addIssue(body as Changes);
      return { status: 201, body: shownIssue(issue, repository) };
    },
  },
  'issues/get': {
    needs: 'read',
    carryOut({ repository, path }) {
      return { status: 200, body: shownIssue(issueOf({ repository, path }), repository) };
    },
  },
  'issues/update': {
    needs: 'write',
    carryOut({ repository, path, body }) {
      const { state_reason: stateReason, ...changes } = body as Changes & {
        state_reason?: string;
      };
      const { number } = issueOf({ repository, path });
      const all = stateReason === undefined ? changes : { ...changes, stateReason };
      return {
        status: 200,
        body: shownIssue(repository.updateIssue(number, all), repository),
      };
    },
  },
};

/** The issue that a path names. */
export function issueOf({
  repository,
  path,
}: Pick<ApiRequest, 'repository' | 'path'>): Issue {
  return repository.issue(Number(path['issue_number']));
}

/** What a list has of all issues, pull requests among them, in which order. */
function listed(issues: readonly Issue[], query: ApiRequest['query']): Issue[] {
  const { state = 'open', labels = '', creator, sort, direction = 'desc' } = query;
  const wanted = String(labels).split(',').filter(Boolean);
  const key = sort === 'updated' ? 'updatedAt' : 'createdAt';
  const ascending = issues
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => wanted.every((label) => issue.labels.includes(label)))
    .filter(({ author }) => creator === undefined || author === creator)
    .sort((a, b) => a[key].localeCompare(b[key]) || a.number - b.number);
  return direction === 'desc' ? ascending.reverse() : ascending;
}
