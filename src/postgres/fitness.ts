import { finding } from '../core/finding.ts';
import { Refusal } from '../core/task.ts';

/** What decides whether a server may be maintained. */
interface Fitness {
  /** `server_version_num`: 150018 for 15.18. */
  readonly versionNumber: number;
  readonly version: string;
  readonly inRecovery: boolean;
}

/** The oldest server that the suite is tested on. */
const oldestVersionNumber = 150_000;

/**
 * These releases miss rows while an index is built or rebuilt concurrently, and say nothing
 * (bug #17485, fixed in 14.4: https://www.postgresql.org/docs/release/14.4/).
 */
const corrupting = { from: 140_000, to: 140_003 } as const;

/** Throws a `Refusal` where a server must not be maintained. */
export function refuseUnfit({ versionNumber, version, inRecovery }: Fitness): void {
  if (versionNumber >= corrupting.from && versionNumber <= corrupting.to) {
    const message = `The server is PostgreSQL ${version}, which can corrupt an index that is built or rebuilt concurrently. Nothing was done; update it to the newest minor release.`;
    throw new Refusal('unsafe-target', message, {
      findings: [finding('unsafe-version', `PostgreSQL ${version}`, message)],
    });
  }
  if (versionNumber < oldestVersionNumber) {
    throw new Refusal(
      'unsafe-target',
      `The server is PostgreSQL ${version}; this suite is tested on 15 and newer. Upgrade the server.`,
    );
  }
  if (inRecovery) {
    throw new Refusal(
      'unsafe-target',
      'The server is a standby (in recovery): it cannot be maintained. Connect to the primary.',
    );
  }
}
