import { createHash, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { messageOf } from '../../../core/message-of.ts';
import type { Session } from '../../../postgres/session.ts';
import { CommitUnknown } from '../../../postgres/session.ts';
import { formatS3Url } from '../../../s3/s3-url.ts';
import type { Exported } from './export.ts';
import type { Manifest, Note } from './manifest.ts';
import { discardNotes, json, settleNote } from './notes.ts';
import { type ArchivePlace, folderOf, pendingFolder } from './places.ts';

/**
 * The rows of a batch are held in memory: as text, compressed, and read back. What the server
 * has compressed is several times as long as text.
 */
export const mostBatchBytes = 8 * 1024 ** 2;

/** A transaction stays open while its note is written: no longer than that. */
const noteMs = 2000;
const noteTries = 3;

/** The store gave back something else than was written, or gave it too late. */
export class NotTheSame extends Error {}

/** The store took longer to take a note than a transaction may stay open. */
class NoteTooSlow extends NotTheSame {
  constructor() {
    super(
      `the store took longer than ${noteMs / 1000} s to take a note, ${noteTries} times`,
    );
  }
}

/** What is begun or undone though the run was stopped may take so long. */
const cleanUpMs = 3000;

/**
 * Rows that are archived and then deleted together. Its note is written first, then its
 * objects, then once more the note with the transaction that deletes the rows, then that is
 * committed, then the manifests are written and the note is removed. Killed at any point,
 * the note tells the next run what to look for, and the transaction what became of it.
 */
export class Consignment {
  readonly #place: ArchivePlace;
  readonly #keyPrefix: string;
  readonly #noteStem: string;
  readonly #noteKeys: string[] = [];
  readonly #manifests: Manifest[] = [];

  private constructor(place: ArchivePlace, number: number) {
    // No two may ever have the same, for what is discarded is all that begins so.
    const unique = randomUUID().slice(0, 8);
    const name = `${place.cutoff.slice(0, 10)}-${place.run}-${String(number).padStart(6, '0')}-${unique}`;
    this.#place = place;
    this.#keyPrefix = `${folderOf(place)}${name}-`;
    this.#noteStem = `${pendingFolder(place)}${name}`;
  }

  static async begin(place: ArchivePlace, number: number): Promise<Consignment> {
    const begun = new Consignment(place, number);
    await begun.#writeNote(null, place.signal);
    return begun;
  }

  get rows(): number {
    return this.#manifests.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Writes rows, reads them back, and throws `NotTheSame` where they are not the same. */
  async add({ text, places, first, last }: Exported): Promise<void> {
    const { store, table, columns, cutoff, where, run, signal } = this.#place;
    const number = String(this.#manifests.length + 1).padStart(4, '0');
    const object = `${this.#keyPrefix}${number}.copy.gz`;
    const body = await promisify(gzip)(text);
    const sha256 = sha256Of(text);
    await store.put(object, body, {
      contentType: 'application/gzip',
      onlyIfAbsent: true,
      signal,
    });
    await this.#verify(object, sha256, places.length);
    this.#manifests.push({
      schema: 1,
      object,
      table,
      columns: columns.map(({ name, type }) => ({ name, type })),
      cutoff,
      where,
      rows: places.length,
      sha256,
      textBytes: text.length,
      objectBytes: body.length,
      first,
      last,
      exportedAt: new Date().toISOString(),
      run,
    });
  }

  async #verify(object: string, sha256: string, rows: number): Promise<void> {
    const { store, signal } = this.#place;
    const read = await store.get(object, { signal });
    const where = formatS3Url(store.bucket, object);
    const text = await promisify(gunzip)(read).catch((error: Error) => {
      throw new NotTheSame(`${where} cannot be read back: ${error.message}`);
    });
    const lines = countLines(text);
    if (lines === rows && sha256Of(text) === sha256) return;
    throw new NotTheSame(
      `${where} has ${lines} rows after ${rows} were written, or their bytes differ (sha256)`,
    );
  }

  /**
   * Deletes the rows in a transaction that is noted before it locks anything. Throws
   * `CommitUnknown` where it is not known what became of it: then the next run settles it.
   *
   * @returns how long the longest transaction lasted, in seconds
   */
  async deleteWith(session: Session, work: () => Promise<void>): Promise<number> {
    let longest = 0;
    for (let tries = 1; ; tries++) {
      const begunMs = performance.now();
      try {
        await session.transaction(async () => {
          await this.#noteTransaction(session);
          await work();
        });
        return Math.max(longest, (performance.now() - begunMs) / 1000);
      } catch (error) {
        longest = Math.max(longest, (performance.now() - begunMs) / 1000);
        if (!(error instanceof NoteTooSlow) || tries >= noteTries) throw error;
      }
    }
  }

  async #noteTransaction(session: Session): Promise<void> {
    const [row] = await session.query<{ id: string }>(
      'select pg_current_xact_id()::text as id',
    );
    const { id } = row as { id: string };
    const limit = AbortSignal.timeout(noteMs);
    const signal = AbortSignal.any([this.#place.signal, limit]);
    await this.#writeNote(id, signal).catch((error) => {
      throw limit.aborted && !this.#place.signal.aborted ? new NoteTooSlow() : error;
    });
  }

  /**
   * The rows are deleted: the objects are the only place where they are. Never throws; says
   * what could not be written, which the next run does.
   */
  async settle(): Promise<string | null> {
    try {
      await settleNote(this.#place.store, this.#noteKeys, this.#note(null));
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  /**
   * The rows are still there, unless the error is that nobody knows: takes back what was
   * written, as far as that is possible.
   */
  async discardAfter(error: unknown): Promise<void> {
    if (error instanceof CommitUnknown) return;
    const signal = AbortSignal.timeout(cleanUpMs);
    const { store } = this.#place;
    await discardNotes(store, this.#noteKeys, this.#keyPrefix, signal).catch(() => {});
  }

  #note(transaction: string | null): Note {
    const { table } = this.#place;
    const [keyPrefix, manifests] = [this.#keyPrefix, this.#manifests];
    return { schema: 1, table, keyPrefix, transaction, manifests };
  }

  /**
   * Each note has a key of its own: what was given up as too slow may be written yet, and
   * must not take the place of a later one.
   */
  async #writeNote(transaction: string | null, signal: AbortSignal): Promise<void> {
    const key = `${this.#noteStem}-${transaction ?? 'begun'}.json`;
    this.#noteKeys.push(key);
    await this.#place.store.put(key, json(this.#note(transaction)), {
      contentType: 'application/json',
      signal,
    });
  }
}

function sha256Of(text: Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

function countLines(text: Uint8Array): number {
  let lines = 0;
  for (const byte of text) if (byte === 0x0a) lines++;
  return lines;
}
