import type { Client } from './client.ts';
import { createOnce } from './create-once.ts';
import { asIssue, type Comment, type Issue, type Label } from './issue.ts';
import { isRequestError } from './request-error.ts';

interface IssueFilter {
  readonly state: 'open' | 'all';
  readonly label?: string;
  /** Of 100 issues each. */
  readonly maxPages: number;
}

interface IssueChanges {
  readonly body?: string;
  readonly labels?: string[];
  readonly state?: 'open' | 'closed';
  readonly state_reason?: 'completed' | 'duplicate';
}

const perPage = 100;

/** The issues of a repository. What is not by the token's own account is never returned. */
export class Issues {
  readonly #client: Client;
  readonly #place: { owner: string; repo: string };
  #account: string | undefined;

  constructor(client: Client, repository: string) {
    this.#client = client;
    const [owner = '', repo = ''] = repository.split('/');
    this.#place = { owner, repo };
  }

  /** Whether everyone can read what is written here. */
  async isPublic(): Promise<boolean> {
    const { data } = await this.#api.repos.get(this.#place);
    return !data.private;
  }

  /** Lists issues, no pull requests, those first that were changed last. */
  async list({ state, label, maxPages }: IssueFilter): Promise<Issue[]> {
    const account = await this.#ownAccount();
    const issues: Issue[] = [];
    for (let page = 1; page <= maxPages; page++) {
      const { data } = await this.#api.issues.listForRepo({
        ...this.#place,
        ...{ state, sort: 'updated', direction: 'desc', per_page: perPage, page },
        ...(label ? { labels: label } : {}),
      });
      const own = data.filter(
        (issue) => issue.user?.login === account && !issue.pull_request,
      );
      issues.push(...own.map(asIssue));
      if (data.length < perPage) break;
    }
    return issues;
  }

  /** Opens an issue; `find` looks for it where that is in doubt. */
  async create(
    issue: { title: string; body: string; label: Label },
    find: () => Promise<Issue | undefined>,
  ): Promise<Issue> {
    const { title, body, label } = issue;
    await this.addLabel(label);
    const create = async () => {
      const labels = [label.name];
      const request = { ...this.#place, title, body, labels };
      return asIssue((await this.#api.issues.create(request)).data);
    };
    return createOnce(this.#client.patience, create, find);
  }

  async update(number: number, changes: IssueChanges): Promise<void> {
    await this.#api.issues.update({ ...this.#place, issue_number: number, ...changes });
  }

  /** Makes a label, unless it is there. */
  async addLabel(label: Label): Promise<void> {
    const create = async () => {
      await this.#api.issues.createLabel({ ...this.#place, ...label });
    };
    // Made twice, it is there all the same.
    const isThere = (error: unknown) => isRequestError(error) && error.status === 422;
    try {
      await createOnce(this.#client.patience, create, async () => undefined);
    } catch (error) {
      if (!isThere(error)) throw error;
    }
  }

  /** Adds a comment. */
  async comment(number: number, body: string): Promise<Comment> {
    const at = { ...this.#place, issue_number: number };
    const create = async () => {
      const { data } = await this.#api.issues.createComment({ ...at, body });
      return { body, url: data.html_url };
    };
    const find = async () => {
      const { data } = await this.#api.issues.get(at);
      const last = await this.comments(number, lastPage(data.comments, 30), 30);
      return last.find((comment) => comment.body.trimEnd() === body.trimEnd());
    };
    return createOnce(this.#client.patience, create, find);
  }

  /** A page of comments, oldest first. */
  async comments(number: number, page: number, per_page: number): Promise<Comment[]> {
    const account = await this.#ownAccount();
    const { data } = await this.#api.issues.listComments({
      ...{ ...this.#place, issue_number: number, page, per_page },
    });
    return data
      .filter(({ user }) => user?.login === account)
      .map(({ body = '', html_url }) => ({ body, url: html_url }));
  }

  get #api() {
    return this.#client.octokit.rest;
  }

  /** `GET /user` refuses the token of a job. */
  async #ownAccount(): Promise<string> {
    if (this.#account === undefined) {
      const answer = await this.#client.octokit.graphql<{ viewer: { login: string } }>(
        'query { viewer { login } }',
      );
      this.#account = answer.viewer.login;
    }
    return this.#account;
  }
}

/** The number of the last page of so many items. */
export function lastPage(items: number, perPage: number): number {
  return Math.max(1, Math.ceil(items / perPage));
}
