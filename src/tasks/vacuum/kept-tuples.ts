import type { StepResult } from '../../core/result-schema.ts';

/**
 * How many dead tuples are still there after a vacuum because somebody may still need
 * them; 0 where they are no more than may have died since.
 */
export function keptDeadTuples({ status, command, before, after }: StepResult): number {
  if (status !== 'done' || !command.startsWith('VACUUM')) return 0;
  const [died, kept] = [Number(before?.['deadTuples']), Number(after?.['deadTuples'])];
  return kept >= Math.max(50, died * 0.1) ? kept : 0;
}
