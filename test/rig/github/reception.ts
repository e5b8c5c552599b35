import { type Answer, Refused } from './answer.ts';
import { type Mismatch, type Operation, operations } from './api-description.ts';
import { commentHandlers } from './comment-handlers.ts';
import type { Faults, Trouble } from './faults.ts';
import { answerGraphql } from './graphql.ts';
import type { Handler } from './handler.ts';
import { issueHandlers } from './issue-handlers.ts';
import { pullRequestHandlers } from './pull-request-handlers.ts';
import type { Repository } from './repository.ts';
import { repositoryHandlers } from './repository-handlers.ts';

const handlers: Readonly<Record<string, Handler>> = {
  ...issueHandlers,
  ...commentHandlers,
  ...repositoryHandlers,
  ...pullRequestHandlers,
};

/** A request as it came in. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: unknown;
  /** As GitHub's description calls it; `graphql`, or empty where there is none. */
  readonly operation: string;
}

interface Incoming {
  readonly method: string;
  readonly url: URL;
  readonly text: string;
  readonly authorization: string;
}

/** Takes in requests, checks them and their answers, and lets trouble happen. */
export class Reception {
  readonly token = 'ghs_stand-in';
  readonly requests: ReceivedRequest[] = [];
  readonly violations: string[] = [];
  readonly #repository: Repository;
  readonly #faults: Faults;

  constructor(repository: Repository, faults: Faults) {
    this.#repository = repository;
    this.#faults = faults;
  }

  receive(incoming: Incoming): Trouble['answer'] {
    const { method, url, text } = incoming;
    const { operation, path } = find(method, url.pathname);
    const isGraphql = method === 'POST' && url.pathname === '/graphql';
    const id = operation?.id ?? (isGraphql ? 'graphql' : '');
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const query = url.search;
    this.requests.push({ method, path: url.pathname, query, body, operation: id });
    const trouble = this.#faults.meet(id);
    const answer =
      trouble && !trouble.carriedOut
        ? trouble.answer
        : this.#answer(incoming, operation, path, body);
    const sent = trouble?.answer ?? answer;
    if (typeof sent === 'object' && id !== 'graphql') {
      const { status } = sent;
      const mismatches = operation?.checkAnswer(status, sent.body) ?? [];
      this.#note(`${method} ${url.pathname} answer ${status}`, mismatches);
    }
    return sent;
  }

  #answer(
    { method, url, authorization }: Incoming,
    operation: Operation | undefined,
    path: Record<string, string>,
    body: unknown,
  ): Answer {
    try {
      const token = /^(?:token|bearer) (.*)$/i.exec(authorization)?.[1];
      if (token !== this.token) throw new Refused(401, 'Bad credentials');
      if (url.pathname === '/graphql') return answerGraphql(body, this.#repository);
      if (operation) return this.#carryOut(operation, path, url, body);
      this.violations.push(`${method} ${url.pathname} is not in the slice`);
      throw new Refused(404, 'Not Found');
    } catch (error) {
      if (error instanceof Refused) return error.answer;
      this.violations.push(`${method} ${url.pathname} broke the stand-in: ${error}`);
      return new Refused(500, 'Server Error').answer;
    }
  }

  #carryOut(
    operation: Operation,
    path: Record<string, unknown>,
    url: URL,
    body: unknown,
  ): Answer {
    const query: Record<string, unknown> = Object.fromEntries(url.searchParams);
    const mismatches = [
      ...operation.checkParameters('path', path),
      ...operation.checkParameters('query', query),
      ...operation.checkBody(body),
    ];
    if (this.#note(`${operation.id} request`, mismatches)) {
      throw new Refused(422, 'Invalid request.');
    }
    const handler = handlers[operation.id] as Handler;
    const repository = this.#repository;
    if (`${path['owner']}/${path['repo']}` !== repository.name) {
      throw new Refused(404, 'Not Found');
    }
    checkAccess(handler, repository, path['issue_number']);
    const request = { repository, url, path, query, body: (body ?? {}) as object };
    const { status, headers = {}, body: bare } = handler.carryOut(request as never);
    return { status, headers, body: operation.fillIn(status, bare) };
  }

  #note(what: string, mismatches: readonly Mismatch[]): boolean {
    for (const { instancePath, message, params } of mismatches) {
      this.violations.push(
        `${what}: ${instancePath} ${message} ${JSON.stringify(params)}`,
      );
    }
    return mismatches.length > 0;
  }
}

function find(method: string, pathname: string) {
  for (const operation of operations) {
    const path = operation.match(method, pathname);
    if (path) return { operation, path };
  }
  return { operation: undefined, path: {} };
}

function checkAccess(
  { needs, of }: Handler,
  repository: Repository,
  issue: unknown,
): void {
  if (needs === 'nothing') return;
  if (of) {
    const has = repository.permissions[of];
    if (has !== 'write' && has !== needs) throw inaccessible();
    return;
  }
  // The comments of a pull request may be written with either permission.
  const isPullRequest = repository.pulls.has(Number(issue));
  if (isPullRequest && repository.permissions.pullRequests === 'write') return;
  const { issuesPermission: has, hasIssues, visibility } = repository;
  const isVisible = has !== 'none' || visibility === 'public';
  if (needs === 'write' ? has !== 'write' : !isVisible) {
    throw new Refused(403, 'Resource not accessible by integration', {
      headers: { 'x-accepted-github-permissions': `issues=${needs}` },
    });
  }
  if (!hasIssues) throw new Refused(410, 'Issues has been disabled in this repository.');
}

function inaccessible(): Refused {
  return new Refused(403, 'Resource not accessible by integration');
}
