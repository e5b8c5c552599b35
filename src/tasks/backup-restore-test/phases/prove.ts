import type { Run } from '../../../core/run.ts';
import type { Applied } from '../../../core/step.ts';
import type { TocEntry } from '../../../pg-dump/archive.ts';
import type { BlockDigest } from '../../../pg-dump/decode-archive.ts';
import { decodeFile } from '../decode-file.ts';
import { prove as proveDatabase } from '../proof/proof.ts';
import { OffsetSampler } from '../proof/time-zone.ts';
import type { RestoreTarget } from '../target.ts';

/** Compares the restored database with the archive. */
export async function prove(target: RestoreTarget, run: Run): Promise<Applied> {
  const { evidence, inputs, server, jobs } = target;
  const { archive, restored, decoded, file } = evidence;
  if (!archive || !restored || !decoded || !file || !server) {
    throw new Error('Nothing to compare.');
  }
  const { signal } = run;
  evidence.proof = await proveDatabase({
    archive,
    digests: decoded.digests,
    offsets: decoded.offsets,
    connect: () => server.connect(restored.database),
    parallel: jobs,
    signal,
    depth: inputs.depth === 'schema' ? 'schema' : 'full',
    checks: inputs.checks ?? [],
    maxAgeMs: inputs['max-age'],
    async sampleOffsets(entries) {
      const sampler = new OffsetSampler();
      const wanted = idsOf(entries);
      await decodeFile(archive, file, {
        signal,
        onText: (entry, text) => {
          if (wanted.has(entry.id)) sampler.add(text);
        },
      });
      return sampler.samples;
    },
    async rehash(entries): Promise<readonly BlockDigest[]> {
      const wanted = idsOf(entries);
      const wantsRowHash = ({ id }: TocEntry) => wanted.has(id);
      const again = await decodeFile(archive, file, { signal, wantsRowHash });
      return again.digests.filter(({ entry }) => wanted.has(entry.id));
    },
  });
  const { findings, rows, tablesProven } = evidence.proof;
  return { status: 'done', metrics: { rows, tablesProven }, findings };
}

function idsOf(entries: readonly TocEntry[]): Set<number> {
  return new Set(entries.map(({ id }) => id));
}
