import { join } from 'node:path';
import { finding } from '../../../core/finding.ts';
import type { Run } from '../../../core/run.ts';
import type { Applied } from '../../../core/step.ts';
import { formatBytes } from '../../../core/units.ts';
import { ChecksumMismatch, startDownload } from '../../../s3/download.ts';
import { decodeForProof } from '../decode-for-proof.ts';
import { S3Source } from '../source/s3-source.ts';
import type { RestoreTarget } from '../target.ts';

/** Fetches the chosen backup into the directory of the test, and decodes it on the way. */
export async function download(target: RestoreTarget, run: Run): Promise<Applied> {
  const { evidence, source } = target;
  const { backup } = evidence;
  if (!backup || !(source instanceof S3Source)) throw new Error('Nothing to download.');
  const { store } = source;
  const scratch = await target.scratch();
  const file = join(scratch.path, 'backup');
  const state = await store.head(backup.key, { signal: run.signal });
  if (backup.etag !== null && state.etag !== null && state.etag !== backup.etag) {
    throw new Error(
      `${backup.key} has been replaced since the series was looked at. Run again when nobody uploads to it.`,
    );
  }
  const started = startDownload(store, state, file, {
    signal: run.signal,
    onProgress: progressTo(run, state.sizeBytes),
  });
  if (evidence.archive && !target.inputs.decrypt) {
    const { reached } = started;
    // It goes on beyond this phase, and no longer than the test.
    const signal = target.ended;
    target.decoding = decodeForProof(evidence.archive, file, { signal, reached });
    // Whoever decodes hears of it; before that, the download may fail on its own.
    target.decoding.catch(() => {});
  }
  try {
    evidence.downloaded = await started.finished;
  } catch (error) {
    if (!(error instanceof ChecksumMismatch)) throw error;
    evidence.obstacle = 'its bytes are not those that the store was given';
    return {
      status: 'done',
      findings: [finding('checksum-mismatch', backup.key, error.message)],
    };
  }
  evidence.file = file;
  const { sizeBytes, proof } = evidence.downloaded;
  return {
    status: 'done',
    metrics: { bytes: sizeBytes },
    findings: proof === 'none' ? [withoutChecksum(target, backup.key)] : [],
  };
}

function withoutChecksum({ evidence }: RestoreTarget, key: string) {
  const codec = evidence.archive?.header.codec;
  const own =
    codec === 'gzip'
      ? 'The archive is compressed by gzip, which has a checksum of its own for each table.'
      : 'Nor has the archive one: a bit that has turned over in it may show nowhere.';
  const message = `The store keeps no checksum of ${key} that its bytes could be held against. ${own}`;
  return finding('checksum-absent', key, message, {
    severity: codec === 'gzip' ? 'info' : 'medium',
  });
}

/** Says each tenth of the way in the job log. */
function progressTo(run: Run, sizeBytes: number): (bytes: number) => void {
  let told = 0;
  return (bytes) => {
    const tenths = Math.floor((bytes / Math.max(1, sizeBytes)) * 10);
    if (tenths <= told || tenths >= 10) return;
    told = tenths;
    run.log.info(`download: ${formatBytes(bytes)} of ${formatBytes(sizeBytes)}`);
  };
}
