import type { Handler } from './handler.ts';
import { pageOf } from './page.ts';
import { shownAccount, shownLabel } from './shown.ts';

/** https://docs.github.com/en/rest/repos/repos and …/rest/issues/labels */
export const repositoryHandlers: Readonly<Record<string, Handler>> = {
  'repos/get': {
    // `metadata: read`, which every token of a job has.
    needs: 'nothing',
    carryOut({ repository: { name, visibility, hasIssues } }) {
      const [owner = '', shortName] = name.split('/');
      const body = {
        ...{ id: 1, name: shortName, full_name: name, owner: shownAccount(owner) },
        ...{ private: visibility !== 'public', visibility, has_issues: hasIssues },
      };
      return { status: 200, body };
    },
  },
  'issues/list-labels-for-repo': {
    needs: 'read',
    carryOut({ repository, query, url }) {
      const { items, headers } = pageOf(repository.labels, query, url);
      return { status: 200, body: items.map(shownLabel), headers };
    },
  },
  'issues/create-label': {
    needs: 'write',
    carryOut({ repository, body }) {
      const label = body as { name: string; color?: string; description?: string };
      return { status: 201, body: shownLabel(repository.addLabel(label)) };
    },
  },
};
