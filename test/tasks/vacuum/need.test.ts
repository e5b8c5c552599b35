import { describe, expect, test } from 'vitest';
import type { VacuumOptions } from '../../../src/tasks/vacuum/inputs.ts';
import { decideNeeds } from '../../../src/tasks/vacuum/need.ts';
import type { Heap, Relation } from '../../../src/tasks/vacuum/relations.ts';
import type { Thresholds } from '../../../src/tasks/vacuum/thresholds.ts';
import { heap, options, partitioned, relation, thresholds } from './sample-relation.ts';

interface Case {
  readonly table?: Partial<Relation>;
  readonly server?: Partial<Thresholds>;
  readonly inputs?: Partial<VacuumOptions>;
}

function needsOf({ table = {}, server = {}, inputs = {} }: Case) {
  return decideNeeds(
    relation('public.trades', table),
    { ...thresholds, ...server },
    { ...options, ...inputs },
  );
}

function codesOf(given: Case): string[] {
  const { vacuum, analyze } = needsOf(given);
  return [...vacuum, ...analyze].map(({ code }) => code);
}

type Row = [what: string, table: Partial<Heap>, server: Partial<Thresholds>, at: number];

/** Holds that a figure is due one above its threshold, and not at it. */
function dueAbove(figure: keyof Heap, code: string) {
  return (_: string, table: Partial<Heap>, server: Partial<Thresholds>, at: number) => {
    const codesAt = (value: number) =>
      codesOf({ table: { ...table, [figure]: value }, server });
    expect(codesAt(Math.floor(at))).not.toContain(code);
    expect(codesAt(Math.floor(at) + 1)).toContain(code);
  };
}

const max = 'autovacuum_vacuum_max_threshold';
const scaleOf5 = ['autovacuum_vacuum_scale_factor=0.05'];
const reltuples = (tuples: number, storage: string[] = []) => ({
  tuples,
  options: storage,
});

test('a table that needs nothing gets nothing', () => {
  expect(needsOf({})).toEqual({
    vacuum: [],
    analyze: [],
    freeze: false,
    wraparound: false,
  });
});

describe('dead tuples call for a vacuum', () => {
  test.each<Row>([
    ['50 and a fifth of the rows', reltuples(1000), {}, 250],
    ['50 in an empty table', reltuples(0), {}, 50],
    ['50 in a table that was never counted', reltuples(-1), {}, 50],
    ['what the server sets', reltuples(1000), { autovacuum_vacuum_threshold: 7 }, 207],
    ['a maximum of none', reltuples(1000), { [max]: 0 }, 0],
    ['what the table sets', reltuples(1000, scaleOf5), {}, 100],
    ['a fifth of a billion, below version 18', reltuples(1e9), {}, 200_000_050],
    ['at most 100 million, from version 18 on', reltuples(1e9), { [max]: 1e8 }, 1e8],
    ['less than that maximum', reltuples(1000), { [max]: 1e8 }, 250],
    [
      'no maximum for this table',
      reltuples(1e9, [`${max}=-1`]),
      { [max]: 1e8 },
      2e8 + 50,
    ],
  ])('above %s', dueAbove('deadTuples', 'dead-tuples'));

  test('with figures and an urgency that say how many', () => {
    const [need] = needsOf({ table: { deadTuples: 500 } }).vacuum;
    expect(need).toMatchObject({ code: 'dead-tuples', urgency: 2 });
    expect(need?.figures).toBe('500 dead (33 %), threshold 250');
  });
});

describe('inserted tuples call for a vacuum', () => {
  const insert = 'autovacuum_vacuum_insert_threshold';

  test.each<Row>([
    ['1,000 and a fifth of the rows', reltuples(1000), {}, 1200],
    ['what the table sets', reltuples(1000, [`${insert}=10`]), {}, 210],
    ['a fifth of the rows', reltuples(1000), { [insert]: 0 }, 200],
    [
      'a fifth of the part that is not frozen, from version 18 on',
      { tuples: 1e6, pages: 1000, allFrozenPages: 750 },
      {},
      51_000,
    ],
    [
      '1,000 where all is frozen',
      { tuples: 1e6, pages: 10, allFrozenPages: 12 },
      {},
      1000,
    ],
    [
      'a fifth where no page is known',
      { tuples: 0, pages: 0, allFrozenPages: 0 },
      {},
      1000,
    ],
  ])('above %s', dueAbove('insertedTuples', 'inserts'));

  test.each([
    ['the server', { server: { [insert]: -1 } }],
    ['the table', { table: { options: [`${insert}=-1`] } }],
  ])('never where %s sets -1', (_, { server = {}, table = {} }: Case) => {
    expect(codesOf({ server, table: { ...table, insertedTuples: 1e12 } })).toEqual([]);
  });
});

describe('age calls for a vacuum with FREEZE', () => {
  const lowered = ['autovacuum_freeze_max_age=100000000'];
  const raised = ['autovacuum_freeze_max_age=1000000000'];
  const loweredMultixact = ['autovacuum_multixact_freeze_max_age=100000000'];

  test.each<Row>([
    ['half of what the server sets', {}, {}, 1e8],
    ['half of what the table lowers it to', { options: lowered }, {}, 5e7],
    [
      'half of what the server sets though the table raises it',
      { options: raised },
      {},
      1e8,
    ],
    ['half of another setting', {}, { autovacuum_freeze_max_age: 1e9 }, 5e8],
  ])('above %s', dueAbove('xidAge', 'xid-age'));

  test.each<Row>([
    ['half of what the server sets', {}, {}, 2e8],
    ['half of what the table lowers it to', { options: loweredMultixact }, {}, 5e7],
  ])('of multixacts above %s', dueAbove('multixactAge', 'multixact-age'));

  test.each([
    [0.1, 20_000_000],
    [0.75, 150_000_000],
    [1, 200_000_000],
  ])('above the share %d of freeze-age', (share, age) => {
    const inputs = { 'freeze-age': share };
    expect(codesOf({ inputs, table: { xidAge: age } })).toEqual([]);
    expect(codesOf({ inputs, table: { xidAge: age + 1 } })).toEqual(['xid-age']);
  });

  test('with figures that say how old', () => {
    expect(needsOf({ table: { xidAge: 150_000_000 } }).vacuum[0]?.figures).toBe(
      'age 150,000,000, 75 % of the 200,000,000 at which autovacuum is forced',
    );
  });

  test('and nothing else does', () => {
    const due = { deadTuples: 1e6, insertedTuples: 1e6, modifiedTuples: 1e6 };
    expect(needsOf({ table: due }).freeze).toBe(false);
    expect(needsOf({ table: { ...due, xidAge: 150_000_000 } }).freeze).toBe(true);
    expect(needsOf({ table: { ...due, multixactAge: 250_000_000 } }).freeze).toBe(true);
    expect(needsOf({ inputs: { select: 'all', analyze: 'always' } }).freeze).toBe(false);
  });

  test.each([
    ['xidAge', 200_000_000],
    ['multixactAge', 400_000_000],
  ] as const)('at once where the server would force it by %s', (figure, age) => {
    expect(needsOf({ table: { [figure]: age - 1 } }).wraparound).toBe(false);
    expect(needsOf({ table: { [figure]: age + 1 } }).wraparound).toBe(true);
  });
});

describe('an urgency', () => {
  test.each<[string, Partial<Relation>]>([
    ['dead-tuples', { deadTuples: 750 }],
    ['inserts', { insertedTuples: 3600 }],
    ['xid-age', { xidAge: 300_000_000 }],
    ['multixact-age', { multixactAge: 600_000_000 }],
    ['stale-statistics', { modifiedTuples: 450 }],
  ])('of %s is the figure as a multiple of its threshold', (code, table) => {
    const { vacuum, analyze } = needsOf({ table });
    expect([...vacuum, ...analyze]).toMatchObject([{ code, urgency: 3 }]);
  });

  test('of what was only asked for is less than any other', () => {
    const inputs = { select: 'all', analyze: 'always' } as const;
    const asked = needsOf({ inputs });
    const missing = needsOf({ table: { lacksStatistics: true } });
    const [least] = missing.analyze.map(({ urgency }) => urgency);
    for (const { urgency } of [...asked.vacuum, ...asked.analyze]) {
      expect(urgency).toBeLessThan(least ?? Number.NaN);
    }
  });
});

describe('a TOAST table', () => {
  const dead = (tuples: number, storage: string[] = []) => ({
    toast: heap({ deadTuples: tuples, options: storage }),
  });

  test('calls for a vacuum of its table', () => {
    const { vacuum } = needsOf({ table: dead(500) });
    expect(vacuum).toMatchObject([{ code: 'dead-tuples', urgency: 2 }]);
    expect(vacuum[0]?.figures).toMatch(/^TOAST: 500 dead/);
  });

  test('takes the options of its table where it has none', () => {
    expect(codesOf({ table: { ...dead(200), options: scaleOf5 } })).toEqual([
      'dead-tuples',
    ]);
  });

  test('takes none of them where it has its own', () => {
    const own = ['autovacuum_vacuum_threshold=60'];
    expect(codesOf({ table: { ...dead(200, own), options: scaleOf5 } })).toEqual([]);
    expect(codesOf({ table: { ...dead(261, own), options: scaleOf5 } })).toHaveLength(1);
  });

  test('has an age of its own', () => {
    const toast = heap({ xidAge: 250_000_000 });
    expect(needsOf({ table: { toast } })).toMatchObject({
      vacuum: [{ code: 'xid-age' }],
      freeze: true,
      wraparound: true,
    });
  });
});

describe('select', () => {
  test('all adds every table, and gives the better reason where there is one', () => {
    const inputs = { select: 'all' } as const;
    expect(codesOf({ inputs })).toEqual(['requested']);
    expect(codesOf({ inputs, table: { deadTuples: 300 } })).toEqual(['dead-tuples']);
  });

  test('needed adds none', () => {
    expect(codesOf({ inputs: { select: 'needed' } })).toEqual([]);
  });
});

describe('an analyze', () => {
  test.each([
    ['50 and a tenth of the rows', {}, 150],
    ['what the table sets', { options: ['autovacuum_analyze_scale_factor=0.01'] }, 60],
    ['50 where it was never counted', { tuples: -1 }, 50],
  ])('is due above %s', (_, table, at) => {
    expect(codesOf({ table: { ...table, modifiedTuples: at } })).toEqual([]);
    expect(codesOf({ table: { ...table, modifiedTuples: at + 1 } })).toEqual([
      'stale-statistics',
    ]);
  });

  test.each([
    [true, ['missing-statistics']],
    [false, []],
    [null, []],
  ])('is due where statistics are missing: %s', (lacksStatistics, codes) => {
    expect(codesOf({ table: { lacksStatistics } })).toEqual(codes);
  });

  const stale = { modifiedTuples: 1e6, lacksStatistics: true };

  test('is never made where analyze is never', () => {
    expect(codesOf({ inputs: { analyze: 'never' }, table: stale })).toEqual([]);
  });

  test('is always made where analyze is always, for the better reason', () => {
    const inputs = { analyze: 'always' } as const;
    expect(codesOf({ inputs })).toEqual(['requested']);
    expect(codesOf({ inputs, table: { modifiedTuples: 151 } })).toEqual([
      'stale-statistics',
    ]);
  });

  test.each(['always', 'needed'] as const)(
    'is never made of pg_statistic, though analyze is %s',
    (analyze) => {
      const table = { ...stale, oid: 2619, deadTuples: 300 };
      expect(codesOf({ inputs: { analyze }, table })).toEqual(['dead-tuples']);
    },
  );
});

describe('a partitioned table', () => {
  const leaf = (changes: Partial<Relation>) => relation('public.leaf', changes);

  function needs(parent: Relation, leaves: Relation[], inputs = options) {
    return decideNeeds(parent, thresholds, inputs, leaves);
  }

  test('is never vacuumed, whatever is selected', () => {
    const parent = partitioned('public.events', {
      tuples: 0,
      deadTuples: 1e6,
      xidAge: 2e9,
    });
    const inputs = { ...options, select: 'all', analyze: 'always' } as const;
    const { vacuum, analyze, freeze, wraparound } = needs(
      parent,
      [relation('public.leaf', { tuples: 0 })],
      inputs,
    );
    expect(vacuum).toEqual([]);
    expect(analyze).toMatchObject([{ code: 'requested' }]);
    expect({ freeze, wraparound }).toEqual({ freeze: false, wraparound: false });
  });

  test('is analyzed when enough has changed in its leaves together', () => {
    const parent = partitioned('public.events', { tuples: 2000 });
    const changed = (each: number) => [
      leaf({ modifiedTuples: each }),
      leaf({ modifiedTuples: each }),
    ];
    expect(needs(parent, changed(125)).analyze).toEqual([]);
    expect(needs(parent, changed(126)).analyze).toMatchObject([
      { code: 'stale-statistics' },
    ]);
  });

  test.each([
    ['grown', 1400],
    ['shrunk', 600],
  ])('is analyzed when its leaves have %s since, and were analyzed', (_, tuples) => {
    const parent = partitioned('public.events', { tuples: 1000 });
    expect(needs(parent, [leaf({ tuples: 1000 })]).analyze).toEqual([]);
    expect(needs(parent, [leaf({ tuples })]).analyze).toMatchObject([
      { code: 'stale-statistics' },
    ]);
  });

  test('that was never analyzed is analyzed once there is something in it', () => {
    const parent = partitioned('public.events', { tuples: -1 });
    expect(needs(parent, [leaf({ tuples: -1 })]).analyze).toEqual([]);
    expect(needs(parent, [leaf({ tuples: 1000 })]).analyze).toHaveLength(1);
  });
});
