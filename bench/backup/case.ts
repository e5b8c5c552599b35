import type { FindingCode } from '../../src/core/finding.ts';
import type { StoredFile } from './series.ts';

/** A place with backups, of which is known whether something is wrong with them. */
export interface Case {
  readonly kind: string;
  readonly name: string;
  readonly files: readonly StoredFile[];
  /** Of the programs that the archives need. */
  readonly version: 15 | 18;
  /** What has to be found, any of these; nothing in what is healthy. */
  readonly expected: readonly FindingCode[];
  /** Whether what is wrong is no proof against the backup: a finding is enough. */
  readonly isWarning?: true;
  readonly inputs?: Readonly<Record<string, string>>;
  /**
   * What happens to the newest backup in the store, behind its back. Without it, the backups
   * lie in a directory.
   */
  readonly inStore?: (bytes: Buffer) => Buffer;
}
