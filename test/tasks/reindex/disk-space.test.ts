import { statfs } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/postgres/database.ts';
import { DiskSpace } from '../../../src/tasks/reindex/disk-space.ts';
import { claimDisk } from '../../../src/tasks/reindex/obstacles.ts';
import { planRebuilds, type Rebuild } from '../../../src/tasks/reindex/plan.ts';
import type { ReindexTarget } from '../../../src/tasks/reindex/target.ts';
import { type Cluster, startCluster } from '../../rig/postgres.ts';
import { newestPostgres } from '../../rig/postgres-binaries.ts';
import { server } from '../vacuum/sample-relation.ts';
import { index, judged, MB } from './sample-index.ts';

describe('a server on this very machine', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(newestPostgres);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  async function asDatabase(url: Parameters<Cluster['connect']>[0] = {}) {
    const client = await cluster.connect(url);
    const query = async (sql: string, values: unknown[] = []) =>
      (await client.query(sql, values)).rows;
    return { query } as unknown as Database;
  }

  test('tells the room of the disk, less a reserve', async () => {
    const disk = await DiskSpace.find(await asDatabase());
    const { bsize, bavail, blocks } = await statfs(cluster.dataDirectory);
    const free = (await disk.freeBytes(1663)) ?? -1;
    expect(free).toBeLessThan(bsize * bavail);
    expect(free).toBeGreaterThanOrEqual(0);
    expect(Math.abs(free - bsize * (bavail - blocks * 0.05))).toBeLessThan(2000 * MB);
  });

  test('tells nothing to a role that may not see where its files are', async () => {
    const admin = await cluster.connect();
    await admin.query(`create role trader login password 'trader'`);
    const database = await asDatabase({ user: 'trader', password: 'trader' });
    const disk = await DiskSpace.find(database);
    expect(disk.isKnown).toBe(false);
    expect(await disk.freeBytes(1663)).toBeNull();
  });
});

test('a directory of the same name on this machine is not taken for that of another', async () => {
  const query = async () => [{ directory: import.meta.dirname, modified: 1 }];
  const disk = await DiskSpace.find({ query } as unknown as Database);
  expect(disk.isKnown).toBe(false);
});

describe('room for a rebuild', () => {
  const [step] = planRebuilds([judged(index('a'), 0.5)], {
    server: server(15),
    options: { 'min-bloat': 0.3 },
    history: { runs: [] },
    isNamed: () => false,
    isReliedOn: () => false,
  }) as [Rebuild];

  function target(freeBytes: number | null): ReindexTarget {
    const disk = { freeBytes: async () => freeBytes };
    return { disk, claimedBytes: new Map() } as unknown as ReindexTarget;
  }

  test('is there, or not known to be missing', async () => {
    expect((await claimDisk(step, target(200 * MB))).obstacle).toBeNull();
    expect((await claimDisk(step, target(null))).obstacle).toBeNull();
  });

  test('is not there: not begun, with what it needs', async () => {
    const { obstacle } = await claimDisk(step, target(120 * MB));
    expect(obstacle).toMatchObject({ status: 'carried-over', leftBecause: 'findings' });
    expect(obstacle?.error).toBe(
      'not begun: it may need 155 MB of disk for a while, and 120 MB are free',
    );
    expect(obstacle?.findings).toMatchObject([
      { code: 'disk-space', subject: 'public.a' },
    ]);
  });

  test('is spoken for while another one is at work, and given back after it', async () => {
    const shared = target(200 * MB);
    {
      using first = await claimDisk(step, shared);
      expect(first.obstacle).toBeNull();
      expect((await claimDisk(step, shared)).obstacle?.error).toContain(
        '44.9 MB are free',
      );
    }
    expect((await claimDisk(step, shared)).obstacle).toBeNull();
  });
});
