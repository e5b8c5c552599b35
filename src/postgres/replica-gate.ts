import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Finding, finding } from '../core/finding.ts';
import type { Run } from '../core/run.ts';
import { formatSeconds } from '../core/units.ts';
import type { Database } from './database.ts';
import { ReplicaLag } from './replicas.ts';

const pollMs = 1000;

/** Holds back what is to be begun while a standby is too far behind. */
export class ReplicaGate {
  readonly #database: Database;
  readonly #limitMs: number | null;
  readonly #lag: ReplicaLag;

  /** @param limitMs the input `max-replica-lag`; without it, nobody looks */
  constructor(database: Database, limitMs: number | null) {
    this.#database = database;
    this.#limitMs = limitMs;
    this.#lag = new ReplicaLag(database);
  }

  /** Says so where the standbys are to be followed, and our role may not look at them. */
  async findings(): Promise<Finding[]> {
    if (this.#limitMs === null || (await this.#lag.measureMs()) !== null) return [];
    const { role } = this.#database.server;
    return [
      finding(
        'not-checked',
        'replica lag',
        `How far the standbys are behind is not known: role ${role} may not see it. Nothing waits for max-replica-lag.`,
        { remedy: `Run: grant pg_monitor to ${pg.escapeIdentifier(role)}` },
      ),
    ];
  }

  /** Says how far a standby is behind, where that is too far; else null. */
  async whyToWait(): Promise<string | null> {
    if (this.#limitMs === null) return null;
    const lagMs = await this.#lag.measureMs();
    if (lagMs === null || lagMs <= this.#limitMs) return null;
    return `a standby was ${formatSeconds(lagMs / 1000)} behind`;
  }

  /**
   * Waits until the standbys follow closely enough. Says what was waited for where the
   * window has no time left before they do.
   */
  async untilReplicasFollow(
    run: Run,
    onWait: () => void = () => {},
  ): Promise<string | null> {
    for (;;) {
      const reason = await this.whyToWait();
      if (reason === null) return null;
      onWait();
      if (run.window.timeLeftMs() === 0) return reason;
      await delay(pollMs, undefined, { signal: run.signal });
    }
  }
}
