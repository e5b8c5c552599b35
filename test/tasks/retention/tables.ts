import type { Result } from '../../../src/core/result-schema.ts';
import { task } from '../../../src/tasks/retention/index.ts';
import type { TestDatabase } from '../../rig/postgres.ts';
import { runInProcess } from '../run-task.ts';

type Queryable = Pick<TestDatabase, 'query'>;

/** A policy as a workflow writes it. */
export type GivenPolicy = Readonly<Record<string, string>>;

export const eventsPolicy: GivenPolicy = {
  table: 'public.events',
  column: 'created_at',
  keep: '90 days',
};

interface EventsOptions {
  /** Rows, one an hour, the newest of an hour ago. */
  readonly rows?: number;
  /** `''` for none. */
  readonly index?: string;
  readonly type?: string;
}

/** Of 3,000 rows, one an hour, so many are older than 90 days. */
export const expiredOf3000 = 3000 - 90 * 24;

/** Makes `public.events` (id, created_at, kind, note), filled in order of time. */
export async function makeEvents(
  database: Queryable,
  {
    rows = 3000,
    index = 'create index on events (created_at)',
    type,
  }: EventsOptions = {},
): Promise<void> {
  await database.query(`\
create table events (id bigint generated always as identity primary key,
  created_at ${type ?? 'timestamptz'}, kind text, note text);
insert into events (created_at, kind, note)
  select now() - (${rows} - i) * interval '1 hour' - interval '1 minute', 'k' || i % 4, 'note ' || i
  from generate_series(1, ${rows}) i;
${index}`);
  await database.query('vacuum (analyze) events');
}

/** Runs the task for real, unless told otherwise. */
export function retain(
  database: Pick<TestDatabase, 'url'>,
  policies: readonly GivenPolicy[],
  inputs: Readonly<Record<string, string>> = {},
  options: Parameters<typeof runInProcess>[2] & { user?: string } = {},
): Promise<Result> {
  const { user, ...rest } = options;
  const url = database.url(user ? { user, password: user } : {});
  const given = {
    'database-url': url,
    'dry-run': 'false',
    pause: '0',
    policies: JSON.stringify(policies),
    ...inputs,
  };
  return runInProcess(task, given, rest);
}

/** What a query counts. */
export async function count(database: Queryable, sql: string): Promise<number> {
  const { rows } = await database.query<{ n: number }>(`select (${sql})::int as n`);
  return rows[0]?.n ?? Number.NaN;
}

/** Codes and severities of the findings. */
export function codes({ findings }: Result): string[] {
  return findings.map(({ code, severity }) => `${severity} ${code}`);
}

/** Waits until a condition in the database holds. */
export async function until(database: Queryable, condition: string): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ yes: boolean }>(
      `select (${condition}) as yes`,
    );
    if (rows[0]?.yes) return;
  }
}

/** Makes each row of `public.events` that is deleted take so long. */
export async function slowDown(database: Queryable, seconds: number): Promise<void> {
  await database.query(`\
create function slow() returns trigger language plpgsql as $$
  begin perform pg_sleep(${seconds}); return old; end $$;
create trigger slow before delete on events for each row execute function slow()`);
}
