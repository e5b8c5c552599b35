import { Refused } from './answer.ts';
import type { Handler } from './handler.ts';
import { issueOf } from './issue-handlers.ts';
import { pageOf } from './page.ts';
import { checkBody } from './repository.ts';
import { shownComment } from './shown.ts';

/** https://docs.github.com/en/rest/issues/comments */
export const commentHandlers: Readonly<Record<string, Handler>> = {
  'issues/list-comments': {
    needs: 'read',
    carryOut({ repository, path, query, url }) {
      const comments = repository.commentsOf(issueOf({ repository, path }).number);
      const { items, headers } = pageOf(comments, query, url);
      const body = items.map((comment) => shownComment(comment, repository));
      return { status: 200, body, headers };
    },
  },
  'issues/create-comment': {
    needs: 'write',
    carryOut({ repository, path, body }) {
      const { number } = issueOf({ repository, path });
      const comment = repository.addComment(number, String(body['body']));
      return { status: 201, body: shownComment(comment, repository) };
    },
  },
  'issues/update-comment': {
    needs: 'write',
    carryOut({ repository, path, body }) {
      const comment = repository.comments.find(({ id }) => id === path['comment_id']);
      if (!comment) throw new Refused(404, 'Not Found');
      checkBody('IssueComment', String(body['body']));
      comment.body = String(body['body']);
      comment.updatedAt = repository.clock.timestamp();
      return { status: 200, body: shownComment(comment, repository) };
    },
  },
};
