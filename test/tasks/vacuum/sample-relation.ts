import type { ServerFacts } from '../../../src/postgres/database.ts';
import type { VacuumOptions } from '../../../src/tasks/vacuum/inputs.ts';
import type { Heap, Relation } from '../../../src/tasks/vacuum/relations.ts';
import type { Thresholds } from '../../../src/tasks/vacuum/thresholds.ts';

/** What version 15 has without any configuration. */
export const thresholds: Thresholds = {
  autovacuum_vacuum_threshold: 50,
  autovacuum_vacuum_scale_factor: 0.2,
  autovacuum_vacuum_max_threshold: -1,
  autovacuum_vacuum_insert_threshold: 1000,
  autovacuum_vacuum_insert_scale_factor: 0.2,
  autovacuum_analyze_threshold: 50,
  autovacuum_analyze_scale_factor: 0.1,
  autovacuum_freeze_max_age: 200_000_000,
  autovacuum_multixact_freeze_max_age: 400_000_000,
};

/** The defaults of the inputs. */
export const options: VacuumOptions = {
  select: 'needed',
  analyze: 'needed',
  'freeze-age': 0.5,
  full: null,
  throttle: 'none',
};

/** Storage that needs nothing. */
export function heap(changes: Partial<Heap> = {}): Heap {
  return {
    pages: 100,
    allVisiblePages: 100,
    allFrozenPages: null,
    tuples: 1000,
    deadTuples: 0,
    insertedTuples: 0,
    xidAge: 1000,
    multixactAge: 1000,
    options: [],
    ...changes,
  };
}

let lastOid = 16_384;

/** A table `schema.name` of 1,000 rows that needs nothing. */
export function relation(id: string, changes: Partial<Relation> = {}): Relation {
  const [schema = '', name = ''] = id.split('.');
  return {
    ...heap(),
    oid: ++lastOid,
    schema,
    name,
    id,
    kind: 'r',
    mayMaintain: true,
    owner: 'matchbook',
    ownerIsSuperuser: false,
    liveTuples: 1000,
    modifiedTuples: 0,
    indexPages: 0,
    scans: 0,
    usualSeconds: null,
    toast: null,
    lacksStatistics: false,
    parents: [],
    ...changes,
  };
}

/** A partitioned table: it has no storage of its own. */
export function partitioned(id: string, changes: Partial<Relation> = {}): Relation {
  const storage = { pages: 0, allVisiblePages: 0, xidAge: 0, multixactAge: 0 };
  return relation(id, { kind: 'p', ...storage, ...changes });
}

/** A server of the first release of a major version. */
export function server(major: number): ServerFacts {
  return {
    versionNumber: major * 10_000,
    version: `${major}.0`,
    inRecovery: false,
    blockSizeBytes: 8192,
    database: 'matchbook',
    role: 'keeper',
  };
}
