import { type Answer, Refused } from './answer.ts';
import type { Repository } from './repository.ts';

/**
 * Answers the one question that is asked in GraphQL: whose token is this? It is not in
 * the OpenAPI description, so it is held against this text, and nothing else passes.
 */
export function answerGraphql(body: unknown, { account }: Repository): Answer {
  const { query, ...others } = body as { query?: unknown };
  const isKnown =
    String(query).replaceAll(/\s+/g, ' ').trim() === 'query { viewer { login } }';
  if (!isKnown || Object.keys(others).length > 0) {
    throw new Refused(400, `Not the query that the stand-in knows: ${query}`);
  }
  return { status: 200, body: { data: { viewer: { login: account } } } };
}
