import type { Answer } from './answer.ts';
import type { Repository } from './repository.ts';

/** A request that GitHub's description has nothing against. */
export interface ApiRequest {
  readonly repository: Repository;
  readonly url: URL;
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Handler {
  /** What the token must be allowed to do. */
  readonly needs: 'nothing' | 'read' | 'write';
  /** With what; by default with issues. */
  readonly of?: 'pullRequests' | 'contents';
  carryOut(request: ApiRequest): Answer;
}
