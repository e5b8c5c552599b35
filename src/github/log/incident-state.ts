import { z } from 'zod';
import { isAtOrAbove } from '../../core/finding.ts';
import type { FailOn } from '../../core/outcome.ts';
import type { Result } from '../../core/result-schema.ts';
import { firstThatFit, shorten } from './fit.ts';
import { hide } from './marker.ts';

/** What no longer fits is one subject, that only a run that succeeds can close. */
const maxCharacters = 25_000;

const kinds = ['step', 'finding', 'blocked', 'failed', 'more'] as const;

const subject = z.object({
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

/** What is hidden in the body of an incident. */
export const incidentState = z.object({
  task: z.string(),
  target: z.string(),
  subjects: z.array(subject),
});

export type IncidentState = z.infer<typeof incidentState>;
export type Subject = z.infer<typeof subject>;

/** What has become of the subjects of an incident in a run. */
export interface Change {
  /** Those that are open now, the oldest first. */
  readonly subjects: Subject[];
  readonly added: readonly Subject[];
  readonly closed: readonly Subject[];
}

/** Brings the subjects of an incident up to date with a run. */
export function changeOf(
  before: readonly Subject[],
  result: Result,
  failOn: FailOn,
): Change {
  const seen = new Map(subjectsOf(result, failOn).map((one) => [keyOf(one), one]));
  const closed = before.filter((one) => !seen.has(keyOf(one)) && isClosedBy(one, result));
  const left = before
    .filter((one) => !closed.includes(one))
    .map((one) => {
      const again = seen.get(keyOf(one));
      return again ? { ...again, since: one.since, runs: one.runs + 1 } : one;
    });
  const known = new Set(before.map(keyOf));
  const added = [...seen.values()].filter((one) => !known.has(keyOf(one)));
  return { subjects: bounded([...left, ...added]), added, closed };
}

/** Subjects of several incidents, each once. */
export function together(subjects: readonly Subject[]): Subject[] {
  return [
    ...new Map(subjects.toReversed().map((one) => [keyOf(one), one])).values(),
  ].reverse();
}

/** What of a run needs a person. */
function subjectsOf(result: Result, failOn: FailOn): Subject[] {
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
function isClosedBy({ kind, name }: Subject, result: Result): boolean {
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

function bounded(subjects: Subject[]): Subject[] {
  const lengthOf = (one: Subject) => hide('incident', one).length;
  const fitting = firstThatFit(subjects, lengthOf, maxCharacters);
  const [first] = subjects.slice(fitting.length);
  if (!first) return subjects;
  const named = fitting.filter(({ kind }) => kind !== 'more');
  const detail = 'More subjects than can be listed: see the summary of the run.';
  return [...named, { ...first, kind: 'more', name: 'and more', detail }];
}

function keyOf({ kind, name }: Subject): string {
  return `${kind} ${name}`;
}
