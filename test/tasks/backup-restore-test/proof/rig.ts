import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Cluster, startCluster } from '../../../rig/postgres.ts';
import {
  debianPrograms,
  type PostgresPrograms,
  pg0Programs,
} from '../../../rig/postgres-programs.ts';
import { postgresVersions } from '../../../rig/postgres-versions.ts';
import { ToolMissing } from '../../../rig/tools.ts';

/** A server, with pg_dump and pg_restore of its version. */
export interface Rig {
  readonly cluster: Cluster;
  readonly programs: PostgresPrograms;
}

/** Versions of which there may be pg_dump on this machine. */
export type RigVersion = 15 | 18;

/**
 * Starts a server for the tests of a file, of the first version that can be had. Where
 * there is none, the tests are skipped; in CI, that of 18 must be there.
 */
export function useRig(...versions: RigVersion[]): Rig {
  let cluster: Cluster | undefined;
  let programs: PostgresPrograms | undefined;
  const resources = new AsyncDisposableStack();
  beforeAll(async () => {
    for (const version of versions.filter((one) => postgresVersions.includes(one))) {
      programs = await programsOf(version);
      if (!programs) continue;
      cluster = resources.use(await startCluster(version));
      return;
    }
  }, 600_000);
  afterAll(() => resources.disposeAsync());
  beforeEach(({ skip }) => skip(!cluster, 'There is no pg_dump.'));
  const have = <Value>(value: Value | undefined): Value => {
    if (value === undefined) throw new Error('The server was not started.');
    return value;
  };
  return {
    get cluster() {
      return have(cluster);
    },
    get programs() {
      return have(programs);
    },
  };
}

async function programsOf(version: RigVersion): Promise<PostgresPrograms | undefined> {
  if (version === 15) return debianPrograms(15) ?? undefined;
  try {
    return await pg0Programs();
  } catch (error) {
    if (!(error instanceof ToolMissing) || process.env['CI']) throw error;
    // The default reporter does not show why a test was skipped.
    console.warn(`Skipped: ${error.message}`);
    return undefined;
  }
}
