import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../src/core/message-of.ts';
import type { Result } from '../../src/core/result-schema.ts';
import { auditByAction, hitsOf, offlineInputs } from './by-action.ts';
import { type } from './cargo.ts';
import { makeEdit, readFix } from './edit-manifest.ts';
import { type Hit, missingIn, shown } from './hit.ts';
import { copyForCargo, type Repository } from './repositories.ts';
import { reached } from './verdict.ts';

type Row = readonly [label: string, figure: string];
type Finding = Result['findings'][number];

/** A fix, and the hits of the one package that it is for. */
interface Proposal {
  readonly fix: string;
  /** What it says that it clears. */
  readonly hits: readonly Hit[];
}

interface Tried {
  readonly repository: string;
  readonly proposal: Proposal;
  /** Null where all of it ran. */
  readonly failure: string | null;
  /** Hits that it was for, and that are still there. */
  readonly left: readonly Hit[];
  /** Hits on packages or versions that were not there before. */
  readonly added: readonly Hit[];
}

interface InTurn {
  readonly repository: string;
  readonly before: number;
  readonly fixable: number;
  readonly after: number;
}

/** Types every fix that the audit proposes, each on a fresh copy and then all in turn. */
export async function fixes(
  repositories: readonly Repository[],
  directory: string,
  zip: string,
): Promise<Row[]> {
  const tried: Tried[] = [];
  const inTurn: InTurn[] = [];
  for (const repository of repositories) {
    const copy = await copyForCargo(repository, join(directory, 'for-fixes'));
    const result = await auditOnline(copy, zip);
    const proposals = proposalsOf(result);
    const before = hitsOf(result);
    for (const proposal of proposals) {
      await copyForCargo(repository, copy);
      tried.push(await attempt(repository.name, proposal, before, { copy, zip }));
    }
    await copyForCargo(repository, copy);
    const after = await allInTurn(proposals, { copy, zip });
    const fixable = proposals.flatMap(({ hits }) => hits).length;
    inTurn.push({
      ...{ repository: repository.name, before: before.length, fixable },
      after: after.length,
    });
  }
  return rowsOf(tried, inTurn);
}

/** Throws where the registry did not tell all that was asked. */
async function auditOnline(copy: string, zip: string): Promise<Result> {
  const { result } = await auditByAction(copy, {
    advisories: zip,
    ecosystems: '[cargo]',
  });
  const failed = result.findings.find(({ code }) => code === 'source-failed');
  if (failed) throw new Error(`It needs the registry of crates.io. ${failed.message}`);
  return result;
}

/** Advisories of one package share its fix. */
function proposalsOf({ findings }: Result): Proposal[] {
  const withFix = findings.filter(({ fix, advisory }) => fix && advisory);
  const byPackage = Map.groupBy(
    withFix,
    ({ package: name, version, fix }) => `${name} ${version} ${fix}`,
  );
  return [...byPackage.values()].flatMap((each) => {
    const fix = each[0]?.fix;
    return fix ? [{ fix, hits: each.flatMap(hitOf) }] : [];
  });
}

function hitOf({ package: name, version, advisory, aliases = [] }: Finding): Hit[] {
  return name && version && advisory
    ? [{ name, version, ids: [advisory, ...aliases] }]
    : [];
}

interface Ground {
  readonly copy: string;
  readonly zip: string;
}

async function attempt(
  repository: string,
  proposal: Proposal,
  before: readonly Hit[],
  { copy, zip }: Ground,
): Promise<Tried> {
  const failure = await follow(proposal.fix, copy);
  const now = await hitsIn({ copy, zip });
  const left = proposal.hits.filter((one) => isStillHit(one, now));
  return { repository, proposal, failure, left, added: missingIn(now, before) };
}

/** Whether the advisory still hits the package, in this version or in the one it moved to. */
function isStillHit(hit: Hit, now: readonly Hit[]): boolean {
  return missingIn([hit], now).length === 0;
}

/** Does all that a fix says; null where it worked, or else what came back. */
async function follow(fix: string, copy: string): Promise<string | null> {
  const { edits, line } = readFix(fix);
  try {
    for (const edit of edits) await makeEdit(edit, copy);
  } catch (error) {
    return messageOf(error);
  }
  const { code, output } = await type(line || 'true', copy);
  if (code === 0) return null;
  const error = output.slice(Math.max(0, output.indexOf('error:')));
  return error.replaceAll(/\s+/g, ' ').trim().slice(0, 240);
}

/**
 * One after the other; what an earlier one has cleared already is passed over, and what one
 * that failed has left behind is taken back.
 */
async function allInTurn(
  proposals: readonly Proposal[],
  ground: Ground,
): Promise<readonly Hit[]> {
  let now = await hitsIn(ground);
  for (const { fix, hits } of proposals) {
    if (!hits.some((one) => isStillHit(one, now))) continue;
    const before = `${ground.copy}-before`;
    await cp(ground.copy, before, { recursive: true });
    if ((await follow(fix, ground.copy)) !== null) {
      await rm(ground.copy, { recursive: true });
      await rename(before, ground.copy);
    } else await rm(before, { recursive: true });
    now = await hitsIn(ground);
  }
  return now;
}

async function hitsIn({ copy, zip }: Ground): Promise<readonly Hit[]> {
  return hitsOf((await auditByAction(copy, offlineInputs(zip))).result);
}

function rowsOf(tried: readonly Tried[], inTurn: readonly InTurn[]): Row[] {
  const failed = tried.filter(({ failure }) => failure !== null);
  const unclear = tried.filter(
    ({ failure, left }) => failure === null && left.length > 0,
  );
  const adding = tried.filter(({ added }) => added.length > 0);
  const meant = tried.reduce((sum, { proposal }) => sum + proposal.hits.length, 0);
  const left = tried.reduce((sum, one) => sum + one.left.length, 0);
  const what = ({ repository, proposal }: Tried) => `${repository}: \`${proposal.fix}\``;
  return [
    ...inTurn.map(
      ({ repository, before, fixable, after }): Row => [
        `${repository}: hits, of those with a fix, and left`,
        `${before}, ${fixable}, ${after}`,
      ],
    ),
    ...failed.map((one): Row => [`  failed: ${what(one)}`, one.failure ?? '']),
    ...unclear.map((one): Row => [`  not cleared: ${what(one)}`, list(one.left)]),
    ...adding.map((one): Row => [`  brings in: ${what(one)}`, list(one.added)]),
    [
      'fixes that ran, each on a fresh copy',
      `${tried.length - failed.length} of ${tried.length}`,
    ],
    ['hits that they were to clear, and did', `${meant - left} of ${meant}`],
    ['goal: every command runs', reached(failed.length === 0)],
    ['goal: each clears what it says', reached(left === 0)],
  ];
}

function list(hits: readonly Hit[]): string {
  return hits.map(shown).join(', ');
}
