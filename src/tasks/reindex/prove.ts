import { type Finding, finding } from '../../core/finding.ts';
import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import type { Figures } from '../../core/step.ts';
import { extensionFunction } from '../../postgres/extensions.ts';
import type { Session } from '../../postgres/session.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { readAllPages, samplePages } from './pages.ts';
import type { Rebuild } from './plan.ts';
import type { ReindexTarget } from './target.ts';

/** An index by its name, as it is now. */
export interface IndexState {
  readonly oid: number;
  readonly bytes: number;
  readonly isValid: boolean;
  readonly isReady: boolean;
  readonly isLive: boolean;
  /** How many of its expressions have statistics of their own. */
  readonly statistics: number;
}

/** What a rebuild has come to. */
export interface Proof {
  readonly after: Figures;
  /** What is not as it should be; null where all is well. */
  readonly error: string | null;
  readonly findings: readonly Finding[];
}

/** Reads an index by its name; undefined where there is none. */
export async function readIndexState(
  session: Pick<Session, 'query'>,
  { schema, name }: { schema: string; name: string },
): Promise<IndexState | undefined> {
  const [row] = await session.query<IndexState & Record<string, unknown>>(
    `\
select x.oid::int8 as oid, pg_relation_size(x.oid) as bytes, i.indisvalid as "isValid",
  i.indisready as "isReady", i.indislive as "isLive",
  (select count(*)::int from pg_stats s
    where s.schemaname = n.nspname and s.tablename = x.relname) as statistics
from pg_class x
  join pg_namespace n on n.oid = x.relnamespace
  join pg_index i on i.indexrelid = x.oid
where n.nspname = $1 and x.relname = $2`,
    [schema, name],
  );
  return row;
}

/**
 * Proves that a rebuild has come to what it should: the index is another one now, valid and
 * maintained, its statistics are still there, and amcheck, where it is installed, finds
 * nothing wrong with it.
 */
export async function proveRebuild(
  step: Rebuild,
  before: IndexState,
  session: Session,
  target: ReindexTarget,
  run: Run,
): Promise<Proof> {
  const now = await readIndexState(session, step.index);
  if (!now) return { after: {}, error: 'the index is gone', findings: [] };
  const problems = [
    now.oid === before.oid && 'it was not rebuilt',
    !(now.isValid && now.isReady && now.isLive) && 'it is not valid',
    now.statistics < before.statistics &&
      `the statistics of its expressions are gone: run analyze ${step.index.table.id}`,
  ].filter((problem) => problem !== false);
  const check = await checkWithAmcheck(step, now.oid, session, target, run);
  const error = [...problems, ...check.errors].join('; ');
  return {
    after: { bytes: now.bytes, ...(await bloatAfter(step, now, session, target, run)) },
    error: error === '' ? null : `the server reported success, but ${error}`,
    findings: check.findings,
  };
}

async function checkWithAmcheck(
  { index }: Rebuild,
  oid: number,
  session: Session,
  { database }: ReindexTarget,
  run: Run,
): Promise<{ errors: string[]; findings: Finding[] }> {
  const nothing = { errors: [], findings: [] };
  if (index.method !== 'btree') return nothing;
  const check = await extensionFunction(database, 'amcheck', 'bt_index_check');
  if (!check) return nothing;
  try {
    // An oid is a number, whatever its table is called.
    await database.cancelOnAbort(session, run.signal, () =>
      session.command(
        `select ${check}(${Number(oid)}::regclass)`,
        run.window.timeLeftMs(),
      ),
    );
    return nothing;
  } catch (error) {
    const code = sqlstateOf(error);
    if (code === sqlstate.indexCorrupted || code === sqlstate.dataCorrupted) {
      return {
        errors: [`amcheck says that it is corrupt: ${messageOf(error)}`],
        findings: [
          finding(
            'index-corrupt',
            index.id,
            `amcheck says of ${index.id}, which was just rebuilt: ${messageOf(error)}`,
          ),
        ],
      };
    }
    const message = `amcheck could not look at ${index.id}: ${messageOf(error)}`;
    return { errors: [], findings: [finding('not-checked', index.id, message)] };
  }
}

/** Judges the new index by the kind of evidence by which the old one was judged. */
async function bloatAfter(
  step: Rebuild,
  { oid, bytes }: IndexState,
  session: Session,
  { database, functions }: ReindexTarget,
  run: Run,
): Promise<Figures> {
  const { evidence, builtDensity } = step;
  const index = { ...step.index, oid, bytes };
  const expected = { builtDensity, blockSizeBytes: database.server.blockSizeBytes };
  const { bt_page_stats, pgstatindex } = functions;
  const evidenceKind = evidence?.kind ?? null;
  const measured = async () => {
    if (evidenceKind === 'sample' && bt_page_stats) {
      return samplePages(index, expected, session, bt_page_stats);
    }
    if (evidenceKind === 'exact' && pgstatindex) {
      return readAllPages(index, expected, session, pgstatindex);
    }
    return null;
  };
  const isOver = run.signal.aborted || run.window.timeLeftMs() === 0;
  const read = isOver
    ? null
    : await database.cancelOnAbort(session, run.signal, measured).catch(() => null);
  // The other kinds of evidence have nothing that a new index could be held against.
  return { bloat: read ? rounded(read.evidence.bloat) : null, evidence: evidenceKind };
}

/** Bloat to a tenth of a point: more is not known. */
export function rounded(bloat: number): number {
  return Math.round(bloat * 1000) / 1000;
}
