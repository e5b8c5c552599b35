import { unlessAborted } from '../../src/core/cancellation.ts';
import { type Cluster, startCluster } from '../../test/rig/postgres.ts';
import { makeDataDirectory } from './data-directory.ts';
import { run } from './database/fill.ts';
import { postgresVersion } from './prepared-data.ts';

export interface DemoServer extends AsyncDisposable {
  readonly release: string;
  /** The connection of the role that maintains the database, without superuser's rights. */
  readonly url: string;
}

/** Starts a server on a copy of the prepared data. */
export async function startServer(
  prepared: string,
  signal: AbortSignal,
): Promise<DemoServer> {
  await using unfinished = new AsyncDisposableStack();
  const dataDirectory = await makeDataDirectory(unfinished, prepared);
  const cluster = await startCluster(postgresVersion, { dataDirectory });
  unfinished.use(cluster);
  signal.throwIfAborted();
  await unlessAborted(holdHorizon(cluster), signal);
  const resources = unfinished.move();
  return {
    release: cluster.release,
    url: cluster.url({
      database: 'matchbook',
      user: 'maintenance',
      password: 'demo-maintenance',
    }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** What dies from now on in `orders` cannot be removed: a report may still look at it. */
async function holdHorizon(cluster: Cluster): Promise<void> {
  const report = await cluster.connect({
    database: 'matchbook',
    user: 'reporting',
    password: 'demo-reporting',
    parameters: { application_name: 'reporting' },
  });
  await report.query('begin isolation level repeatable read read only');
  await report.query('select market_id, sum(quantity) from orders group by market_id');
  await run(cluster, 'now.sql');
}
