import type { DependencyFinding } from '../../core/finding.ts';
import type { Excused, Judged } from './excuse.ts';
import type { NotMeasured } from './failed-sources.ts';
import type { SinceLastTime } from './memory.ts';
import type { OutdatedRow } from './outdated/outdated.ts';

/** What of an ecosystem was looked at. */
export interface Counted {
  readonly ecosystem: string;
  readonly files: number;
  readonly packages: number;
}

/** What a run has found out; what is missing, it never got to. */
export interface Evidence {
  counted?: readonly Counted[];
  /** All that counts, the gravest first. */
  findings?: readonly DependencyFinding[];
  excused?: readonly Excused[];
  unusedExceptions?: Judged['unused'];
  outdated?: readonly OutdatedRow[];
  indirect?: number;
  since?: SinceLastTime;
  notMeasured?: readonly NotMeasured[];
  /** How many advisories were looked through or fetched. */
  advisories?: number;
  requests?: number;
  /** What a required source did not tell, and why: then nothing is proven. */
  unproven?: string;
  /** Of a delta run: how many advisories changed, and since when. */
  delta?: { readonly changed: number; readonly since: string };
}
