import { type History, realRuns } from '../../core/maintenance-log.ts';
import { Pace } from '../../core/pace.ts';
import { carriedOverInARow } from '../../core/starvation.ts';
import type { Figures, Step } from '../../core/step.ts';
import { formatBytes, formatCount } from '../../core/units.ts';
import type { ServerFacts } from '../../postgres/database.ts';
import { confirms, type Evidence, isMeasured } from './evidence.ts';
import { describeEvidence } from './evidence-words.ts';
import type { Index } from './indexes.ts';
import type { ReindexInputs } from './inputs.ts';
import type { Judgement } from './judge.ts';
import { dropCommand, type Leftover } from './leftovers.ts';

/** The rebuild of one index. */
export interface Rebuild extends Step {
  readonly kind: 'rebuild';
  readonly index: Index;
  readonly evidence: Evidence | null;
  /** Share of the room on leaf pages that a build takes. */
  readonly builtDensity: number;
  /** What the new index is expected to take up. */
  readonly rebuiltBytes: number;
}

/** The removal of what an earlier rebuild has left. */
export interface Removal extends Step {
  readonly kind: 'removal';
  readonly leftover: Leftover;
}

export interface PlanContext {
  readonly server: ServerFacts;
  readonly options: Pick<ReindexInputs, 'min-bloat'>;
  readonly history: History;
  /** Whether the input `indexes` names an index without pattern. */
  isNamed(index: Index): boolean;
  /** Whether an INSERT … ON CONFLICT relies on it. */
  isReliedOn(index: Index): boolean;
}

/** Of a page that is read twice and then indexed, and of one that is sorted and written. */
const passes = { ofTable: 2, ofIndex: 4 } as const;

/** Each page of a new index goes into the WAL as a whole, and a little beside it. */
const walPerByte = 1.1;
const walOverheadBytes = 64 * 1024;

/** The judgements that call for a rebuild. */
export function toRebuild(
  judgements: readonly Judgement[],
  minBloat: number,
  misjudgedIds: ReadonlySet<string> = new Set(),
): Judgement[] {
  return judgements.filter(({ index, evidence }) => {
    // Who asks for 0 % wants them all, whatever is known of them.
    if (!evidence || minBloat === 0) return minBloat === 0;
    const isTrusted = isMeasured(evidence.kind) || !misjudgedIds.has(index.id);
    return isTrusted && confirms(evidence, minBloat);
  });
}

/** The ids of what was rebuilt no longer ago than the cool-down, as far as the log tells. */
export function cooledDown(
  history: History,
  coolDownMs: number,
  nowMs: number,
): Set<string> {
  const steps = realRuns(history)
    .filter(({ finishedAt }) => nowMs - Date.parse(finishedAt) < coolDownMs)
    .flatMap((run) => run.steps);
  const rebuilt = steps.filter(
    ({ status, command }) => status === 'done' && command.startsWith('REINDEX'),
  );
  return new Set(rebuilt.map(({ id }) => id));
}

/** Whether a rebuild has won back less than half of what the evidence had promised. */
export function isDisappointing(before: Figures | null, after: Figures | null): boolean {
  const [from, to] = [Number(before?.['bytes']), Number(after?.['bytes'])];
  return from - to < (Number(before?.['bloat']) * from) / 2;
}

/** The ids of what was rebuilt in vain on evidence that no page has shown, as the log tells. */
export function misjudged(history: History): Set<string> {
  const steps = realRuns(history).flatMap((run) => run.steps);
  const wrong = steps.filter(
    ({ status, before, after }) =>
      status === 'done' &&
      (before?.['evidence'] === 'estimate' || before?.['evidence'] === 'baseline') &&
      isDisappointing(before, after),
  );
  return new Set(wrong.map(({ id }) => id));
}

/**
 * Puts the rebuilds into their order: those that the user names, then what earlier runs
 * carried over, then what wins back most for those who use it in each second. What an
 * INSERT … ON CONFLICT relies on comes last of all.
 */
export function planRebuilds(
  chosen: readonly Judgement[],
  { server, options, history, isNamed, isReliedOn }: PlanContext,
): Rebuild[] {
  const pace = new Pace(history);
  const candidates = chosen.map((judgement) => {
    const step = rebuild(judgement, options['min-bloat'], server);
    const { index, rebuiltBytes } = step;
    const reclaimed = Math.max(0, (index.bytes ?? 0) - rebuiltBytes);
    // On a scale on which no index crowds out all others.
    const use = 1 + Math.log10(1 + index.scans) + Math.log10(1 + index.table.writes);
    return {
      step,
      isNamed: isNamed(index),
      isReliedOn: isReliedOn(index),
      carriedOver: carriedOverInARow(step.id, history),
      gainPerSecond: (reclaimed * use) / pace.predictSeconds(step),
    };
  });
  return candidates
    .sort(
      (a, b) =>
        Number(a.isReliedOn) - Number(b.isReliedOn) ||
        Number(b.isNamed) - Number(a.isNamed) ||
        b.carriedOver - a.carriedOver ||
        b.gainPerSecond - a.gainPerSecond ||
        a.step.id.localeCompare(b.step.id),
    )
    .map(({ step }) => step);
}

/** Plans the removal of a leftover. */
export function removal(leftover: Leftover, why: string): Removal {
  return {
    kind: 'removal',
    leftover,
    id: leftover.id,
    command: dropCommand(leftover),
    why,
    workBytes: 0,
    locks: [String(leftover.tableOid)],
  };
}

/** Sets those apart that are too large to be rebuilt. */
export function splitByMaxSize(
  chosen: readonly Judgement[],
  maxBytes: number | null,
): { fitting: Judgement[]; tooLarge: Judgement[] } {
  const isTooLarge = ({ index }: Judgement) =>
    maxBytes !== null && (index.bytes ?? 0) > maxBytes;
  return {
    fitting: chosen.filter((one) => !isTooLarge(one)),
    tooLarge: chosen.filter(isTooLarge),
  };
}

function rebuild(
  { index, evidence, builtDensity }: Judgement,
  minBloat: number,
  { blockSizeBytes }: ServerFacts,
): Rebuild {
  const bytes = index.bytes ?? 0;
  const rebuiltBytes = Math.max(blockSizeBytes, bytes * (1 - (evidence?.bloat ?? 0)));
  const { id, table, scans } = index;
  const why = evidence
    ? `${describeEvidence(evidence)} of ${formatBytes(bytes)}`
    : `requested: min-bloat is ${minBloat * 100} %, and nothing is known of its bloat`;
  return {
    kind: 'rebuild',
    index,
    evidence,
    builtDensity,
    rebuiltBytes,
    id,
    command: `REINDEX INDEX CONCURRENTLY ${id}`,
    why: [
      table.oid === table.ownerOid ? '' : `TOAST of ${table.ownerId}`,
      why,
      scans === 1 ? '1 scan' : `${formatCount(scans)} scans`,
    ]
      .filter(Boolean)
      .join('; '),
    workBytes: Math.round(table.bytes * passes.ofTable + rebuiltBytes * passes.ofIndex),
    budgetCost: Math.round(rebuiltBytes * walPerByte + walOverheadBytes),
    locks: [String(table.ownerOid), String(table.oid)],
  };
}
