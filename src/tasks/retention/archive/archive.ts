import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { ObjectStore } from '../../../s3/object-store.ts';
import { formatS3Url } from '../../../s3/s3-url.ts';
import type { Exported } from './export.ts';
import type { Manifest, Note } from './manifest.ts';
import { folderOf, notesPrefix } from './places.ts';

/** A column that is exported. */
export interface Column {
  readonly name: string;
  /** As the server quotes it. */
  readonly id: string;
  readonly type: string;
}

/** What is archived, and where. */
export interface ArchivePlace {
  readonly store: ObjectStore;
  readonly prefix: string;
  /** Schema and name of the table as the server quotes them. */
  readonly table: string;
  readonly columns: readonly Column[];
  /** The column of the policy. */
  readonly timeColumn: string;
  readonly cutoff: string;
  readonly where: string | null;
  /** Identifies the run: no two may write the same object. */
  readonly run: string;
  readonly signal: AbortSignal;
}

/** What of a row is exported, in SQL: what identifies its version, then its columns. */
export function exportedColumns(
  { columns }: Pick<ArchivePlace, 'columns'>,
  timeColumn: string,
): string {
  return ['ctid', 'xmin', timeColumn, ...columns.map(({ id }) => id)].join(', ');
}

/** The rows of a batch are held in memory: as text, compressed, and read back. */
export const mostBatchBytes = 32 * 1024 ** 2;

/** The store gave back something else than was written. */
export class NotTheSame extends Error {}

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
  readonly #noteKey: string;
  readonly #manifests: Manifest[] = [];

  private constructor(place: ArchivePlace, number: number) {
    const name = `${place.cutoff.slice(0, 10)}-${place.run}-${String(number).padStart(6, '0')}`;
    this.#place = place;
    this.#keyPrefix = `${folderOf(place)}${name}-`;
    this.#noteKey = `${notesPrefix(place)}${name}.json`;
  }

  static async begin(place: ArchivePlace, number: number): Promise<Consignment> {
    const begun = new Consignment(place, number);
    await begun.#writeNote(null, true);
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

  /** Notes the transaction that is about to delete the rows. */
  noteTransaction(transaction: string): Promise<void> {
    return this.#writeNote(transaction, false);
  }

  /** The rows are deleted: the objects are the only place where they are. */
  async settle(): Promise<void> {
    await settleNote(this.#place.store, this.#noteKey, this.#note(null));
  }

  /** The rows are still there: takes back what was written, as far as that is possible. */
  async discard(): Promise<void> {
    const signal = AbortSignal.timeout(cleanUpMs);
    await discardNote(this.#place.store, this.#noteKey, this.#keyPrefix, signal);
  }

  #note(transaction: string | null): Note {
    const { table } = this.#place;
    const [keyPrefix, manifests] = [this.#keyPrefix, this.#manifests];
    return { schema: 1, table, keyPrefix, transaction, manifests };
  }

  async #writeNote(transaction: string | null, isNew: boolean): Promise<void> {
    const { store, signal } = this.#place;
    await store.put(this.#noteKey, json(this.#note(transaction)), {
      contentType: 'application/json',
      onlyIfAbsent: isNew,
      signal,
    });
  }
}

/** Writes the manifests that a note has, then removes the note. */
export async function settleNote(
  store: ObjectStore,
  noteKey: string,
  note: Note,
): Promise<void> {
  for (const manifest of note.manifests) {
    const key = `${manifest.object.replace(/\.copy\.gz$/, '')}.manifest.json`;
    await store.put(key, json(manifest), { contentType: 'application/json' });
  }
  await store.delete(noteKey);
}

/** Removes the objects of a note, then the note. */
export async function discardNote(
  store: ObjectStore,
  noteKey: string,
  keyPrefix: string,
  signal?: AbortSignal,
): Promise<void> {
  for (const { key } of await store.list(keyPrefix, { signal })) {
    await store.delete(key, { signal });
  }
  await store.delete(noteKey, { signal });
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

function sha256Of(text: Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

function countLines(text: Uint8Array): number {
  let lines = 0;
  for (const byte of text) if (byte === 0x0a) lines++;
  return lines;
}
