import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startS3 } from '../../test/rig/s3.ts';
import type { Case } from './case.ts';
import { type Examined, examine, openDirectory } from './examine.ts';
import { faultyCases } from './faulty-cases.ts';
import { healthyCases } from './healthy-cases.ts';
import { SmallDumps } from './small-dumps.ts';
import { startStockServer } from './stock-server.ts';

const bucket = 'backups';
const atOnce = 2;
/** What is judged here is the outcome, and not the time. */
const inHaste = { fsync: 'off', autovacuum: 'off' };

/** Examines a corpus of backups that are healthy, damaged, stale or wrong. */
export async function detect(
  bins: Readonly<Record<15 | 18, string>>,
  isWanted: (one: Case) => boolean = () => true,
): Promise<Examined[]> {
  await using resources = new AsyncDisposableStack();
  const directory = await openDirectory(tmpdir());
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const cases = (await makeCases(bins, directory)).filter(isWanted);
  const s3 = resources.use(await startS3());
  await s3.createBucket(bucket);
  const servers = {
    15: resources.use(await startStockServer(bins[15], inHaste)),
    18: resources.use(await startStockServer(bins[18], inHaste)),
  };
  const surgery = { s3, bucket, directory, bins, servers };
  const examined: Examined[] = [];
  const queue = cases.entries();
  const work = async () => {
    for (const [index, one] of queue) examined[index] = await examine(one, surgery);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return examined;
}

async function makeCases(
  bins: Readonly<Record<15 | 18, string>>,
  directory: string,
): Promise<Case[]> {
  await using resources = new AsyncDisposableStack();
  const servers = {
    15: resources.use(await startStockServer(bins[15], inHaste)),
    18: resources.use(await startStockServer(bins[18], inHaste)),
  };
  const dumps = join(directory, 'dumps');
  await mkdir(dumps);
  const small = new SmallDumps(servers, dumps);
  await small.prepare();
  return [...(await healthyCases(small)), ...(await faultyCases(small))];
}
