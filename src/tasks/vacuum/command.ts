import type { ServerFacts } from '../../postgres/database.ts';
import { vacuumCommand } from '../../postgres/vacuum-command.ts';
import type { Needs } from './need.ts';
import type { Heap, Relation } from './relations.ts';

/** From so much work on, a larger ring of buffers spares many small writes of WAL. */
const largeBytes = 1024 ** 3;

/** ANALYZE reads 300 rows, each from another page, per unit of the statistics target. */
const analyzedPages = 300 * 100;

interface CommandContext {
  readonly server: ServerFacts;
  readonly hasStandbys: boolean;
  readonly isGentle: boolean;
}

/** Makes the command that gives a table what it needs. */
export function maintenanceCommand(
  relation: Relation,
  needs: Needs,
  only: boolean,
  workBytes: number,
  { server, hasStandbys, isGentle }: CommandContext,
): string {
  const object = [only && 'ONLY', relation.id].filter(Boolean).join(' ');
  if (needs.vacuum.length === 0) return `ANALYZE ${object}`;
  const knowsRing = server.versionNumber >= 160_000;
  return vacuumCommand(object, {
    freeze: needs.freeze,
    analyze: needs.analyze.length > 0,
    hasStandbys,
    largeRing: knowsRing && !isGentle && workBytes >= largeBytes,
  });
}

/** Makes the command that rewrites a table. REPACK takes the place of VACUUM FULL in 19. */
export function rewriteCommand(relation: Relation, server: ServerFacts): string {
  return server.versionNumber >= 190_000
    ? `REPACK (ANALYZE) ${relation.id}`
    : `VACUUM (FULL, ANALYZE) ${relation.id}`;
}

/** Pages that a command will read. A vacuum skips the all-visible ones, a freeze none. */
export function workPages(
  relation: Relation,
  needs: Needs,
  descendants: readonly Relation[],
  only: boolean,
): number {
  const scanned = (heap: Heap) => {
    if (needs.freeze) return heap.pages - (heap.allFrozenPages ?? 0);
    // The catalog knows the map as it was after the last vacuum; each row that has died
    // since may have made another page of it untrue.
    const untrue = Math.min(heap.pages, heap.deadTuples);
    return Math.max(heap.pages - heap.allVisiblePages, untrue);
  };
  let pages = 0;
  if (needs.vacuum.length > 0) {
    pages += scanned(relation) + (relation.toast ? scanned(relation.toast) : 0);
    if (needs.vacuum.some(({ code }) => code === 'dead-tuples')) {
      pages += relation.indexPages;
    }
  }
  if (needs.analyze.length > 0) {
    const sizes = [relation, ...descendants].map(({ pages: all }) => all);
    const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
    pages += Math.min(analyzedPages, sum(sizes));
    // A partitioned table is sampled as a whole, and then each of its partitions again.
    const goesDown = relation.kind === 'p' && !only;
    if (goesDown) pages += sum(sizes.map((size) => Math.min(analyzedPages, size)));
  }
  return Math.max(0, pages);
}
