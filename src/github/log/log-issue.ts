import type { Issues } from './issues.ts';
import { logText } from './log-body.ts';
import { type LogState, logState } from './log-state.ts';
import {
  closeInFavour,
  findMarked,
  including,
  type Kind,
  type Marked,
  openMarked,
  type Place,
} from './marked-issue.ts';

/** A new issue begins here: GitHub takes 2,500 comments, and lists them slowly by then. */
const maxComments = 1000;

export const logKind: Kind<LogState> = {
  marker: 'log',
  title: 'Maintenance log',
  label: {
    name: 'maintenance-log',
    color: '0e8a16',
    description: 'The state and the runs of a maintenance task',
  },
  parse: (hidden) => logState.safeParse(hidden).data ?? null,
};

export type Log = Marked<LogState>;

/** All issues of a log, also those that it went through before, lowest number first. */
export async function findLogs(issues: Issues, place: Place): Promise<Log[]> {
  const { name: label } = logKind.label;
  const all = { state: 'all', maxPages: 3 } as const;
  const labelled = await findMarked(issues, logKind, place, { ...all, label });
  if (labelled.length > 0) return labelled;
  // Somebody may have taken the label away.
  return findMarked(issues, logKind, place, { ...all, maxPages: 1 });
}

/** The issue that a log is kept in now: an open one before one that was closed by hand. */
export function currentLog(logs: readonly Log[]): Log | undefined {
  const continued = new Set(logs.map(({ state }) => state.continues));
  const usable = logs.filter(({ issue }) => !continued.has(issue.number));
  return usable.find(({ issue }) => issue.isOpen) ?? usable[0];
}

/** Finds the issue to write to, or begins one. `others` are open and should not be. */
export async function openLog(
  issues: Issues,
  place: Place,
): Promise<{ current: Log; others: Log[] }> {
  const logs = await findLogs(issues, place);
  const found = currentLog(logs);
  if (found && found.issue.comments < maxComments) return apart(found, logs);
  const { task, target } = place;
  const begun = await begin(
    issues,
    found
      ? { ...found.state, continues: found.issue.number }
      : { task, target, schedule: null, recent: [], carriedOver: [] },
  );
  // Another run may have begun one at the same time, and GitHub's lists may lag behind.
  const all = including(begun, await findLogs(issues, place));
  return apart(currentLog(all) ?? begun, all);
}

/** Closes an issue in which its log does not go on, and says where it does. */
export async function closeLog(issues: Issues, log: Log, current: Log): Promise<void> {
  const { number } = current.issue;
  const isContinued = current.state.continues === log.issue.number;
  await closeInFavour(issues, log.issue, {
    text: isContinued ? `This log goes on in #${number}.` : `Duplicate of #${number}.`,
    reason: isContinued ? 'completed' : 'duplicate',
  });
}

function apart(current: Log, logs: readonly Log[]) {
  const others = logs.filter(
    ({ issue }) => issue.isOpen && issue.number !== current.issue.number,
  );
  return { current, others };
}

function begin(issues: Issues, state: LogState): Promise<Log> {
  const text = logText(state, 'Its first run is being written.');
  return openMarked(issues, logKind, state, text, async () => {
    const current = currentLog(await findLogs(issues, state));
    return current?.state.continues === state.continues ? current : undefined;
  });
}
