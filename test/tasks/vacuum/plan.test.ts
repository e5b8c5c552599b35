import { describe, expect, test } from 'vitest';
import type { Result } from '../../../src/core/result-schema.ts';
import { Refusal } from '../../../src/core/task.ts';
import { nameFilter } from '../../../src/postgres/name-filter.ts';
import type { VacuumOptions } from '../../../src/tasks/vacuum/inputs.ts';
import { planSteps } from '../../../src/tasks/vacuum/plan.ts';
import type { Relation } from '../../../src/tasks/vacuum/relations.ts';
import { sampleResult, sampleStep } from '../../sample-result.ts';
import {
  heap,
  options,
  partitioned,
  relation,
  server,
  thresholds,
} from './sample-relation.ts';

interface Case {
  readonly tables?: string[];
  readonly version?: number;
  readonly inputs?: Partial<VacuumOptions>;
  readonly runs?: Result[];
  readonly hasStandbys?: boolean;
}

function plan(
  relations: Relation[],
  { tables, version = 15, inputs = {}, runs = [], hasStandbys = false }: Case = {},
) {
  return planSteps(relations, {
    thresholds,
    options: { ...options, ...inputs },
    filter: nameFilter(tables ?? null),
    server: server(version),
    history: { runs },
    hasStandbys,
  });
}

const commands = (...args: Parameters<typeof plan>) =>
  plan(...args).steps.map(({ command }) => command);

const dead = { deadTuples: 500 };
const stale = { modifiedTuples: 500 };
const old = { xidAge: 150_000_000 };

describe('a step', () => {
  test.each<[string, Partial<Relation>, Partial<VacuumOptions>, string]>([
    ['dead tuples', dead, {}, 'VACUUM public.trades'],
    ['stale statistics', stale, {}, 'ANALYZE public.trades'],
    ['both', { ...dead, ...stale }, {}, 'VACUUM (ANALYZE) public.trades'],
    ['age', old, {}, 'VACUUM (FREEZE) public.trades'],
    ['all', { ...dead, ...old, ...stale }, {}, 'VACUUM (FREEZE, ANALYZE) public.trades'],
    ['a request', {}, { select: 'all' }, 'VACUUM public.trades'],
    ['a request to analyze', {}, { analyze: 'always' }, 'ANALYZE public.trades'],
    ['a TOAST table', { toast: heap(dead) }, {}, 'VACUUM public.trades'],
  ])('for %s', (_, needs, inputs, command) => {
    const { steps } = plan([relation('public.trades', needs)], { inputs });
    expect(steps).toMatchObject([
      {
        id: 'public.trades',
        command,
        work: [
          command.startsWith('VACUUM') && 'vacuum',
          command.includes('ANALYZE') && 'analyze',
        ]
          .filter(Boolean)
          .join('-'),
      },
    ]);
  });

  test('says why, with its figures', () => {
    const [step] = plan([relation('public.trades', { ...dead, ...stale })]).steps;
    expect(step?.why).toBe(
      'dead-tuples: 500 dead (33 %), threshold 250; stale-statistics: 500 changed since the last analyze, threshold 150',
    );
  });

  test('names its table as the server quotes it, and knows it by its oid', () => {
    const table = relation('public.Order', { ...dead, id: 'public."Order"', oid: 7 });
    expect(plan([table]).steps).toMatchObject([
      { id: 'public."Order"', command: 'VACUUM public."Order"', oid: 7 },
    ]);
  });

  test('is planned for nothing that is not due', () => {
    expect(plan([relation('public.trades'), relation('public.orders')])).toEqual({
      steps: [],
      findings: [],
    });
  });
});

describe('steps are in the order of need', () => {
  test('what gains most in each second first, then by name', () => {
    const tables = [
      relation('public.b', { deadTuples: 300 }),
      relation('public.a', { deadTuples: 300 }),
      relation('public.worst', { deadTuples: 5000 }),
      relation('public.stale', { modifiedTuples: 600 }),
    ];
    expect(plan(tables).steps.map(({ id }) => id)).toEqual([
      ...['public.worst', 'public.a', 'public.b', 'public.stale'],
    ]);
  });

  test('before all that is urgent, what the server would force', () => {
    const tables = [
      relation('public.worst', { deadTuples: 1e6 }),
      relation('public.near', { xidAge: 199_000_000 }),
      relation('public.forced', { xidAge: 201_000_000 }),
      relation('public.toast', { toast: heap({ multixactAge: 401_000_000 }) }),
    ];
    expect(plan(tables).steps.map(({ id }) => id)).toEqual([
      ...['public.forced', 'public.toast', 'public.worst', 'public.near'],
    ]);
  });

  test('after all of them, the partitioned tables, which are only analyzed', () => {
    const events = partitioned('public.events', { tuples: 1000 });
    const leaf = relation('public.events_1', {
      parents: [events.oid],
      modifiedTuples: 160,
    });
    const other = relation('public.trades', { deadTuples: 251 });
    expect(commands([events, leaf, other], { inputs: { analyze: 'always' } })).toEqual([
      'VACUUM (ANALYZE) public.trades',
      'ANALYZE public.events_1',
      'ANALYZE public.events',
    ]);
  });
});

describe('history', () => {
  const carriedOver = (...ids: string[]) =>
    sampleResult({
      steps: ids.map((id) => sampleStep({ id, status: 'carried-over' })),
    });
  const tables = () => [
    relation('public.worst', { deadTuples: 5000 }),
    relation('public.left', { deadTuples: 300 }),
    relation('public.starving', { deadTuples: 300 }),
  ];
  const order = (runs: Result[]) => plan(tables(), { runs }).steps.map(({ id }) => id);

  test('puts first what was carried over, the longest waiting before all', () => {
    const runs = [
      carriedOver('public.left', 'public.starving'),
      carriedOver('public.starving'),
    ];
    expect(order(runs)).toEqual(['public.starving', 'public.left', 'public.worst']);
  });

  test('does not count a dry run, nor what was done since', () => {
    const done = sampleResult({
      steps: [sampleStep({ id: 'public.left', status: 'done' })],
    });
    expect(order([{ ...carriedOver('public.left'), dryRun: true }])[0]).toBe(
      'public.worst',
    );
    expect(order([done, carriedOver('public.left')])[0]).toBe('public.worst');
  });

  test('of a slow table puts it behind one that gains as much in less time', () => {
    const slow = sampleResult({
      steps: [
        sampleStep({
          id: 'public.a',
          command: 'VACUUM public.a',
          status: 'done',
          seconds: 3600,
          metrics: { workBytes: 8192 },
        }),
      ],
    });
    const equal = ['public.a', 'public.b'].map((id) =>
      relation(id, { deadTuples: 300, pages: 200 }),
    );
    expect(plan(equal, { runs: [slow] }).steps.map(({ id }) => id)).toEqual([
      'public.b',
      'public.a',
    ]);
  });
});

test('a table that is read more comes before one that nobody reads', () => {
  const tables = [
    relation('public.a', { deadTuples: 300 }),
    relation('public.b', { deadTuples: 300, scans: 10_000 }),
  ];
  expect(plan(tables).steps.map(({ id }) => id)).toEqual(['public.b', 'public.a']);
});

describe('the command', () => {
  test('leaves the end of the table alone where standbys exist', () => {
    const tables = [relation('public.trades', dead)];
    expect(commands(tables, { hasStandbys: true })).toEqual([
      'VACUUM (TRUNCATE FALSE) public.trades',
    ]);
  });

  test.each([
    [15, 'none', ''],
    [16, 'none', "(BUFFER_USAGE_LIMIT '16MB') "],
    [16, 'gentle', ''],
  ] as const)(
    'on a large table, version %i, throttle %s',
    (version, throttle, option) => {
      const tables = [relation('public.trades', { ...dead, pages: 1_000_000 })];
      expect(commands(tables, { version, inputs: { throttle } })).toEqual([
        `VACUUM ${option}public.trades`,
      ]);
    },
  );

  test.each([
    [15, 'VACUUM (FULL, ANALYZE) public.trades'],
    [19, 'REPACK (ANALYZE) public.trades'],
  ])('that rewrites a table, on version %i', (version, command) => {
    const tables = [
      relation('public.orders', { deadTuples: 5000 }),
      relation('public.trades', { pages: 1000, indexPages: 500 }),
    ];
    const { steps } = plan(tables, { version, inputs: { full: ['public.trades'] } });
    expect(steps[0]).toMatchObject({ command, work: 'rewrite' });
    expect(steps[0]?.why).toContain('11.7 MB');
    expect(steps[1]?.id).toBe('public.orders');
  });

  test('that would rewrite a table which does not exist is a finding', () => {
    const tables = [relation('public.orders')];
    expect(plan(tables, { inputs: { full: ['public.gone'] } })).toMatchObject({
      steps: [],
      findings: [{ code: 'no-such-table', subject: 'public.gone' }],
    });
  });
});

test('a partitioned table is due by what its leaves say, on all levels', () => {
  const events = partitioned('public.events', { tuples: 2000 });
  const year = partitioned('public.events_2026', { tuples: 2000, parents: [events.oid] });
  const leaves = [130, 130].map((modifiedTuples, index) =>
    relation(`public.events_${index}`, { modifiedTuples, parents: [year.oid] }),
  );
  expect(commands([events, year, ...leaves])).toEqual([
    'ANALYZE public.events',
    'ANALYZE public.events_2026',
  ]);
});

describe('a table with others below it', () => {
  const events = partitioned('public.events');
  const year = partitioned('public.events_2026', { parents: [events.oid] });
  const leaf = relation('public.events_2026_01', { parents: [year.oid] });
  const base = relation('public.base');
  const child = relation('public.child', { parents: [base.oid] });
  const all = [events, year, leaf, base, child];
  const inputs = { select: 'all', analyze: 'always' } as const;

  const steps = (version: number) =>
    Object.fromEntries(
      plan(all, { version, inputs }).steps.map((step) => [step.id, step]),
    );

  test.each([15, 16, 17])('locks all of them on version %i', (version) => {
    const byId = steps(version);
    const locksOf = (id: string) => new Set(byId[id]?.locks);
    expect(locksOf('public.events')).toEqual(new Set([events.id, year.id, leaf.id]));
    expect(locksOf('public.events_2026')).toEqual(new Set([year.id, leaf.id]));
    expect(locksOf('public.base')).toEqual(new Set([base.id, child.id]));
    expect(locksOf('public.child')).toEqual(new Set([child.id]));
    expect(byId['public.base']?.command).toBe('VACUUM (ANALYZE) public.base');
  });

  test('is taken alone from version 18 on, where ONLY says so', () => {
    const byId = steps(18);
    const commandsById = Object.values(byId).map(({ command }) => command);
    expect(new Set(commandsById)).toEqual(
      new Set([
        'ANALYZE ONLY public.events',
        'ANALYZE ONLY public.events_2026',
        'VACUUM (ANALYZE) ONLY public.base',
        'VACUUM (ANALYZE) public.child',
        'VACUUM (ANALYZE) public.events_2026_01',
      ]),
    );
    for (const [id, { locks }] of Object.entries(byId)) expect(locks).toEqual([id]);
  });

  const ids = (tables: string[]) =>
    new Set(plan(all, { tables, inputs }).steps.map(({ id }) => id));

  test('stands for all of them where it is named', () => {
    expect(ids(['public.events'])).toEqual(new Set([events.id, year.id, leaf.id]));
    expect(ids(['public.base'])).toEqual(new Set([base.id, child.id]));
  });

  test('does not stand for what ! leaves out', () => {
    expect(ids(['public.events', '!public.events_2026'])).toEqual(
      new Set([events.id, leaf.id]),
    );
    expect(ids(['public.events', '!*.events_*'])).toEqual(new Set([events.id]));
  });

  test('does not come along with what lies below it', () => {
    expect(ids(['public.child'])).toEqual(new Set([child.id]));
    expect(ids(['public.events_2026_01'])).toEqual(new Set([leaf.id]));
  });

  test('is planned once, though it matches twice', () => {
    const { steps: planned } = plan(all, {
      tables: ['public.events', 'public.*'],
      inputs,
    });
    expect(planned).toHaveLength(all.length);
  });
});

describe('the work of a step', () => {
  const pagesOf = (table: Partial<Relation>, version = 15) => {
    const [step] = plan([relation('public.trades', table)], { version }).steps;
    return (step?.workBytes ?? Number.NaN) / 8192;
  };

  test.each<[string, Partial<Relation>, number]>([
    ['the pages that are not all visible', { insertedTuples: 5000 }, 300],
    ['a page for each row that died since the map was read', dead, 500 + 50],
    [
      'all pages at most, and the indexes, where tuples are dead',
      { deadTuples: 5000 },
      1050,
    ],
    ['all pages for a freeze', old, 1000],
    ['but the frozen pages for a freeze', { ...old, allFrozenPages: 400 }, 600],
    ['a TOAST table as well', { insertedTuples: 5000, toast: toastOf(80) }, 300 + 80],
    ['a sample for an analyze', stale, 1000],
    ['a vacuum and a sample', { insertedTuples: 5000, ...stale }, 300 + 1000],
  ])('is %s', (_, needs, pages) => {
    const size = { pages: 1000, allVisiblePages: 700, indexPages: 50 };
    expect(pagesOf({ ...size, ...needs })).toBe(pages);
  });

  function toastOf(pages: number) {
    return heap({ pages, allVisiblePages: 0 });
  }

  test('is never more than a sample for an analyze, however large the table', () => {
    const small = pagesOf({ ...stale, pages: 1e6, allVisiblePages: 1e6 });
    const large = pagesOf({ ...stale, pages: 1e9, allVisiblePages: 1e9 });
    expect(small).toBe(large);
  });

  test('is never negative, though counters may be stale', () => {
    expect(pagesOf({ insertedTuples: 5000, pages: 10, allVisiblePages: 500 })).toBe(0);
  });
});

describe('tables that the role may not vacuum', () => {
  const foreign = (id: string, changes: Partial<Relation> = {}) =>
    relation(id, { mayMaintain: false, owner: 'other', ...dead, ...changes });
  const own = relation('public.own', dead);

  test('leave the plan, folded into one finding', () => {
    const { steps, findings } = plan([own, foreign('public.a'), foreign('public.b')]);
    expect(steps.map(({ id }) => id)).toEqual(['public.own']);
    expect(findings).toMatchObject([{ code: 'not-owner', severity: 'low' }]);
    expect(findings[0]?.message).toContain('2 tables need work');
    expect(findings[0]?.message).toContain('public.a, public.b');
  });

  test.each([
    [['public.*'], 'low'],
    [['public.own', 'public.a'], 'high'],
    [['public.own', 'public.*'], 'low'],
    [['public.a', 'public.*'], 'high'],
  ])('are grave where the input names one of them: %j', (tables, severity) => {
    const tablesOfOthers = [foreign('public.a'), foreign('public.b')];
    const { findings } = plan([own, ...tablesOfOthers], { tables });
    expect(findings).toMatchObject([{ code: 'not-owner', severity }]);
  });

  test('are told in the singular where there is one', () => {
    const { findings } = plan([own, foreign('public.a')]);
    expect(findings[0]?.message).toContain('1 table needs work');
  });

  test('are no finding where they need nothing, or are left out', () => {
    const idle = foreign('public.a', { deadTuples: 0 });
    expect(plan([own, idle]).findings).toEqual([]);
    const tables = ['public.*', '!public.a'];
    expect(plan([own, foreign('public.a')], { tables }).findings).toEqual([]);
  });

  test.each([
    [15, 'grant "other" to "keeper"'],
    [16, 'grant "other" to "keeper"'],
    [17, 'grant pg_maintain to "keeper"'],
    [18, 'grant pg_maintain to "keeper"'],
  ])('need on version %i: %s', (version, grant) => {
    const { findings } = plan([own, foreign('public.a')], { version });
    expect(findings[0]?.remedy).toContain(grant);
  });

  test('need a grant of each owner, in SQL that may be pasted', () => {
    const { findings } = plan([own, foreign('public.a', { owner: 'a"b' })]);
    expect(findings[0]?.remedy).toContain('grant "a""b" to "keeper"');
  });

  test('make a finding that can be read, however many owners they have', () => {
    const many = Array.from({ length: 5000 }, (_, index) =>
      foreign(`s${index}.t`, { owner: `owner_${index}` }),
    );
    const [finding] = plan([own, ...many]).findings;
    expect(finding?.message).toContain('5000');
    expect(finding?.message.length).toBeLessThan(2000);
    expect(finding?.remedy.length).toBeLessThan(2000);
  });

  test('are a refusal where there are no others', () => {
    const planning = () => plan([foreign('public.a'), foreign('public.b')]);
    expect(planning).toThrow(Refusal);
    expect(planning).toThrow('grant "other" to "keeper"');
    expect(planning).toThrow(expect.objectContaining({ reason: 'permission-denied' }));
  });

  test('are no refusal of those that the input names', () => {
    const tables = ['public.own'];
    expect(plan([own, foreign('public.a')], { tables }).steps).toHaveLength(1);
    for (const named of ['public.a', '*.a']) {
      expect(plan([own, foreign('public.a')], { tables: [named] })).toMatchObject({
        steps: [],
        findings: [{ code: 'not-owner', severity: 'high' }],
      });
    }
  });
});

describe('statistics that the role may not read', () => {
  const unseen = (id: string) => relation(id, { lacksStatistics: null });
  const kept = unseen('public.kept');

  test('are one finding, with the cure', () => {
    const { findings } = plan([kept, unseen('public.secret'), relation('public.own')]);
    expect(findings).toMatchObject([{ code: 'not-checked', severity: 'low' }]);
    expect(findings[0]?.message).toContain('2 tables, such as public.kept');
    expect(findings[0]?.remedy).toContain('to "keeper"');
  });

  test('are told by name where there is one table', () => {
    const { findings } = plan([kept]);
    expect(findings[0]?.message).toContain('not known of public.kept:');
  });

  test.each([
    ['of tables that nobody asked about', [kept, relation('a.b')], { tables: ['a.*'] }],
    ['where none are made', [kept], { inputs: { analyze: 'never' } as const }],
    ['of system tables', [unseen('pg_catalog.pg_statistic')], {}],
    [
      'of what it may not analyze',
      [relation('public.own'), { ...kept, mayMaintain: false }],
      {},
    ],
  ])('are no finding %s', (_, relations, given) => {
    expect(plan(relations, given).findings).toEqual([]);
  });
});

describe('a pattern that matches no table', () => {
  test('is a grave finding, and the other tables go on', () => {
    const { steps, findings } = plan([relation('public.trades', dead)], {
      tables: ['public.trades', 'public.tirades', '!none.*'],
    });
    expect(steps).toHaveLength(1);
    expect(findings).toMatchObject([
      { code: 'no-such-table', severity: 'high', subject: 'public.tirades' },
    ]);
  });

  test('is a finding also where nothing is left to look at', () => {
    const { steps, findings } = plan([relation('public.trades', dead)], {
      tables: ['old.*'],
    });
    expect(steps).toEqual([]);
    expect(findings).toMatchObject([{ code: 'no-such-table', subject: 'old.*' }]);
  });
});

test('a database without tables needs nothing', () => {
  expect(plan([])).toEqual({ steps: [], findings: [] });
});
