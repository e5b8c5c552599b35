import type { Finding } from './finding.ts';
import type { Result } from './result-schema.ts';

/** What earlier runs of a task on a target came to. */
export interface History {
  /** Newest first; only those that can be trusted and understood. */
  readonly runs: readonly Result[];
}

/** The runs that were no dry runs, newest first: what was only planned proves nothing. */
export function realRuns({ runs }: History): Result[] {
  return runs.filter(({ dryRun }) => !dryRun);
}

/**
 * Where runs are written down, and read back by later ones. History steers order,
 * estimates and trends, never what may be deleted or who is allowed. No method throws: a
 * log that cannot be read or written is a finding, and never changes how a run ends.
 */
export interface MaintenanceLog {
  read(target: string): Promise<{ history: History; findings: readonly Finding[] }>;
  /** Writes a finished run; says where a person can read it. */
  write(
    result: Result,
    target: string,
  ): Promise<{ url: string | null; findings: readonly Finding[] }>;
}
