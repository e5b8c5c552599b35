import type {
  Backup,
  BackupSource,
} from '../../../../src/tasks/backup-restore-test/source/source.ts';

export interface SeenRead {
  readonly key: string;
  readonly offset: number;
  readonly length: number;
}

/** Backups in memory, that counts what is read of them. */
export class MemorySource implements BackupSource {
  readonly place = 's3://backups/postgres/';
  readonly reads: SeenRead[] = [];
  mostAtOnce = 0;
  #atOnce = 0;
  readonly #files: Readonly<Record<string, Uint8Array>>;
  readonly #refused: string | undefined;

  /** @param refused the key that may not be read */
  constructor(files: Readonly<Record<string, Uint8Array>>, refused?: string) {
    this.#files = files;
    this.#refused = refused;
  }

  async list(): Promise<Backup[]> {
    return Object.keys(this.#files).map((key) => this.backup(key));
  }

  backup(key: string): Backup {
    const [, day = '01'] = /(\d\d)\.\w+$/.exec(key) ?? [];
    return {
      key,
      sizeBytes: this.#bytes(key).length,
      modifiedAt: new Date(`2026-11-${day}T03:00:00Z`),
      etag: null,
    };
  }

  bytes({ key, sizeBytes }: Backup) {
    return {
      sizeBytes,
      read: async (offset: number, length: number, signal: AbortSignal) => {
        signal.throwIfAborted();
        this.reads.push({ key, offset, length });
        this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
        await new Promise(setImmediate);
        this.#atOnce--;
        if (key === this.#refused) throw new Error(`${key} may not be read`);
        return this.#bytes(key).subarray(offset, offset + length);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #bytes(key: string): Uint8Array {
    return this.#files[key] ?? new Uint8Array();
  }
}
