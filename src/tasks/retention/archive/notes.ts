import type { ObjectStore } from '../../../s3/object-store.ts';
import type { Note } from './manifest.ts';

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

/** What is written for people and machines. */
export function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
