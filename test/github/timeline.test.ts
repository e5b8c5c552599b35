import { describe, expect, test } from 'vitest';
import type { StepResult } from '../../src/core/result-schema.ts';
import { timeline } from '../../src/github/timeline.ts';
import { sampleResult, sampleStep } from '../sample-result.ts';

/** A step that began so many seconds after the run, and took so many. */
function ran(id: string, at: number, seconds: number, changes: Partial<StepResult> = {}) {
  const startedAt = new Date(
    Date.parse('2026-11-29T02:07:00Z') + at * 1000,
  ).toISOString();
  return sampleStep({ id, startedAt, seconds, ...changes });
}

function bars(chart: string): string[] {
  return chart.split('\n').filter((line) => / :.*s\d+, /.test(line));
}

const two = [ran('public.a', 1, 10), ran('public.b', 5, 20)];

describe('the timeline', () => {
  test('shows what ran when', () => {
    const chart = timeline(sampleResult({ steps: two, deadline: null }));
    expect(chart.split('\n')[0]).toBe('```mermaid');
    expect(chart.split('\n')[1]).toBe('gantt');
    expect(chart.split('\n').at(-1)).toBe('```');
    const start = Date.parse('2026-11-29T02:07:00Z');
    expect(bars(chart)).toEqual([
      expect.stringContaining(`public.a :done, s0, ${start + 1000}, ${start + 11_000}`),
      expect.stringContaining(`public.b :done, s1, ${start + 5000}, ${start + 25_000}`),
    ]);
  });

  test.each([
    ['no step', []],
    ['one step', [ran('public.a', 1, 10)]],
    [
      'one that began and one that did not',
      [
        ran('public.a', 1, 10),
        sampleStep({ status: 'carried-over', startedAt: null, seconds: null }),
      ],
    ],
  ])('is empty with %s', (_, steps) => {
    expect(timeline(sampleResult({ steps }))).toBe('');
  });

  test('marks what went wrong', () => {
    const steps = [
      ran('a', 1, 1, { status: 'failed' }),
      ran('b', 2, 1, { status: 'cancelled' }),
      ran('c', 3, 1, { status: 'done' }),
    ];
    const marks = bars(timeline(sampleResult({ steps }))).map((line) =>
      line.includes('crit'),
    );
    expect(marks).toEqual([true, true, false]);
  });

  test('keeps the longest of many steps, in the order of time', () => {
    const steps = Array.from({ length: 10_000 }, (_, index) =>
      ran(`public.t${index}`, index, index % 1000 === 7 ? 900 : 1),
    );
    const shown = bars(timeline(sampleResult({ steps })));
    expect(shown.length).toBeLessThan(100);
    const long = shown.filter((line) => /t\d*007 |t7 /.test(line));
    expect(long).toHaveLength(10);
    const starts = shown.map((line) => Number(/s\d+, (\d+)/.exec(line)?.[1]));
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  });

  test('counts fractions of a second in a run of seconds only', () => {
    const axis = (finishedAt: string) =>
      /axisFormat (.*)/.exec(timeline(sampleResult({ steps: two, finishedAt })))?.[1];
    expect(axis('2026-11-29T02:07:09.000Z')).toContain('%L');
    expect(axis('2026-11-29T02:10:00.000Z')).toBe('%H:%M:%S');
  });

  test('shows a deadline that is near, and none that is far', () => {
    const finishedAt = '2026-11-29T02:10:00.000Z';
    const chart = (deadline: string | null) =>
      timeline(sampleResult({ steps: two, finishedAt, deadline }));
    expect(chart('2026-11-29T02:11:00.000Z')).toContain('deadline :milestone');
    expect(chart('2026-11-29T02:14:00.000Z')).not.toContain('deadline');
    expect(chart(null)).not.toContain('deadline');
  });
});

describe('a name in the timeline', () => {
  test.each([
    'a : crit, x, 1, 2',
    'a\n```\n# b',
    'a;b#c',
    '%%{init: {}}%%',
    '%% comment',
    'gantt.tasks',
    'topaxis.t',
    'inclusiveenddates.t',
    'section x',
    'title x',
    'click a call b()',
    'dateFormat YYYY',
    'todayMarker off',
    '2026-01-01.dump',
    '"; drop table x; --".y',
    '@octocat',
    '<script>',
    `public.${'長'.repeat(10_000)}`,
  ])('as hostile as %j does not break the chart', (id) => {
    const chart = timeline(
      sampleResult({ steps: [ran(id, 1, 1), ran('public.b', 2, 1)], deadline: null }),
    );
    const lines = chart.split('\n');
    expect(lines).toHaveLength(7);
    const [line = ''] = bars(chart);
    expect(line).toMatch(/^\s+[^:;#%`<>@\n]*[^\s:] :done, s0, \d+, \d+$/);
    expect(line.trimStart()).not.toMatch(keyword);
    expect(line.length).toBeLessThan(200);
  });

  test('stays the same where it is ordinary', () => {
    const chart = timeline(
      sampleResult({
        steps: [ran('public.order_history', 1, 1), ran('取引.履歴', 2, 1)],
      }),
    );
    expect(chart).toContain('public.order_history :');
    expect(chart).toContain('取引.履歴 :');
  });

  test('however long and many, leaves the chart below the limit of Mermaid', () => {
    const steps = Array.from({ length: 1000 }, (_, index) =>
      ran(`public.${'n'.repeat(100)}${index}`, index, 5),
    );
    expect(timeline(sampleResult({ steps })).length).toBeLessThan(50_000);
  });
});

/**
 * What the lexer of Mermaid takes for something else than the name of a task, at the
 * beginning of a line (packages/mermaid/src/diagrams/gantt/parser/gantt.jison).
 */
const keyword = new RegExp(
  [
    'gantt|inclusiveEndDates|topAxis',
    '(?:dateFormat|axisFormat|tickInterval|includes|excludes|todayMarker|weekday)\\s',
    '(?:title|accDescription|section|click|call|href)\\s',
    'acc(?:Title|Descr)\\s*[:{]',
    '\\d{4}-\\d\\d-\\d\\d',
  ]
    .map((word) => `^(?:${word})`)
    .join('|'),
  'i',
);
