/** What the bloat of an index is judged by, from the cheapest on. */
export type EvidenceKind = 'estimate' | 'baseline' | 'sample' | 'exact';

/** What is known of the bloat of an index, and how sure that is. */
export interface Evidence {
  readonly kind: EvidenceKind;
  /** The share of its file that a rebuild would win back, 0–1. */
  readonly bloat: number;
  /** The truth lies within so much of it, as a rule: 0.02 is two points. */
  readonly margin: number;
  /** What was looked at, for people. */
  readonly detail: string;
}

/** Whether pages of the index have shown it. */
export function isMeasured(kind: EvidenceKind): boolean {
  return kind === 'sample' || kind === 'exact';
}

/** Whether the evidence is enough to rebuild: what no page shows must be beyond its error. */
export function confirms({ kind, bloat, margin }: Evidence, minBloat: number): boolean {
  return (isMeasured(kind) ? bloat : bloat - margin) >= minBloat;
}

/** Whether nothing more has to be read to know on which side of the threshold it lies. */
export function isDecisive({ bloat, margin }: Evidence, minBloat: number): boolean {
  return Math.abs(bloat - minBloat) > margin;
}

/** Keeps a share within its bounds: a denser index than a build would make has no bloat. */
export function asBloat(share: number): number {
  return Math.min(1, Math.max(0, share));
}
