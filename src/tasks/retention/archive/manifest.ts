import { z } from 'zod';

const manifest = z.object({
  schema: z.literal(1),
  /** The object with the rows: the text format of COPY, compressed by gzip. */
  object: z.string(),
  table: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  /** The rows are older than that. */
  cutoff: z.string(),
  where: z.string().nullable(),
  rows: z.int().nonnegative(),
  /** Of the text before it was compressed, in hexadecimal. */
  sha256: z.string(),
  textBytes: z.int().nonnegative(),
  objectBytes: z.int().nonnegative(),
  /** The least and the greatest time in the column of the policy. */
  first: z.string().nullable(),
  last: z.string().nullable(),
  exportedAt: z.string(),
  run: z.string(),
});

/** What an object of the archive has in it. It is written once the rows are deleted. */
export type Manifest = z.infer<typeof manifest>;

const note = z.object({
  schema: z.literal(1),
  table: z.string(),
  /** All objects that belong to it begin so. */
  keyPrefix: z.string(),
  /** The transaction that deletes the rows; null before it has begun. */
  transaction: z.string().nullable(),
  manifests: z.array(manifest),
});

/** What a run has begun to archive, so that the next one can tell what became of it. */
export type Note = z.infer<typeof note>;

/** Reads a note. Throws what zod throws. */
export function readNote(text: string): Note {
  return note.parse(JSON.parse(text));
}
