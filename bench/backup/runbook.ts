import { rm } from 'node:fs/promises';
import type { StockServer } from './stock-server.ts';

/** With some damage, pg_restore never comes to an end. */
const patienceSeconds = 600;

/** What the commands of the runbook came to; seconds are since the first of them began. */
export interface RunbookRun {
  /** Null where the download failed. */
  readonly downloadSeconds: number | null;
  /** Null where it died, or was given up. */
  readonly restoreCode: number | null;
  /** Null where `COUNT(*)` failed. */
  readonly count: number | null;
  readonly countSeconds: number;
  readonly seconds: number;
}

/**
 * Tests a backup as the runbook does: download, `createdb`, `pg_restore`, `COUNT(*)` of one
 * table, `dropdb`, `rm`, whatever each of them says.
 *
 * @param fetch downloads the backup into the file; false where that fails
 */
export async function followRunbook(
  server: StockServer,
  { file, database }: { readonly file: string; readonly database: string },
  fetch: () => Promise<boolean>,
  {
    options = [],
    limitSeconds = patienceSeconds,
  }: { readonly options?: readonly string[]; readonly limitSeconds?: number } = {},
): Promise<RunbookRun> {
  const begun = performance.now();
  const since = () => (performance.now() - begun) / 1000;
  const downloadSeconds = (await fetch()) ? since() : null;
  await server.must('createdb', [database]);
  const restored = await server.runFor(limitSeconds, 'pg_restore', [
    ...options,
    '-d',
    database,
    file,
  ]);
  const counted = await server.run('psql', [
    ...['-qAt', '-d', database, '-c', 'SELECT COUNT(*) FROM trades;'],
  ]);
  const countSeconds = since();
  await server.must('dropdb', [database]);
  await rm(file, { force: true });
  return {
    downloadSeconds,
    restoreCode: restored.code,
    count: counted.code === 0 ? Number(counted.output) : null,
    countSeconds,
    seconds: since(),
  };
}
