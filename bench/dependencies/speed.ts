import { join } from 'node:path';
import { megabytes, seconds } from '../figures.ts';
import { compared, spreadOf } from '../measure.ts';
import { times } from '../print.ts';
import { auditByAction, hitsOf, offlineInputs } from './by-action.ts';
import { scan } from './by-scanner.ts';
import type { Repository } from './repositories.ts';
import type { Usage } from './timed.ts';
import { reached } from './verdict.ts';

type Row = readonly [label: string, figure: string];

const fasterGoal = 3;
const cpuGoalSeconds = 1;

/** What is measured, and with which database. */
export interface Course {
  readonly repository: Repository;
  readonly lockfiles: readonly string[];
  /** As the input `ecosystems` names them. */
  readonly ecosystems: string;
  /** For the action: a zip or a directory; for osv-scanner the directory around it. */
  readonly advisories: string;
  readonly database: string;
  /** Whether the goal for CPU is set for this one. */
  readonly hasCpuGoal?: boolean;
}

/** Races both in turn, each in a process of its own; one run beforehand does not count. */
export async function race(
  { repository, lockfiles, ecosystems, advisories, database, hasCpuGoal }: Course,
  scanner: string | null,
  rounds: number,
): Promise<Row[]> {
  const [own, theirs]: [Usage[], Usage[]] = [[], []];
  let hits = '';
  for (let round = 0; round <= rounds; round++) {
    const inputs = offlineInputs(advisories, ecosystems);
    const audit = await auditByAction(repository.directory, inputs);
    const files = lockfiles.map((file) => join(repository.directory, file));
    const scanned = scanner === null ? null : await scan(scanner, files, database);
    if (round === 0) {
      const found = scanned ? `, ${scanned.hits.length} by osv-scanner` : '';
      hits = `${hitsOf(audit.result).length}${found}`;
      continue;
    }
    own.push(audit.usage);
    if (scanned) theirs.push(scanned.usage);
  }
  const cpu = spreadOf(own.map((one) => one.cpuSeconds));
  return [
    ['hits', hits],
    ...figures('action', own),
    ...(theirs.length > 0
      ? [...figures('osv-scanner', theirs), ...ratios(own, theirs)]
      : []),
    ...(hasCpuGoal
      ? [
          [
            `goal: below ${cpuGoalSeconds} s of CPU`,
            reached(cpu.max < cpuGoalSeconds),
          ] as const,
        ]
      : []),
  ];
}

function figures(who: string, usages: readonly Usage[]): Row[] {
  const of = (name: keyof Usage) => spreadOf(usages.map((one) => one[name]));
  return [
    [`${who}: wall clock`, seconds(of('seconds'))],
    [`${who}: CPU`, seconds(of('cpuSeconds'))],
    [`${who}: peak memory`, megabytes(of('peakBytes'))],
  ];
}

function ratios(own: readonly Usage[], theirs: readonly Usage[]): Row[] {
  const ratio = (name: keyof Usage) =>
    compared(
      theirs.map((one) => one[name]),
      own.map((one) => one[name]),
      (value, base) => value / base,
    );
  const wall = ratio('seconds');
  return [
    ['osv-scanner : action, wall clock', times(wall)],
    ['osv-scanner : action, CPU', times(ratio('cpuSeconds'))],
    ['osv-scanner : action, memory', times(ratio('peakBytes'))],
    [`goal: ${fasterGoal}× as fast`, reached(wall.median >= fasterGoal)],
  ];
}
