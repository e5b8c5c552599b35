import type { Finding } from '../../core/finding.ts';
import type { Run } from '../../core/run.ts';
import type { Database } from '../../postgres/database.ts';
import { ReplicaGate } from '../../postgres/replica-gate.ts';
import { waiterOn } from '../../postgres/waiters.ts';
import type { VacuumInputs } from './inputs.ts';

/** As autovacuum does by default: after each 200 points of cost it sleeps so long. */
const gentleDelay = '2ms';

type ThrottleInputs = Pick<VacuumInputs, 'throttle' | 'max-replica-lag'>;

/**
 * Keeps the run from getting in the way of others. One for all steps of a run, so that
 * what one step met makes the later ones gentler.
 */
export class Throttle {
  readonly #throttle: ThrottleInputs['throttle'];
  readonly #database: Database;
  readonly #gate: ReplicaGate;
  #strained = false;

  constructor(inputs: ThrottleInputs, database: Database) {
    this.#throttle = inputs.throttle;
    this.#database = database;
    this.#gate = new ReplicaGate(database, inputs['max-replica-lag']);
  }

  /** Says so where the standbys are to be followed, and our role may not look at them. */
  findings(): Promise<Finding[]> {
    return this.#gate.findings();
  }

  /** The settings under which the next command is to run. */
  get settings(): Readonly<Record<string, string>> {
    const isGentle =
      this.#throttle === 'gentle' || (this.#throttle === 'adaptive' && this.#strained);
    return isGentle ? { vacuum_cost_delay: gentleDelay } : {};
  }

  /**
   * Waits until the standbys follow closely enough. Says what was waited for where the
   * window has no time left before they do.
   */
  untilReplicasFollow(run: Run): Promise<string | null> {
    return this.#gate.untilReplicasFollow(run, () => {
      this.#strained = true;
    });
  }

  /** Why what runs now should give way: standbys that lag, or somebody behind our lock. */
  async whyToGiveWay(pid: number): Promise<string | null> {
    if (this.#throttle !== 'adaptive') return null;
    const reason =
      (await this.#gate.whyToWait()) ?? (await waiterOn(this.#database, pid));
    if (reason !== null) this.#strained = true;
    return reason;
  }
}
