import type { Finding } from './finding.ts';
import type { Result } from './result-schema.ts';
import type { RunIdentity } from './run.ts';

/** What earlier runs of a task on a target came to. */
export interface History {
  /** Newest first; only those that can be trusted and understood. */
  readonly runs: readonly Result[];
  /** What the last run that kept anything has kept, whether or not it came to its end. */
  readonly kept?: unknown;
}

/** So many characters of JSON a run may keep: they share the body of an issue with others. */
export const maxKeptCharacters = 24_000;

/** The runs that were no dry runs, newest first: what was only planned proves nothing. */
export function realRuns({ runs }: History): Result[] {
  return runs.filter(({ dryRun }) => !dryRun);
}

/** A run that is about to change something. */
export interface Begun {
  readonly run: RunIdentity;
  readonly startedAt: string;
  readonly kept: unknown;
}

/** What is written of a finished run beside its result. */
export interface AboutRun {
  readonly kept?: unknown;
  /** Whether it says nothing new: then only the state in the body is brought up to date. */
  readonly isQuiet?: boolean;
}

/**
 * Where runs are written down, and read back by later ones. History steers order,
 * estimates and trends, never what may be deleted or who is allowed. No method throws: a
 * log that cannot be read or written is a finding, and never changes how a run ends.
 */
export interface MaintenanceLog {
  read(target: string): Promise<{ history: History; findings: readonly Finding[] }>;
  /** Writes down what a run keeps, before it changes anything. */
  begin(begun: Begun, target: string): Promise<readonly Finding[]>;
  /** Writes a finished run; says where a person can read it. */
  write(
    result: Result,
    target: string,
    about?: AboutRun,
  ): Promise<{ url: string | null; findings: readonly Finding[] }>;
}
