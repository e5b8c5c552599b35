import { availableParallelism } from 'node:os';
import type { Target } from '../../core/task.ts';
import type { Decoding } from './decode-for-proof.ts';
import type { Evidence } from './evidence.ts';
import type { BackupInputs } from './inputs.ts';
import { nameOfPlace } from './place.ts';
import type { ScratchServer } from './restore/scratch-cluster.ts';
import {
  findWorkDirectory,
  makeScratchDirectory,
  type ScratchDirectory,
} from './restore/scratch-directory.ts';
import type { BackupSource } from './source/source.ts';

/** The backups, and all that the phases of one test share and find out. */
export class RestoreTarget implements Target {
  readonly name: string;
  readonly place: string;
  /** The backups are read request by request: there is no line that could be lost. */
  readonly lost = new AbortController().signal;
  readonly inputs: BackupInputs;
  readonly source: BackupSource;
  readonly jobs: number;
  readonly evidence: Evidence = {};
  /** Aborted once the archive is known to be damaged: pg_restore may never end on it. */
  readonly damaged = new AbortController();
  /** Under way from the moment at which there is something to decode. */
  decoding?: Decoding;
  server?: ScratchServer;
  readonly #resources = new AsyncDisposableStack();
  readonly #ending = new AbortController();
  #scratch: Promise<ScratchDirectory> | null = null;

  constructor(inputs: BackupInputs, source: BackupSource) {
    this.inputs = inputs;
    this.source = this.#resources.use(source);
    this.name = inputs['expect-database'] ?? nameOfPlace(inputs.source);
    this.place = source.place;
    this.jobs = inputs.jobs ?? availableParallelism();
  }

  /** Aborted when the test is over, whatever is still under way. */
  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  /** Nothing that others use is changed, so nobody has to be kept away. */
  async lock(): Promise<void> {}

  /** The directory of this test, which is gone in the end with all that is in it. */
  scratch(): Promise<ScratchDirectory> {
    this.#scratch ??= this.#makeScratch();
    return this.#scratch;
  }

  async #makeScratch(): Promise<ScratchDirectory> {
    const parent = await findWorkDirectory(this.inputs['work-directory']);
    const directory = await makeScratchDirectory(parent);
    return this.own(directory);
  }

  /** Lets go of something at the end of the run, before what was there earlier. */
  own<Resource extends AsyncDisposable>(resource: Resource): Resource {
    return this.#resources.use(resource);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#resources.disposeAsync();
  }
}
