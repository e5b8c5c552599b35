import type { Archive } from '../../pg-dump/archive.ts';
import { type Decoded, type DecodeFileOptions, decodeFile } from './decode-file.ts';
import { wantsRowHash } from './proof/rows.ts';
import { type OffsetSample, OffsetSampler } from './proof/time-zone.ts';

/** What the archive holds, with all that the proof wants to know of it beforehand. */
export interface DecodedForProof extends Decoded {
  /** Points in time from everywhere in it: they tell the time zone of the dump. */
  readonly offsets: readonly OffsetSample[];
}

/** What decoding comes to: with the fault of the archive that ended it, if one did. */
export type Decoding = Promise<DecodedForProof & { readonly fault?: unknown }>;

/** So much of each piece is looked through for points in time. */
const sampledBytes = 2048;

/** Decodes an archive, even while it arrives, for the restored rows to be compared with. */
export async function decodeForProof(
  archive: Archive,
  file: string,
  options: Pick<DecodeFileOptions, 'signal' | 'reached'>,
): Decoding {
  const sampler = new OffsetSampler();
  const decoded = await decodeFile(archive, file, {
    ...options,
    wantsRowHash,
    onText: (_, text) => sampler.add(text.subarray(0, sampledBytes)),
  });
  return { ...decoded, offsets: sampler.samples };
}
