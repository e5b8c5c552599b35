import type { FailOn } from '../../core/outcome.ts';
import type { Result } from '../../core/result-schema.ts';
import { incidentBody, incidentComment, incidentText } from './incident-body.ts';
import {
  changeOf,
  type IncidentState,
  incidentState,
  together,
} from './incident-state.ts';
import type { Issues } from './issues.ts';
import {
  closeInFavour,
  findMarked,
  including,
  type Kind,
  type Marked,
  openMarked,
  type Place,
} from './marked-issue.ts';
import type { Subject } from './subject.ts';

const incidentKind: Kind<IncidentState> = {
  marker: 'incident',
  title: 'Maintenance failed',
  label: {
    name: 'maintenance-failed',
    color: 'd73a4a',
    description: 'A maintenance task needs a person',
  },
  parse: (hidden) => incidentState.safeParse(hidden).data ?? null,
};

type Incident = Marked<IncidentState>;

/** Opens, updates or closes the incident of a task and target, as a run ended. */
export async function updateIncident(
  issues: Issues,
  place: Place,
  result: Result,
  failOn: FailOn,
): Promise<void> {
  const found = await findIncidents(issues, place);
  const [first] = found;
  if (!first) return openIncident(issues, place, result, failOn);
  const change = changeOf(subjectsOf(found), result, failOn);
  const { added, closed, subjects } = change;
  const { number, body: before } = first.issue;
  const isOver = subjects.length === 0;
  const body = incidentBody({ ...first.state, subjects });
  if (isOver || body !== before) {
    const closing = { state: 'closed', state_reason: 'completed' } as const;
    await issues.update(number, { body, ...(isOver ? closing : {}) });
  }
  // Of a changed body nobody is told.
  if (added.length + closed.length > 0) {
    await issues.comment(number, incidentComment(change, result));
  }
  await closeDuplicates(issues, found);
}

async function openIncident(
  issues: Issues,
  { task, target }: Place,
  result: Result,
  failOn: FailOn,
): Promise<void> {
  const { subjects } = changeOf([], result, failOn);
  if (subjects.length === 0) return;
  const state = { task, target, subjects };
  const find = async () => (await findIncidents(issues, state))[0];
  const text = incidentText(state);
  const opened = await openMarked(issues, incidentKind, state, text, find);
  // Another run may have opened one at the same time.
  const found = including(opened, await findIncidents(issues, state));
  const [first = opened] = found;
  if (found.length === 1) return;
  const body = incidentBody({ ...first.state, subjects: subjectsOf(found) });
  await issues.update(first.issue.number, { body });
  await closeDuplicates(issues, found);
}

function findIncidents(issues: Issues, place: Place): Promise<Incident[]> {
  const { name: label } = incidentKind.label;
  return findMarked(issues, incidentKind, place, { state: 'open', label, maxPages: 3 });
}

function subjectsOf(found: readonly Incident[]): Subject[] {
  return together(found.flatMap(({ state }) => state.subjects));
}

/** The first of several incidents has taken over the subjects of all. */
async function closeDuplicates(
  issues: Issues,
  [first, ...others]: readonly Incident[],
): Promise<void> {
  const text = `Duplicate of #${first?.issue.number}.`;
  for (const { issue } of others) {
    await closeInFavour(issues, issue, { text, reason: 'duplicate' });
  }
}
