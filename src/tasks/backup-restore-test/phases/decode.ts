import { unlessAborted } from '../../../core/cancellation.ts';
import type { Run } from '../../../core/run.ts';
import type { Applied } from '../../../core/step.ts';
import { makeMutants, survivorsOf } from '../../../pg-dump/mutants.ts';
import { ArchiveFile } from '../archive-file.ts';
import { archiveFinding } from '../archive-finding.ts';
import type { Decoded } from '../decode-file.ts';
import { decodeForProof } from '../decode-for-proof.ts';
import type { RestoreTarget } from '../target.ts';

/** Decodes the archive to its last block, and makes sure that the decoder would see faults. */
export async function decode(target: RestoreTarget, run: Run): Promise<Applied> {
  const { evidence } = target;
  const { backup, archive, file } = evidence;
  if (!backup || !archive || !file) throw new Error('There is no archive to decode.');
  const decoding =
    target.decoding ?? decodeForProof(archive, file, { signal: run.signal });
  const { fault, ...decoded } = await unlessAborted(decoding, run.signal);
  const metrics = {
    seconds: decoded.seconds,
    textBytes: decoded.textBytes,
    rows: decoded.rows,
  };
  if (fault) {
    const found = archiveFinding(fault, backup.key);
    if (!found) throw fault;
    evidence.detectors = await tryDetectors(target, decoded, run);
    // What stands behind the end takes nothing away from what stands before it.
    if (found.code === 'archive-trailing-data') {
      evidence.decoded = decoded;
    } else {
      evidence.obstacle = `the archive is damaged (${found.code})`;
      target.damaged.abort();
    }
    return { status: 'done', metrics, findings: [found] };
  }
  evidence.decoded = decoded;
  evidence.detectors = await tryDetectors(target, decoded, run);
  return { status: 'done', metrics };
}

/** A decoder that lets everything pass would find every backup whole. */
async function tryDetectors(
  { evidence }: RestoreTarget,
  { digests }: Decoded,
  { signal }: Run,
) {
  const { archive, file } = evidence;
  if (!archive || !file) throw new Error('There is no archive to make mutants of.');
  await using source = await ArchiveFile.open(file);
  const mutants = await makeMutants(archive, digests, source, signal);
  const survivors = await survivorsOf(mutants, signal);
  const of = mutants.length;
  if (survivors.length === 0) return { rejected: of, of };
  throw new Error(
    `The decoder took ${survivors.join(' and ')} of this archive for whole: nothing that this run says of it can be relied on. Report it, with the version of pg_dump.`,
  );
}
