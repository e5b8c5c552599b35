import type { Run } from '../../core/run.ts';
import type { Database } from '../../postgres/database.ts';
import { DatabaseTarget } from '../../postgres/database-target.ts';
import { openDatabase } from '../../postgres/open-database.ts';
import { ReplicaGate } from '../../postgres/replica-gate.ts';
import { WalMeter } from '../../postgres/wal-meter.ts';
import { DiskSpace } from './disk-space.ts';
import type { ReindexInputs } from './inputs.ts';
import { fitted, type Memory, readMemory } from './memory.ts';
import { findPageFunctions, type PageFunctions } from './page-functions.ts';

/** A database, and what all steps of a run on it share. */
export class ReindexTarget extends DatabaseTarget {
  readonly inputs: ReindexInputs;
  readonly functions: PageFunctions;
  readonly replicas: ReplicaGate;
  readonly wal: WalMeter;
  readonly disk: DiskSpace;
  /** Bytes that the rebuilds at work may still write, by tablespace. */
  readonly claimedBytes = new Map<number, number>();
  /** Those that were waited for in vain already. */
  readonly waitedFor = new Set<string>();
  #memory: Memory;

  private constructor(
    database: Database,
    inputs: ReindexInputs,
    functions: PageFunctions,
    disk: DiskSpace,
    memory: Memory,
  ) {
    super(database);
    this.inputs = inputs;
    this.functions = functions;
    this.replicas = new ReplicaGate(database, inputs['max-replica-lag']);
    this.wal = new WalMeter(database);
    this.disk = disk;
    this.#memory = memory;
  }

  /** Connects, and finds out what there is to work with. */
  static async open(inputs: ReindexInputs, run: Run): Promise<ReindexTarget> {
    const database = await openDatabase(inputs, run);
    const functions = await findPageFunctions(database);
    const disk = await DiskSpace.find(database);
    const memory = readMemory(run.history.kept);
    return new ReindexTarget(database, inputs, functions, disk, memory);
  }

  /** What earlier runs have kept, or this one by now. */
  get memory(): Memory {
    return this.#memory;
  }

  /** Keeps something for `post` and later runs. A dry run keeps nothing. */
  remember(changes: Partial<Memory>, run: Run): void {
    this.#memory = { ...this.#memory, ...changes };
    if (!run.dryRun) run.keep(fitted(this.#memory));
  }
}
