import type { History } from './maintenance-log.ts';
import type { Window } from './window.ts';

/** Where a run's progress goes. Texts are plain: the other side escapes them. */
export interface Log {
  info(line: string): void;
  warning(line: string): void;
  /** Writes lines under a title, folded away until somebody looks. */
  group(title: string, lines: readonly string[]): void;
}

/** The identity of a run, as GitHub knows it. */
export interface RunIdentity {
  readonly id: string;
  readonly attempt: number;
  readonly url: string | null;
}

/** One run of a task: what every part of it may ask of its surroundings. */
export interface Run {
  readonly identity: RunIdentity;
  readonly task: string;
  readonly dryRun: boolean;
  readonly startedAt: Date;
  readonly window: Window;
  /** What earlier runs came to; empty until the maintenance log was read. */
  readonly history: History;
  /** Aborted when the run must stop: a signal came, or the lock was lost. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Keeps how far the run has come for `post`, should this process be killed. */
  remember(progress: string): void;
  /**
   * Keeps what `post` or a later run must know, should this process be killed, and what
   * later runs want to know in any case. A value of JSON; the last one given counts.
   */
  keep(kept: unknown): void;
  /** Hides a text in everything that the run writes from now on. */
  keepSecret(secret: string): void;
}
