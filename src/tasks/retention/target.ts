import type { Run } from '../../core/run.ts';
import type { Database } from '../../postgres/database.ts';
import { DatabaseTarget } from '../../postgres/database-target.ts';
import { openDatabase } from '../../postgres/open-database.ts';
import { ReplicaGate } from '../../postgres/replica-gate.ts';
import { WalMeter } from '../../postgres/wal-meter.ts';
import type { ObjectStore } from '../../s3/object-store.ts';
import { s3Secrets } from '../../s3/s3-secrets.ts';
import { type Cursors, readCursors } from './cursors.ts';
import type { RetentionInputs } from './inputs.ts';

/** A database, and what all steps of a run on it share. */
export class RetentionTarget extends DatabaseTarget {
  readonly inputs: RetentionInputs;
  readonly replicas: ReplicaGate;
  readonly wal: WalMeter;
  readonly cursors: Cursors;
  #consignments = 0;
  readonly #stores = new Map<string, Promise<ObjectStore>>();

  private constructor(database: Database, inputs: RetentionInputs, cursors: Cursors) {
    super(database);
    this.inputs = inputs;
    this.replicas = new ReplicaGate(database, inputs['max-replica-lag']);
    this.wal = new WalMeter(database);
    this.cursors = cursors;
  }

  static async open(inputs: RetentionInputs, run: Run): Promise<RetentionTarget> {
    if (inputs.policies.some(({ archive }) => archive !== null)) {
      for (const secret of s3Secrets(process.env)) run.keepSecret(secret);
    }
    const database = await openDatabase(inputs, run);
    return new RetentionTarget(database, inputs, readCursors(run.history.kept));
  }

  /** The budget for WAL, once the run has spent it; null before, and where there is none. */
  async spentWalBudgetBytes(): Promise<number | null> {
    const budgetBytes = this.inputs['wal-budget'];
    if (budgetBytes === null) return null;
    return (await this.wal.spentBytes()) >= budgetBytes ? budgetBytes : null;
  }

  /** The store of a bucket. The client of S3 is loaded only where something is archived. */
  store(bucket: string): Promise<ObjectStore> {
    const known = this.#stores.get(bucket);
    if (known) return known;
    const opened = import('../../s3/object-store.ts').then(({ ObjectStore }) =>
      ObjectStore.open({
        bucket,
        endpointUrl: this.inputs['endpoint-url'],
        region: this.inputs.region,
      }),
    );
    this.#stores.set(bucket, opened);
    return opened;
  }

  /** Consignments to an archive are numbered through a run. */
  nextConsignment(): number {
    return ++this.#consignments;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#stores.values()) {
      // One that could not even be opened was said to be so when it was needed.
      await (await store.catch(() => null))?.[Symbol.asyncDispose]();
    }
    await super[Symbol.asyncDispose]();
  }
}
