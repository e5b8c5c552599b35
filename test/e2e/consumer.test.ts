import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { installAct, runConsumerWorkflow } from '../rig/act.ts';
import { startCluster } from '../rig/postgres.ts';
import { newestPostgres } from '../rig/postgres-binaries.ts';
import { ToolMissing } from '../rig/tools.ts';
import { makeTable } from '../tasks/vacuum/tables.ts';

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');

test('the workflow that the README offers for copying vacuums a database', async ({
  skip,
}) => {
  await installAct().catch((error) => {
    if (!(error instanceof ToolMissing) || process.env['CI']) throw error;
    skip(error.message);
  });
  const [, offered = ''] = /```yaml\n(name: maintenance[\s\S]*?)```/.exec(readme) ?? [];
  // On GitHub's runners one must be named that act can stand in for.
  const workflow = offered
    .replaceAll('OWNER/REPOSITORY', 'acme/matchbook-maintenance')
    .replace(/runs-on: .*/, 'runs-on: ubuntu-latest')
    // act does not know it yet.
    .replace(/^ *queue: max.*\n/m, '');
  expect(parse(workflow).on.schedule).toEqual([{ cron: '0 2 * * 0' }]);
  await using cluster = await startCluster(newestPostgres);
  await using database = await cluster.createDatabase();
  await makeTable(database, 'trades', { dead: 900 });
  const run = await runConsumerWorkflow(
    workflow.replace(/deadline: .*/, `deadline: '1h'`),
    { MATCHBOOK_DATABASE_URL: database.url() },
  );
  expect(run.output).toContain('done: public.trades');
  expect(run).toMatchObject({ succeeded: true });
  expect(run.summaries.join()).toContain('## ✅ vacuum: succeeded');
});
