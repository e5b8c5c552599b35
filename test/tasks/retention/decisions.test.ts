import { describe, expect, test } from 'vitest';
import type { Session } from '../../../src/postgres/session.ts';
import { readRows } from '../../../src/tasks/retention/archive/export.ts';
import { folderOf } from '../../../src/tasks/retention/archive/places.ts';
import { BatchSize } from '../../../src/tasks/retention/batch-size.ts';
import {
  cursorKey,
  keptCursors,
  readCursors,
} from '../../../src/tasks/retention/cursors.ts';
import type { Deletion } from '../../../src/tasks/retention/deletion.ts';
import { explainFailure } from '../../../src/tasks/retention/failure.ts';
import { rfc3339 } from '../../../src/tasks/retention/figures.ts';
import {
  objectionToClock,
  objectionToShare,
} from '../../../src/tasks/retention/guards.ts';
import type { Heap } from '../../../src/tasks/retention/heaps.ts';
import { chooseMethod } from '../../../src/tasks/retention/method.ts';
import { chooseParts, type Part } from '../../../src/tasks/retention/parts.ts';
import type { Policy } from '../../../src/tasks/retention/policies.ts';
import {
  connectedGroups,
  referencingFirst,
} from '../../../src/tasks/retention/policy-order.ts';
import type { PolicyTable } from '../../../src/tasks/retention/policy-table.ts';
import type { RetentionTarget } from '../../../src/tasks/retention/target.ts';
import { chooseWalk } from '../../../src/tasks/retention/walk-choice.ts';
import { IndexWalk, PageWalk } from '../../../src/tasks/retention/walks.ts';

describe('the size of a batch', () => {
  const make = () =>
    new BatchSize({ start: 1000, min: 100, max: 5000, targetSeconds: 0.5 });

  test('follows from how long the last one took, by a factor of two at most', () => {
    const size = make();
    size.learn(0.4);
    expect(size.current).toBe(1250);
    size.learn(0.0001);
    expect(size.current).toBe(2500);
    size.learn(60);
    expect(size.current).toBe(1250);
  });

  test('stays within its limits', () => {
    const size = make();
    for (let i = 0; i < 10; i++) size.learn(0.01);
    expect(size.current).toBe(5000);
    size.shrink();
    expect(size.current).toBe(625);
    for (let i = 0; i < 10; i++) size.halve();
    expect(size.current).toBe(100);
    expect(size.isSmallest).toBe(true);
  });
});

const heap = (changes: Partial<Heap> = {}): Heap => ({
  oid: 1,
  id: 'public.events',
  pages: 30_000,
  bytes: 400_000_000,
  estimatedRows: 3_000_000,
  index: 'events_at',
  correlation: 1,
  mostTiedRows: 1,
  rights: {
    missingPrivileges: [],
    hidesRows: false,
    hasDeleteRules: false,
    triggers: [],
  },
  ...changes,
});

describe('the walk', () => {
  test.each([
    ['rows in order', heap(), 1_800_000, 'index'],
    ['rows in reverse order', heap({ correlation: -1 }), 1_800_000, 'index'],
    ['rows at random, many of them', heap({ correlation: 0 }), 1_800_000, 'pages'],
    ['rows at random, few of them', heap({ correlation: 0 }), 5000, 'index'],
    [
      'rows nearly in order, many of them',
      heap({ correlation: 0.9 }),
      1_800_000,
      'pages',
    ],
    [
      'an order that is not known, and many',
      heap({ correlation: null }),
      1_800_000,
      'pages',
    ],
    ['no index', heap({ index: null }), 10, 'pages'],
    ['very many rows of one time', heap({ mostTiedRows: 500_000 }), 10, 'pages'],
    ['an empty table', heap({ pages: 0, estimatedRows: 0 }), 0, 'index'],
  ])('through %s', (_, one, expired, walk) => {
    expect(chooseWalk(one, expired)).toBe(walk);
  });

  const where = {
    heap: heap(),
    column: 'at',
    isOld: 'at < now()',
    alias: 'events',
    condition: 'at < now() and kind = 1',
    targetSeconds: 0.5,
  };

  /** A server in which each range ends at one of these times in turn. */
  function ending(...times: { found: number; first: string; last: string }[]) {
    const asked: string[] = [];
    const limitedQuery = async (sql: string) => {
      asked.push(sql);
      return [times.shift()];
    };
    return { session: { limitedQuery } as unknown as Session, asked };
  }

  test('along an index is bounded by what is read, and goes on where it was', async () => {
    const walk = new IndexWalk(where, { time: '2020-01-01' });
    const { session, asked } = ending(
      { found: 200, first: '2020-01-01', last: '2020-01-05' },
      { found: 199, first: '2020-01-05', last: '2020-01-06' },
    );
    expect(await walk.aim(session, null)).toBe(true);
    expect(asked[0]).toContain(
      `select at as time from only public.events as events
  where at >= '2020-01-01' and at < now() order by at limit 200`,
    );
    expect(walk.select('ctid', new Set(['(7,3)']))).toBe(
      `select ctid from only public.events as events
where at >= '2020-01-01' and at < '2020-01-05' and at < now() and kind = 1 and ctid <> all('{"(7,3)"}'::tid[])`,
    );
    walk.advance();
    expect(walk.isOver).toBe(false);
    expect(walk.cursor).toEqual({ time: '2020-01-05' });
    await walk.aim(session, null);
    // Fewer than asked for: to the cut-off.
    expect(walk.select('ctid')).toContain(`where at >= '2020-01-05' and at < now()`);
    walk.advance();
    expect(walk.isOver).toBe(true);
    expect(walk.cursor).toEqual({ time: '2020-01-05' });
  });

  test('makes a range longer until rows of one time are all in it', async () => {
    const walk = new IndexWalk(where, null);
    const tie = { first: '2020-01-01', last: '2020-01-01' };
    const { session, asked } = ending(
      { found: 200, ...tie },
      { found: 1600, ...tie },
      { found: 12_800, first: '2020-01-01', last: '2020-01-02' },
    );
    expect(await walk.aim(session, null)).toBe(true);
    expect(asked.map((sql) => /limit (\d+)/.exec(sql)?.[1])).toEqual([
      '200',
      '1600',
      '12800',
    ]);
    expect(walk.select('ctid')).toContain(`where at < '2020-01-02' and`);
  });

  test('gives up where far too many rows have one time', async () => {
    const walk = new IndexWalk(where, null);
    const tie = { found: 100_000, first: '2020-01-01', last: '2020-01-01' };
    const { session } = ending(tie, tie, tie, tie, tie);
    expect(await walk.aim(session, null)).toBe(false);
  });

  test('by pages reads each once, and passes over the places that it is told to', async () => {
    const walk = new PageWalk(where, { page: 29_990 });
    await walk.aim();
    expect(walk.select('ctid', new Set(['(29990,3)']))).toBe(
      `select ctid from only public.events as events
where ctid >= '(29990,0)'::tid and ctid < '(29994,0)'::tid
  and at < now() and kind = 1 and ctid <> all('{"(29990,3)"}'::tid[])`,
    );
    walk.advance();
    expect(walk.cursor).toEqual({ page: 29_994 });
    for (let i = 0; i < 2; i++) {
      await walk.aim();
      walk.advance();
    }
    expect(walk.isOver).toBe(true);
    expect(walk.cursor).toBeNull();
  });

  test('takes no more into memory than it may', () => {
    const wide = heap({ bytes: 3_000_000 * 10_000 });
    const walk = new IndexWalk({ ...where, heap: wide, mostBytes: 1_000_000 }, null);
    expect(walk.size.current).toBe(100);
  });
});

describe('the place where a walk stopped', () => {
  test('is kept and read back', () => {
    const cursors = new Map([
      [cursorKey(1, { column: 'at', where: null }), { time: '2020-01-01' }],
      [cursorKey(1, { column: 'at', where: 'a = 1' }), { page: 7 }],
    ]);
    expect(readCursors(keptCursors(cursors))).toEqual(cursors);
  });

  test.each([
    undefined,
    null,
    'x',
    { cursors: null },
    { cursors: { a: { time: 5 }, b: { page: 'x' }, c: null, d: { page: -1 } } },
  ])('is not taken from %j', (kept) => {
    expect(readCursors(kept).size).toBe(0);
  });

  test('of very many tables is kept as far as there is room', () => {
    const many = new Map(
      Array.from(
        { length: 5000 },
        (_, i) => [cursorKey(i, { column: 'at', where: null }), { page: i }] as const,
      ),
    );
    const kept = JSON.stringify(keptCursors(many));
    expect(kept.length).toBeLessThan(24_000);
    expect(kept.length).toBeGreaterThan(20_000);
  });
});

describe('the parts of a table', () => {
  const part = (id: string, changes: Partial<Part> = {}): Part => ({
    oid: 1,
    id,
    heaps: [1],
    isDefault: false,
    isExpired: false,
    isStraddling: false,
    isDetachPending: false,
    lower: null,
    upper: null,
    bound: null,
    obstacle: null,
    rowObstacle: null,
    isCompressed: false,
    ...changes,
  });
  const expired = { isExpired: true };

  test('go where all of them has expired', () => {
    const choice = chooseParts(
      [part('a', expired), part('b', { isStraddling: true }), part('c')],
      true,
    );
    expect(choice.toDrop.map(({ id }) => id)).toEqual(['a']);
    expect(choice.straddling.map(({ id }) => id)).toEqual(['b']);
  });

  test('but the last of them, and the default one, stay', () => {
    const parts = [
      part('a', expired),
      part('b', expired),
      part('c', { ...expired, isDefault: true }),
    ];
    expect(chooseParts(parts, true)).toMatchObject({
      toDrop: [{ id: 'a' }],
      kept: [{ part: { id: 'b' }, why: 'it is the last one' }],
    });
    expect(chooseParts(parts, false).toDrop.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('and those with an obstacle; a detaching that is pending comes first', () => {
    const choice = chooseParts(
      [
        part('a', expired),
        part('b', { ...expired, isDetachPending: true }),
        part('c', { ...expired, obstacle: 'it is frozen' }),
        part('d'),
      ],
      true,
    );
    expect(choice.toDrop.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(choice.kept).toMatchObject([{ part: { id: 'c' }, why: 'it is frozen' }]);
  });
});

describe('the method', () => {
  const policy = (changes: Partial<Policy> = {}) =>
    ({ method: 'auto', where: null, column: 'at', ...changes }) as Policy;
  const table = (kind: PolicyTable['kind']) =>
    ({ kind, column: { number: 2 } }) as PolicyTable;

  test.each([
    ['plain', 'auto', null, null, { method: 'delete' }],
    ['partitioned', 'auto', 2, null, { method: 'drop-partitions' }],
    ['partitioned', 'auto', 1, null, { method: 'delete' }],
    ['partitioned', 'auto', 2, 'a = 1', { method: 'delete' }],
    ['partitioned', 'delete', 2, null, { method: 'delete' }],
    ['partitioned', 'detach-partitions', 2, null, { method: 'detach-partitions' }],
    [
      'partitioned',
      'detach-partitions',
      1,
      null,
      'it is not divided by ranges of its column at',
    ],
    ['partitioned', 'drop-chunks', 2, null, 'it is a partitioned table'],
    ['hypertable', 'auto', 2, null, { method: 'drop-chunks' }],
    ['hypertable', 'auto', 1, null, { method: 'delete' }],
    ['hypertable', 'drop-chunks', 1, null, 'it is not divided by ranges'],
    ['hypertable', 'drop-partitions', 2, null, 'it is a hypertable'],
  ] as const)(
    'for a %s table, asked for %s, divided by column %s, where %s',
    (kind, method, byColumn, where, expected) => {
      const chosen = chooseMethod(policy({ method, where }), table(kind), byColumn);
      if (typeof expected === 'string') expect(chosen).toContain(expected);
      else expect(chosen).toEqual(expected);
    },
  );
});

describe('tables that reference each other', () => {
  test('come before what they reference', () => {
    expect(
      referencingFirst(
        [1, 2, 3],
        [
          [3, 2],
          [2, 1],
        ],
      ),
    ).toEqual([3, 2, 1]);
    expect(referencingFirst([1, 2, 3], [])).toEqual([1, 2, 3]);
    expect(referencingFirst([1], [[1, 1]])).toEqual([1]);
  });

  test('in a circle stay as they were given', () => {
    expect(
      referencingFirst(
        [1, 2, 3],
        [
          [1, 2],
          [2, 1],
        ],
      ),
    ).toEqual([3, 1, 2]);
  });

  test('are one group, through others as well', () => {
    expect([
      ...connectedGroups(
        [5, 6, 7, 8],
        [
          [6, 5],
          [7, 6],
          [8, 9],
        ],
      ),
    ]).toEqual([
      [5, 5],
      [6, 5],
      [7, 5],
      [8, 8],
    ]);
  });
});

describe('guards', () => {
  const policy = { table: 'public.events', maxShare: 0.5 } as Policy;

  test('a clock of the database that is ahead of ours is not believed', () => {
    const hour = 3_600_000;
    expect(objectionToClock(policy, { unixMs: 10 * hour }, 9 * hour)).toEqual([]);
    expect(objectionToClock(policy, { unixMs: 5 * hour }, 9 * hour)).toEqual([]);
    expect(objectionToClock(policy, { unixMs: 12 * hour }, 9 * hour)).toMatchObject([
      {
        severity: 'critical',
        code: 'cutoff-in-future',
        message: expect.stringContaining('ahead of that of the runner by 3 h 00 min'),
      },
    ]);
  });

  test('the share counts from just above', () => {
    expect(objectionToShare(policy, 50, 100)).toEqual([]);
    expect(objectionToShare(policy, 51, 100)).toMatchObject([{ code: 'over-max-share' }]);
    expect(objectionToShare(policy, 0, 0)).toEqual([]);
    expect(objectionToShare(policy, 1, 0)).toHaveLength(1);
  });
});

test.each([
  ['2026-08-26 12:12:29.228973+00', '2026-08-26T12:12:29Z'],
  ['2026-08-26 12:12:29', '2026-08-26T12:12:29Z'],
  ['2026-08-26', '2026-08-26T00:00:00Z'],
  ['-infinity', '-infinity'],
  ['0044-03-15 00:00:00+00 BC', '0044-03-15 00:00:00+00 BC'],
  [null, null],
])('the time %j is written as %j', (time, written) => {
  expect(rfc3339(time)).toBe(written);
});

test('rows as COPY writes them give up what identifies their version', () => {
  const copied = '(0,1)\t700\t2020-01-02\t1\ta\\tb\n(0,2)\t701\t2020-01-01\t2\t\\N\n';
  const rows = readRows(Buffer.from(copied));
  expect(rows).toMatchObject({
    places: ['(0,1)', '(0,2)'],
    madeBy: ['700', '701'],
    first: '2020-01-01',
    last: '2020-01-02',
  });
  expect(rows.text.toString()).toBe('1\ta\\tb\n2\t\\N\n');
  expect(readRows(Buffer.alloc(0))).toMatchObject({ places: [], first: null });
  expect(readRows(Buffer.from('(0,1)\t7\t2020-01-02\n')).text.toString()).toBe('\n');
});

test('a table has a folder of its own, whatever it is called', () => {
  expect(folderOf({ prefix: 'old/', table: 'public.events' })).toBe('old/public.events/');
  expect(folderOf({ prefix: '', table: '"a/../b".c' })).toBe('%22a%2F..%2Fb%22.c/');
});

test('what TimescaleDB lacks for want of a licence is said in its own words', async () => {
  // The words of the server under the Apache licence, which cannot be switched to in the rig.
  const error = Object.assign(
    new Error('functionality not supported under the current "apache" license'),
    { code: '0A000', hint: 'To access all features, upgrade to the community edition.' },
  );
  const { error: why } = await explainFailure(
    error,
    {} as Deletion,
    {} as RetentionTarget,
  );
  expect(why).toBe(
    'functionality not supported under the current "apache" license; To access all features, upgrade to the community edition.',
  );
});
