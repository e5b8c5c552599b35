import { z } from 'zod';
import type { FailOn } from '../../core/outcome.ts';
import type { Result } from '../../core/result-schema.ts';
import { firstThatFit } from './fit.ts';
import { hide } from './marker.ts';
import { isClosedBy, keyOf, type Subject, subject, subjectsOf } from './subject.ts';

/** What no longer fits is one subject, that only a run that succeeds can close. */
const maxCharacters = 25_000;

/** What is hidden in the body of an incident. */
export const incidentState = z.object({
  task: z.string(),
  target: z.string(),
  subjects: z.array(subject),
});

export type IncidentState = z.infer<typeof incidentState>;

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

function bounded(subjects: Subject[]): Subject[] {
  const lengthOf = (one: Subject) => hide('incident', one).length;
  const fitting = firstThatFit(subjects, lengthOf, maxCharacters);
  const [first] = subjects.slice(fitting.length);
  if (!first) return subjects;
  const named = fitting.filter(({ kind }) => kind !== 'more');
  const detail = 'More subjects than can be listed: see the summary of the run.';
  return [...named, { ...first, kind: 'more', name: 'and more', detail }];
}
