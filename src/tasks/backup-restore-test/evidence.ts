import type { Archive } from '../../pg-dump/archive.ts';
import type { Downloaded } from '../../s3/download.ts';
import type { DecodedForProof } from './decode-for-proof.ts';
import type { Proof } from './proof/proof.ts';
import type { Installation } from './restore/programs.ts';
import type { Restored } from './restore/restore.ts';
import type { SeriesAudit } from './series/audit.ts';
import type { Probed } from './series/probed.ts';
import type { Backup } from './source/source.ts';

/** What a test has found out so far; each phase adds its part. */
export interface Evidence {
  audit?: SeriesAudit;
  /** The one that is tested. */
  backup?: Backup;
  /** What its first and last bytes told. */
  probed?: Probed;
  archive?: Archive;
  /** The archive as a file, once it is all there and can be read. */
  file?: string;
  installation?: Installation;
  predicted?: { readonly databaseBytes: number; readonly peakBytes: number };
  downloaded?: Downloaded;
  decryptSeconds?: number;
  /** What the archive itself says of its data. */
  decoded?: DecodedForProof;
  detectors?: { readonly rejected: number; readonly of: number };
  restored?: Restored & { readonly seconds: number };
  /** Of the data directory of the server. */
  diskBytes?: number;
  databaseBytes?: number;
  proof?: Proof;
  /** Why the phases after it make no sense any more. */
  obstacle?: string;
}
