import type { ObjectStore } from '../../../s3/object-store.ts';
import type { Note } from './manifest.ts';

const manifestEnd = '.manifest.json';

/** Writes the manifests that a note has, then removes all notes of its consignment. */
export async function settleNote(
  store: ObjectStore,
  noteKeys: readonly string[],
  note: Note,
): Promise<void> {
  for (const manifest of note.manifests) {
    const key = `${manifest.object.replace(/\.copy\.gz$/, '')}${manifestEnd}`;
    await store.put(key, json(manifest), { contentType: 'application/json' });
  }
  for (const key of noteKeys) await store.delete(key);
}

/**
 * Removes the objects of a consignment of which the rows are still there, then its notes.
 * Objects that have a manifest are never touched: whatever a note says that was late, they
 * are all that is left of their rows.
 */
export async function discardNotes(
  store: ObjectStore,
  noteKeys: readonly string[],
  keyPrefix: string,
  signal?: AbortSignal,
): Promise<void> {
  const objects = await store.list(keyPrefix, { signal });
  if (!objects.some(({ key }) => key.endsWith(manifestEnd))) {
    for (const { key } of objects) await store.delete(key, { signal });
  }
  for (const key of noteKeys) await store.delete(key, { signal });
}

/** What is written for people and machines. */
export function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
