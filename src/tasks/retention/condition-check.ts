import { messageOf } from '../../core/message-of.ts';
import type { Session } from '../../postgres/session.ts';
import type { PolicyTable } from './policy-table.ts';

/**
 * Says what is wrong with the condition of a policy; null where it is one. The server reads
 * it with parentheses around it and without: a text that closes ours and opens its own
 * (`true) or (true`) would take back what stands before it, and only one of the two readings
 * takes it.
 */
export async function conditionProblem(
  database: Pick<Session, 'query'>,
  { id, name }: PolicyTable,
  alias: string,
  where: string | null,
): Promise<string | null> {
  if (where === null) return null;
  try {
    for (const form of [`(\n${where}\n)`, `\n${where}\n`]) {
      // With a parameter, the server takes one statement only.
      await database.query(
        `explain (costs off) select from ${id} as ${alias} where $1::int = 0 and ${form}`,
        [0],
      );
    }
    return null;
  } catch (error) {
    return `PostgreSQL refuses its condition (where) on ${name}: ${messageOf(error)}`;
  }
}
