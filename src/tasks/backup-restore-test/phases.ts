import type { Step } from '../../core/step.ts';
import type { Depth } from './inputs.ts';

/** What is done with the chosen backup, one after the other. */
export const phases = ['download', 'decrypt', 'decode', 'restore', 'prove'] as const;

export type Phase = (typeof phases)[number];

/** A phase as a step of the plan. */
export interface PhaseStep extends Step {
  readonly id: Phase;
}

/**
 * What each phase works on. The file is decoded while it is restored, and nothing else
 * runs side by side.
 */
export const locksOf: Record<Phase, readonly string[]> = {
  download: ['file', 'server'],
  decrypt: ['file', 'server'],
  decode: ['file'],
  restore: ['server'],
  prove: ['file', 'server'],
};

/** Which phases a test takes. */
export function phasesFor(
  depth: Depth,
  { isRemote, isEncrypted }: { isRemote: boolean; isEncrypted: boolean },
): Phase[] {
  if (depth === 'series') return [];
  return [
    ...(isRemote ? (['download'] as const) : []),
    ...(isEncrypted ? (['decrypt'] as const) : []),
    'decode',
    ...(depth === 'archive' ? [] : (['restore', 'prove'] as const)),
  ];
}
