import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import type { Result, StepResult } from '../../src/core/result-schema.ts';
import type { ShownFigure } from '../../src/core/task.ts';
import { summaryOf } from '../../src/github/summary.ts';
import { sampleFinding, sampleResult, sampleStep } from '../sample-result.ts';
import { readerSees } from './markdown-reader.ts';

const limitBytes = 1024 * 1024;

const figures: ShownFigure[] = [
  { key: 'deadTuples', title: 'Dead tuples', unit: 'count', notableFrom: 1 },
  { key: 'bytes', title: 'Size', unit: 'bytes', notableFrom: 1 },
];

const summary = (changes: Partial<Result>) => summaryOf(sampleResult(changes), figures);

const notBegun = { startedAt: null, seconds: null, before: null, after: null } as const;

/** The rows of the table whose head has this title, by their cells. */
function rowsUnder(title: string, markdown: string): string[][] {
  const lines = markdown.split('\n');
  const head = lines.findIndex(
    (line) => line.startsWith('|') && cells(line).includes(title),
  );
  if (head < 0) return [];
  const end = lines.findIndex((line, index) => index > head && !line.startsWith('|'));
  return lines.slice(head + 2, end < 0 ? undefined : end).map(cells);
}

function cells(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('&nbsp;', ' '));
}

describe('a summary', () => {
  test('begins with how the run ended, and what it came to', () => {
    const [heading, , verdict] = summary({
      outcome: 'incomplete',
      reason: 'deadline-reached',
      message: 'Vacuumed 7 of 9 tables; 2 carried over (public.a_b, c).',
    }).split('\n');
    expect(heading).toMatch(/^## .*vacuum: incomplete — deadline reached$/);
    expect(verdict).toBe('**Vacuumed 7 of 9 tables; 2 carried over (public.a_b, c).**');
  });

  test('says so when it was a dry run', () => {
    expect(summary({ dryRun: true })).toMatch(/^## .*dry run/);
    expect(summary({ dryRun: false })).not.toContain('dry run');
  });

  test('shows a message with problems as a list', () => {
    const message = '2 inputs are not usable.\n- jobs: no <b>.\n- mode: no.';
    const lines = summary({ message, steps: [] }).split('\n');
    const at = lines.indexOf('**2 inputs are not usable.**');
    expect(at).toBeGreaterThan(0);
    expect(lines[at + 1]).toBe('');
    expect(lines.slice(at + 2, at + 4).map(readerSees)).toEqual([
      '- jobs: no <b>.',
      '- mode: no.',
    ]);
  });

  test('has totals of target, time and steps', () => {
    const steps = [
      sampleStep({ status: 'done' }),
      sampleStep({ status: 'done' }),
      sampleStep({ status: 'failed', error: 'x' }),
      sampleStep({ status: 'carried-over', ...notBegun }),
    ];
    const markdown = summary({ steps });
    const [totals = []] = rowsUnder('Target', markdown);
    expect(totals).toEqual([
      'matchbook on db:5432 (PostgreSQL 15.18)',
      '02:07 UTC, 4 min 10 s',
      '04:00 UTC',
      '2',
      '1',
      '1',
    ]);
    expect(markdown).toMatch(/Target .*Deadline \| Done \| Failed \| Carried over \|/);
  });

  test('knows a run that never reached its target', () => {
    const [totals] = rowsUnder('Target', summary({ target: null, steps: [] }));
    expect(totals?.[0]).toBe('not reached');
  });

  test('ends its last line, so that another summary can follow', () => {
    expect(summary({})).toMatch(/[^\n]\n$/);
  });

  test('has nothing of what there is none of', () => {
    expect(summary({ steps: [] })).not.toContain('Steps');
    expect(summary({ findings: [] })).not.toContain('Findings');
    const whole = summary({ findings: [sampleFinding()] });
    expect(whole).not.toMatch(/\n{3}|\bmore (steps|findings)/);
  });
});

describe('a table of the task itself', () => {
  const columns = [
    { title: 'Phase', unit: 'text' as const },
    { title: 'Took', unit: 'seconds' as const },
    { title: 'Read', unit: 'bytes' as const },
  ];
  const withRows = (rows: (string | number | null)[][]) =>
    summary({ tables: [{ title: 'Phases', columns, rows }], steps: [] });

  test('is written in units that people read, and texts are escaped', () => {
    const shown = withRows([
      ['load <b>|', 90, 2048],
      ['none', null, null],
    ]);
    expect(shown).toContain('### Phases');
    expect(rowsUnder('Took', shown)).toEqual([
      ['load &#60;b&#62;&#124;', '1 min 30 s', '2.0 kB'],
      ['none', '–', '–'],
    ]);
  });

  test('is folded when it is long, and cut with a note', () => {
    const shown = withRows(Array.from({ length: 100 }, (_, i) => [`p${i}`, i, i]));
    expect(shown).toContain('<details><summary>Phases</summary>');
    expect(rowsUnder('Took', shown)).toHaveLength(40);
    expect(shown).toContain('60 more rows are in the result file.');
  });
});

describe('findings in a summary', () => {
  test('say what is and what to do, the grave ones in bold', () => {
    const findings = [sampleFinding({ severity: 'high' }), sampleFinding()];
    const rows = rowsUnder('Severity', summary({ findings }));
    expect(rows.map(([severity]) => severity)).toEqual(['**high**', 'medium']);
    expect(rows[1]?.slice(1)).toEqual([
      '<code>invalid-index</code>',
      'The index public.trades_at is invalid.',
      'Run: reindex index concurrently public.trades_at',
    ]);
  });

  test('that are too many for a reader are counted', () => {
    const findings = Array.from({ length: 1234 }, () => sampleFinding());
    const markdown = summary({ findings });
    const shown = rowsUnder('Severity', markdown).length;
    expect(shown).toBeLessThan(100);
    expect(markdown).toContain(`${(1234 - shown).toLocaleString('en-US')} more findings`);
  });
});

describe('steps in a summary', () => {
  const step = (id: string, changes: Partial<StepResult> = {}) =>
    sampleStep({ id, ...changes });

  test('are read in the order of interest, each group in the order of the plan', () => {
    const steps = [
      step('d1'),
      step('o1', { status: 'carried-over', ...notBegun }),
      step('d2'),
      step('s1', { status: 'skipped' }),
      step('c1', { status: 'cancelled' }),
      step('f1', { status: 'failed' }),
      step('f2', { status: 'failed' }),
    ];
    const ids = rowsUnder('Object', summary({ steps })).map(([id]) => id);
    const inOrder = ['f1', 'f2', 'c1', 'o1', 's1', 'd1', 'd2'];
    expect(ids).toEqual(inOrder.map((id) => `<code>${id}</code>`));
  });

  test('show what became of them, why, and the command', () => {
    const [row] = rowsUnder('Object', summary({ steps: [step('public.a_b')] }));
    expect(row).toEqual([
      '<code>public.a_b</code>',
      'done',
      '38 s',
      '500 → 0',
      'dead-tuples: 500 dead (33 %), threshold 250',
      '<code>VACUUM public.a_b</code>',
    ]);
  });

  test('show the error where there is one', () => {
    const error = 'canceling statement | due to <timeout>';
    const [row] = rowsUnder('Object', summary({ steps: [step('a', { error })] }));
    expect(readerSees(row?.[1] ?? '')).toContain(error);
  });

  test.each([
    ['carried-over', 'about 40 s'],
    ['planned', 'about 40 s'],
    ['skipped', '–'],
  ] as const)('that did not begin, %s: time %s', (status, time) => {
    const steps = [step('a', { status, ...notBegun })];
    expect(rowsUnder('Object', summary({ steps }))[0]?.[2]).toBe(time);
  });

  test.each([
    ['fell, but was of no note', { bytes: 0.5 }, { bytes: 0 }, [], undefined],
    ['fell', { bytes: 16_384 }, { bytes: 8192 }, ['Size'], '16.0 kB → 8.0 kB'],
    ['only grew', { bytes: 8192 }, { bytes: 16_384 }, [], undefined],
    ['stayed', { bytes: 8192 }, { bytes: 8192 }, [], undefined],
    ['was not measured after', { bytes: 8192 }, { bytes: null }, [], undefined],
    ['was not measured before', { bytes: null }, { bytes: -1 }, [], undefined],
    ['was never measured', {}, {}, [], undefined],
  ] as const)('a figure that %s', (_, before, after, titles, text) => {
    const markdown = summary({ steps: [step('a', { before, after })] });
    const shown = figures
      .map(({ title }) => title)
      .filter((title) => markdown.includes(` ${title} |`));
    expect(shown).toEqual(titles);
    if (text) expect(rowsUnder('Object', markdown)[0]).toContain(text);
  });

  test('show a figure of all of them where it fell in one', () => {
    const unmeasured = { before: null, after: null };
    const steps = [step('a'), step('b', { before: { deadTuples: 7 } })];
    const markdown = summary({ steps: [...steps, step('c', unmeasured)] });
    const shown = rowsUnder('Object', markdown).map((row) => row[3]);
    expect(shown).toEqual(['500 → 0', '7 → 0', '–']);
  });

  test('set their times and figures to the right', () => {
    const [rule] = summary({ steps: [step('a')] })
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .filter((line) => line.includes('--:'));
    expect(cells(rule ?? '')).toEqual(['---', '---', '--:', '--:', '---', '---']);
  });

  test('that are many are folded away', () => {
    const many = Array.from({ length: 31 }, (_, index) => step(`t${index}`));
    expect(summary({ steps: many })).toContain('<details><summary>Steps (31)</summary>');
    expect(summary({ steps: many.slice(0, 30) })).not.toContain('<details>');
  });
});

describe('a name from outside', () => {
  const hostile = 'public."a|b`c\n\n</details>\n# d <img src=x> @octocat ![x](y) $z$ **"';

  test('stays in its cell', () => {
    const markdown = summary({
      target: hostile,
      message: hostile,
      steps: [sampleStep({ id: hostile, why: hostile, error: hostile })],
      findings: [sampleFinding({ message: hostile, remedy: hostile })],
    });
    expect(rowsUnder('Target', markdown)[0]).toHaveLength(4);
    expect(rowsUnder('Severity', markdown)[0]).toHaveLength(4);
    expect(rowsUnder('Object', markdown)[0]).toHaveLength(6);
    expect(markdown).not.toMatch(/<img|<\/details>|!\[x\]|^# d/m);
    // GitHub calls nobody out of code.
    expect(markdown.replace(/<code>.*?<\/code>/g, '')).not.toContain('@octocat');
  });
});

describe('a summary that is too long', () => {
  const long = '取引履歴'.repeat(15);

  function steps(count: number): StepResult[] {
    return Array.from({ length: count }, (_, index) =>
      sampleStep({
        id: `${long}.${long}${index}`,
        status: index === count - 1 ? 'failed' : 'done',
      }),
    );
  }

  test('is cut in the detail of 10,000 steps, never in the totals', () => {
    const markdown = summary({ steps: steps(10_000) });
    expect(Buffer.byteLength(markdown)).toBeLessThan(limitBytes);
    expect(rowsUnder('Target', markdown)[0]?.slice(3)).toEqual(['9,999', '1']);
    const rows = rowsUnder('Object', markdown);
    expect(rows.length).toBeGreaterThan(500);
    expect(rows[0]?.[0]).toContain(`${long}9999`);
    const omitted = (10_000 - rows.length).toLocaleString('en-US');
    expect(markdown).toContain(`${omitted} more steps are in the result file.`);
    expect(markdown.trimEnd()).toMatch(/<\/details>$/);
  });

  test.each<[string, Partial<Result>]>([
    ['message', { message: '取'.repeat(1_000_000) }],
    ['list of problems', { message: '- 取\n'.repeat(500_000) }],
    ['step', { steps: [sampleStep({ id: '取'.repeat(1_000_000) })] }],
    ['finding', { findings: [sampleFinding({ message: '取'.repeat(1_000_000) })] }],
    ['remedy', { findings: [sampleFinding({ remedy: '<'.repeat(1_000_000) })] }],
    ['list of findings', { findings: longFindings() }],
    ['list of both', { findings: longFindings(), steps: steps(10_000) }],
  ])('is cut within a %s', (_, changes) => {
    const markdown = summary(changes);
    expect(Buffer.byteLength(markdown)).toBeLessThan(limitBytes);
    expect(markdown).toMatch(/^## .*vacuum/);
    expect(rowsUnder('Target', markdown)).toHaveLength(1);
  });

  function longFindings(): Finding[] {
    const message = '取'.repeat(4000);
    return Array.from({ length: 60 }, () => sampleFinding({ message, remedy: message }));
  }
});
