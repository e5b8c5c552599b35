import { type DependencyFinding, dependencyFinding } from '../../../core/finding.ts';
import { formatCount } from '../../../core/units.ts';
import type { LockedPackage, PublishedPackage } from '../../../dependencies/model.ts';
import { npmOutdated } from '../../../dependencies/npm/outdated.ts';
import { compareVersions } from '../../../dependencies/version.ts';
import { dependentsOf } from '../fix/dependents.ts';
import type { DirectDependency, Project } from '../projects/project.ts';
import { newerIn, type Published } from './newer-in.ts';
import type { NewerVersions } from './newer-versions.ts';
import { updateAllCommand, updateCommand } from './update-command.ts';

/** A dependency that the project itself asks for, and what is newer. */
export interface OutdatedRow {
  readonly project: Project;
  readonly direct: DirectDependency;
  readonly newer: NewerVersions;
  /** What explains a difference from `cargo outdated` and `npm outdated`. */
  readonly note: string;
}

/** What of a project is outdated. */
export interface Outdated {
  readonly rows: readonly OutdatedRow[];
  /** How many indirect dependencies can move within what is asked for. */
  readonly indirect: number;
  readonly findings: readonly DependencyFinding[];
}

/** Looks which packages of a project have newer versions, and who may take them. */
export function findOutdated(project: Project, surroundings: Published): Outdated {
  const newerOf = newerIn(project, surroundings);
  const rows: OutdatedRow[] = [];
  const direct = distinct(project.direct);
  for (const one of direct) {
    const newer = newerOf(one.locked);
    const known = surroundings.published.get(one.name);
    if (!newer || !known || newer.newest === one.locked.version) continue;
    rows.push({ project, direct: one, newer, note: noteOn(project, one, newer, known) });
  }
  const isDirect = new Set(direct.map(({ locked }) => locked.id));
  const movable = [...project.graph.packages.values()].filter((locked) => {
    if (isDirect.has(locked.id) || project.notCompiled.has(locked.id)) return false;
    const newer = newerOf(locked);
    return newer !== null && newer.compatible !== locked.version;
  });
  const findings = rows.map((row) => outdatedFinding(row, surroundings));
  if (movable.length > 0) findings.push(indirectFinding(project, movable));
  return { rows, indirect: movable.length, findings };
}

/** Two members that ask for the same package are one row. */
function distinct(direct: readonly DirectDependency[]): DirectDependency[] {
  return [...new Map(direct.map((one) => [one.locked.id, one])).values()];
}

function noteOn(
  project: Project,
  direct: DirectDependency,
  newer: NewerVersions,
  published: PublishedPackage,
): string {
  const { ecosystem, runsOn: promised } = project;
  const { newest, newestNeeds, newestForProject, coolsDown, compatible } = newer;
  const notes: string[] = [];
  if (ecosystem === 'npm') {
    const { requirement, locked } = direct;
    const { note } = npmOutdated({
      requirement,
      current: locked.version,
      published,
      engines: promised,
    });
    if (note) notes.push(note.replace(/\.$/, ''));
  } else if (newestNeeds !== null) {
    notes.push(
      `${newest} needs Rust ${newestNeeds}, the project has ${promised}; newest for it: ${newestForProject ?? 'none'}`,
    );
  }
  if (coolsDown) {
    const since = coolsDown.publishedAt?.slice(0, 10);
    notes.push(`${coolsDown.version} of ${since} is younger than the cooldown`);
  }
  if (compareVersions(compatible, newest) < 0 && !newestNeeds && !coolsDown) {
    notes.push(whoHolds(project, direct, newest));
  }
  return notes.join('; ');
}

/** The project itself, or somebody else who asks for less. */
function whoHolds(
  { graph, admits }: Project,
  { locked, requirement }: DirectDependency,
  newest: string,
): string {
  if (!admits(requirement, newest)) return `${newest} is outside ${requirement}`;
  const holder = (dependentsOf(graph).get(locked.id) ?? []).find(
    (one) => one.requirement === null || !admits(one.requirement, newest),
  );
  if (!holder) return '';
  const asks =
    holder.requirement === null
      ? 'of which it is not known what it admits'
      : `which asks for ${holder.requirement}`;
  return `held back by ${holder.by.name} ${holder.by.version}, ${asks}`;
}

function outdatedFinding(
  row: OutdatedRow,
  { now, cooledBefore }: Published,
): DependencyFinding {
  const { project, direct, newer, note } = row;
  const { locked, scope, manifest } = direct;
  const age = ageInDays(newer.newestPublishedAt, now);
  const message = [
    `${locked.name} ${locked.version}: the newest is ${newer.newest}${age === null ? '' : ` (${formatCount(age)} days old)`}`,
    newer.compatible === locked.version
      ? 'nothing newer within what is asked for'
      : `${newer.compatible} within what is asked for`,
    note,
  ];
  const about = {
    ecosystem: project.ecosystem,
    package: locked.name,
    version: locked.version,
    manifest,
    scope,
    ...(newer.compatible !== locked.version && {
      fix: updateCommand(project, locked, newer, cooledBefore),
    }),
  };
  return dependencyFinding('outdated', about, `${message.filter(Boolean).join('; ')}.`, {
    remedy: 'fix' in about ? `${about.fix}` : askForMore(row),
  });
}

function askForMore({ direct, newer }: OutdatedRow): string {
  if (newer.coolsDown) return 'Wait until it has cooled down.';
  return `Read the changelog, and ask for ${newer.newest} in ${direct.manifest} [${direct.table}].`;
}

/** Whole days; null where nobody says when. */
export function ageInDays(publishedAt: string | null, now: Date): number | null {
  const ms = now.getTime() - Date.parse(publishedAt ?? '');
  return Number.isNaN(ms) ? null : Math.max(0, Math.floor(ms / 86_400_000));
}

function indirectFinding(
  project: Project,
  movable: readonly LockedPackage[],
): DependencyFinding {
  const { ecosystem, graph } = project;
  const fix = updateAllCommand(project);
  const names = movable.slice(0, 5).map(({ name }) => name);
  const more = movable.length > names.length ? ', …' : '';
  const message = `${formatCount(movable.length)} indirect dependencies of ${graph.lockfile} can move within what is asked for (${names.join(', ')}${more}).`;
  const about = {
    ecosystem,
    package: `${formatCount(movable.length)} indirect dependencies`,
    version: '',
    manifest: graph.lockfile,
    fix,
  };
  return dependencyFinding('outdated', about, message, { remedy: fix });
}
