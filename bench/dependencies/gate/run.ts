import type { AdvisorySource } from '../../../src/advisories/advisory.ts';
import type { Decision, Reason } from '../../../src/tasks/dependabot-gate/reason.ts';
import type { RustsecRecord } from '../rustsec.ts';
import { reached } from '../verdict.ts';
import type { RealCommit } from './announcements.ts';
import { decisions, honestRows } from './honest-rows.ts';
import { judge } from './judge.ts';
import { type Clock, stage } from './stage.ts';
import type { Staged } from './staged.ts';
import { tamperingsOf } from './tampering.ts';

type Row = readonly [label: string, figure: string];

const dayMs = 86_400_000;

/** A pull request, and what the gate said of it. */
export interface Judged {
  readonly staged: Staged;
  readonly decision: Decision;
  readonly reasons: readonly Reason[];
}

/** A day after the cooldown is over, and the hour in which Dependabot made it. */
export const clocks = {
  'once the cooldown is over': ({ committed }: RealCommit): Clock => ({
    asOf: new Date(committed),
    now: new Date(Date.parse(committed) + 8 * dayMs),
  }),
  'on the day of the commit': ({ committed }: RealCommit): Clock => ({
    ...{ asOf: new Date(committed), now: new Date(committed) },
  }),
  // The registry of npm may be a mirror, which knows only when it got a version itself.
  'as of last week': (): Clock => ({
    asOf: new Date(Date.now() - 8 * dayMs),
    now: new Date(),
  }),
};

/** Stages commits and lets the gate decide on each. */
export async function judgeAll(
  commits: readonly RealCommit[],
  usual: AdvisorySource,
  clock: (commit: RealCommit) => Clock,
  asNpm = false,
): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const commit of commits) {
    const staged = await stage(commit, clock(commit), asNpm);
    const { decision, reasons } = await judge(staged, usual);
    judged.push({ staged, decision, reasons });
  }
  return judged;
}

/** RustSec's advisories, for the gate and for judging the gate. */
export interface Known {
  readonly usual: AdvisorySource;
  readonly records: ReadonlyMap<string, RustsecRecord>;
}

/** Writes what becomes of the real commits. */
export async function honestCommits(
  commits: readonly RealCommit[],
  { usual, records }: Known,
  clock: (commit: RealCommit) => Clock,
  asNpm = false,
): Promise<Row[]> {
  return honestRows(await judgeAll(commits, usual, clock, asNpm), records);
}

interface Tampered {
  readonly kind: string;
  readonly decision: Decision;
  /** Whether the same without the tampering is merged: then nothing else held it back. */
  readonly wasMerged: boolean;
  readonly staged: Staged;
}

/** Tampers with every commit in every way that applies to it. */
export async function tamperedCommits(
  commits: readonly RealCommit[],
  { usual, records }: Known,
  clock: (commit: RealCommit) => Clock,
  asNpm = false,
): Promise<Row[]> {
  const honest = await judgeAll(commits, usual, clock, asNpm);
  const tampered: Tampered[] = [];
  for (const { staged, decision } of honest) {
    for (const [kind, tamper] of tamperingsOf(staged)) {
      const changed = await tamper(staged, records);
      if (!changed) continue;
      const wasMerged = decision === 'merge';
      const result = await judge(changed, usual);
      tampered.push({ kind, decision: result.decision, wasMerged, staged: changed });
    }
  }
  return tamperingRows(tampered);
}

function tamperingRows(tampered: readonly Tampered[]): Row[] {
  const kinds = Map.groupBy(tampered, ({ kind }) => kind);
  const unsafe = tampered.filter(({ decision }) => decision === 'merge');
  const held = tampered.filter(({ wasMerged }) => wasMerged);
  return [
    ...[...kinds].map(([kind, each]): Row => {
      const merged = each.filter(({ wasMerged }) => wasMerged).length;
      return [kind, `${decisions(each)}; ${merged} of ${each.length} merged without it`];
    }),
    ...unsafe.map(
      (one): Row => [
        '  unsafe merge',
        `${one.kind}: ${one.staged.updates.map(({ name, to }) => `${name} ${to}`).join(', ')}`,
      ],
    ),
    ['kinds of tampering', `${kinds.size}`],
    ['tampered pull requests', `${tampered.length}: ${decisions(tampered)}`],
    ['… of which are merged without it', `${held.length}: ${decisions(held)}`],
    ['goal: none of them merged', reached(unsafe.length === 0)],
  ];
}
