import { z } from 'zod';
import { isAtOrAbove } from '../../core/finding.ts';
import type { FailOn } from '../../core/outcome.ts';
import type { Result } from '../../core/result-schema.ts';
import { shorten } from './fit.ts';

const kinds = ['step', 'finding', 'blocked', 'failed', 'more'] as const;

/** Something that needs a person, until a later run shows that it is over. */
export const subject = z.object({
  kind: z.enum(kinds),
  /** The id of a step, the code and subject of a finding, or a reason. */
  name: z.string(),
  detail: z.string(),
  /** When it was seen first, and last. */
  since: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  url: z.string().nullable(),
  runs: z.int(),
});

export type Subject = z.infer<typeof subject>;

/** What two subjects have in common that are the same. */
export function keyOf({ kind, name }: Subject): string {
  return `${kind} ${name}`;
}

/** What of a run needs a person. */
export function subjectsOf(result: Result, failOn: FailOn): Subject[] {
  const { outcome, reason, message, steps, findings, startedAt, run } = result;
  const make = (kind: Subject['kind'], name: string, detail: string): Subject => ({
    ...{ kind, name: shorten(name, 200), detail: shorten(detail, 300) },
    ...{ since: startedAt, lastSeen: startedAt, url: run.url, runs: 1 },
  });
  if (outcome === 'blocked') return [make('blocked', reason, message)];
  if (outcome !== 'failed' && outcome !== 'attention') return [];
  return [
    ...(hasItselfFailed(result) ? [make('failed', reason, message)] : []),
    ...steps
      .filter(({ status }) => status === 'failed')
      .map(({ id, error }) => make('step', id, error ?? '')),
    ...findings
      .filter(({ severity }) => isAtOrAbove(severity, failOn))
      .map((one) => make('finding', `${one.code}: ${one.subject}`, one.message)),
  ];
}

/** Whether a later run shows that a subject is over. */
export function isClosedBy({ kind, name }: Subject, result: Result): boolean {
  const { outcome, steps, findings } = result;
  const isGood = outcome === 'succeeded' || outcome === 'nothing-to-do';
  const hasStep = ({ id }: { id: string }) => shorten(id, 200) === name;
  switch (kind) {
    case 'step': {
      const step = steps.find(hasStep);
      return step ? step.status === 'done' : isGood;
    }
    case 'finding':
      return (
        madeItsChecks(result) &&
        !findings.some((one) => shorten(`${one.code}: ${one.subject}`, 200) === name)
      );
    case 'blocked':
      return outcome !== 'blocked';
    case 'failed':
      return madeItsChecks(result);
    case 'more':
      return isGood;
  }
}

/** A run that failed as a whole, not by a step, has not looked at everything. */
function madeItsChecks(result: Result): boolean {
  return result.outcome !== 'blocked' && !hasItselfFailed(result);
}

function hasItselfFailed({ outcome, reason }: Result): boolean {
  return outcome === 'failed' && reason !== 'step-failed';
}
