import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Finding, finding } from '../../core/finding.ts';
import type { Run } from '../../core/run.ts';
import { formatSeconds } from '../../core/units.ts';
import type { Database } from '../../postgres/database.ts';
import { ReplicaLag } from '../../postgres/replicas.ts';
import type { VacuumInputs } from './inputs.ts';

/** As autovacuum does by default: after each 200 points of cost it sleeps so long. */
const gentleDelay = '2ms';

const pollMs = 1000;

type ThrottleInputs = Pick<VacuumInputs, 'throttle' | 'max-replica-lag'>;

/**
 * Keeps the run from getting in the way of others. One for all steps of a run, so that
 * what one step met makes the later ones gentler.
 */
export class Throttle {
  readonly #inputs: ThrottleInputs;
  readonly #database: Database;
  readonly #lag: ReplicaLag;
  #strained = false;

  constructor(inputs: ThrottleInputs, database: Database) {
    this.#inputs = inputs;
    this.#database = database;
    this.#lag = new ReplicaLag(database);
  }

  /** Says so where the standbys are to be followed, and our role may not look at them. */
  async findings(): Promise<Finding[]> {
    const limitMs = this.#inputs['max-replica-lag'];
    if (limitMs === null || (await this.#lag.measureMs()) !== null) return [];
    return [
      finding(
        'not-checked',
        'replica lag',
        `How far the standbys are behind is not known: role ${this.#database.server.role} may not see it. Nothing waits for max-replica-lag.`,
        {
          remedy: `Run: grant pg_monitor to ${pg.escapeIdentifier(this.#database.server.role)}`,
        },
      ),
    ];
  }

  /** The settings under which the next command is to run. */
  get settings(): Readonly<Record<string, string>> {
    const { throttle } = this.#inputs;
    const isGentle = throttle === 'gentle' || (throttle === 'adaptive' && this.#strained);
    return isGentle ? { vacuum_cost_delay: gentleDelay } : {};
  }

  /**
   * Waits until the standbys follow closely enough. Says what was waited for where the
   * window has no time left before they do.
   */
  async untilReplicasFollow(run: Run): Promise<string | null> {
    for (;;) {
      const reason = await this.#lagTooGreat();
      if (reason === null) return null;
      this.#strained = true;
      if (run.window.timeLeftMs() === 0) return reason;
      await delay(pollMs, undefined, { signal: run.signal });
    }
  }

  /** Why what runs now should give way: standbys that lag, or somebody behind our lock. */
  async whyToGiveWay(pid: number): Promise<string | null> {
    if (this.#inputs.throttle !== 'adaptive') return null;
    const reason = (await this.#lagTooGreat()) ?? (await this.#waiter(pid));
    if (reason !== null) this.#strained = true;
    return reason;
  }

  async #lagTooGreat(): Promise<string | null> {
    const limitMs = this.#inputs['max-replica-lag'];
    if (limitMs === null) return null;
    const lagMs = await this.#lag.measureMs();
    if (lagMs === null || lagMs <= limitMs) return null;
    return `a standby was ${formatSeconds(lagMs / 1000)} behind`;
  }

  async #waiter(pid: number): Promise<string | null> {
    const [waiter] = await this.#database.query<{ pid: number; application: string }>(
      `\
select pid, application_name as application from pg_stat_activity
where wait_event_type = 'Lock' and $1 = any(pg_blocking_pids(pid)) limit 1`,
      [pid],
    );
    if (!waiter) return null;
    return `pid ${waiter.pid} (${waiter.application || 'unknown application'}) waited for its lock`;
  }
}
