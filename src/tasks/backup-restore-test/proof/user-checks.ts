import pg from 'pg';
import { type Finding, finding } from '../../../core/finding.ts';
import { messageOf } from '../../../core/message-of.ts';
import type { Check } from '../checks.ts';
import { meets } from '../expectation.ts';
import { type Connect, openSession } from './dump-session.ts';
import { counted } from './fold.ts';

/** As long as a check may take. */
const timeoutMs = 60_000;

/** So much of a value is shown. */
const maxShown = 100;

/** Runs the user's own checks, one after the other, each in a read-only transaction. */
export async function runChecks(
  connect: Connect,
  checks: readonly Check[],
  signal: AbortSignal,
): Promise<Finding[]> {
  if (checks.length === 0) return [];
  const findings: Finding[] = [];
  for (const check of checks) {
    // Each has a session of its own, for one may change the settings of its session.
    await using session = await openSession(connect, signal);
    await session.client.query('reset search_path');
    const problem = await runCheck(session.client, check);
    signal.throwIfAborted();
    if (problem !== null) findings.push(failure(check, problem));
  }
  return findings;
}

async function runCheck(client: pg.Client, check: Check): Promise<string | null> {
  try {
    await client.query('begin read only');
    await client.query(`set local statement_timeout = '${timeoutMs}ms'`);
    return judge(check, await readValue(client, check.sql));
  } catch (error) {
    return `the server refused it: ${shorten(messageOf(error))}`;
  }
}

interface Answer {
  readonly rows: number;
  /** The first column of the first row. */
  readonly value: string | null;
}

function judge({ expect }: Check, { rows, value }: Answer): string | null {
  if (rows === 0) return 'no row came back';
  if (rows > 1) return `${counted(rows, 'row')} came back instead of one`;
  if (meets(expect, value)) return null;
  return value === null
    ? 'null came back'
    : `${shorten(JSON.stringify(value))} came back`;
}

/**
 * Asks by the extended protocol, in which the server takes one statement only, and keeps
 * no row but the first.
 */
function readValue(client: pg.Client, sql: string): Promise<Answer> {
  const config = {
    text: sql,
    queryMode: 'extended',
    rowMode: 'array',
    types: { getTypeParser: () => (text: string) => text },
  };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const query = client.query(new pg.Query(config));
  let rows = 0;
  let value: string | null = null;
  query.on('row', (row: unknown) => {
    rows++;
    if (rows === 1) value = (row as (string | null)[])[0] ?? null;
  });
  query.on('end', () => resolve({ rows, value }));
  query.on('error', reject);
  return promise;
}

function failure({ name, expect }: Check, problem: string): Finding {
  return finding(
    'check-failed',
    name,
    `The check ${JSON.stringify(name)} expects ${shorten(expect.text)}; ${problem}.`,
  );
}

function shorten(text: string): string {
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
}
