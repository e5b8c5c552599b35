import {
  bySeverity,
  type DependencyFinding,
  type FindingCode,
} from '../../../core/finding.ts';
import type { ReportTable } from '../../../core/result-schema.ts';
import { formatCount } from '../../../core/units.ts';
import type { Policy } from '../../../dependencies/policy.ts';
import { dueOn } from '../clock.ts';
import type { Evidence } from '../evidence.ts';
import { nameOf } from '../excuse.ts';
import { ageInDays } from '../outdated/outdated.ts';
import { countOf } from './count-of.ts';

type Row = ReportTable['rows'][number];

/** The head has the same size whatever was found; the rest is folded away when it is long. */
const headRows = 5;

/** What an audit shows: the head first (counts, what to do, what to decide), then detail. */
export function reportTables(
  evidence: Evidence,
  policy: Policy,
  now: Date,
): ReportTable[] {
  const findings = evidence.findings ?? [];
  return [
    atAGlance(evidence),
    doNow(findings, policy),
    toDecide(findings),
    sinceLastTime(evidence),
    outdated(evidence, now),
    notCompiled(findings),
    excused(evidence),
    notMeasured(evidence),
  ].filter(({ rows }) => rows.length > 0);
}

const text = (title: string) => ({ title, unit: 'text' as const });
const number = (title: string) => ({ title, unit: 'count' as const });

function atAGlance({
  counted = [],
  findings = [],
  outdated = [],
}: Evidence): ReportTable {
  const rows = counted.map(({ ecosystem, files, packages }): Row => {
    const own = findings.filter((found) => found.ecosystem === ecosystem);
    const directs = outdated.filter(({ project }) => project.ecosystem === ecosystem);
    return [
      ecosystem,
      files,
      packages,
      countOf(own, 'vulnerable', 'malicious', 'comment-lies', 'impostor-commit'),
      countOf(own, 'unsound', 'unmaintained', 'archived', 'yanked', 'deprecated'),
      countOf(own, 'end-of-life', 'frozen-tag'),
      countOf(own, 'unpinned', 'floating-tag'),
      directs.length || countOf(own, 'outdated'),
    ];
  });
  const columns = [
    text('Ecosystem'),
    number('Files'),
    number('Packages'),
    number('Dangerous'),
    number('Unsound or given up'),
    number('End of life'),
    number('Not pinned'),
    number('Outdated'),
  ];
  return { title: 'At a glance', isHead: true, columns, rows };
}

/** What can be typed, by how grave and how much it clears. */
function doNow(findings: readonly DependencyFinding[], policy: Policy): ReportTable {
  const codes: readonly FindingCode[] = ['malicious', 'vulnerable', 'unsound', 'yanked'];
  const open = findings.filter(({ code, fix }) => fix && codes.includes(code));
  const byFix = Map.groupBy(open, ({ fix = '' }) => fix);
  const ranked = [...byFix]
    .map(([fix, cleared]) => ({ fix, cleared: cleared.toSorted(bySeverity) }))
    .sort((a, b) => rank(a.cleared, b.cleared));
  const rows = ranked.map(({ fix, cleared }): Row => {
    const [gravest] = cleared;
    const dues = cleared.flatMap((found) => dueOn(found, policy) ?? []).sort();
    return [fix, listed(cleared), gravest?.severity ?? null, dues[0] ?? null];
  });
  const columns = [
    { title: 'What to type', unit: 'code' as const },
    text('Clears'),
    text('Gravest'),
    text('Due'),
  ];
  return { title: 'Do now', isHead: true, columns, rows: cut(rows) };
}

function rank(a: readonly DependencyFinding[], b: readonly DependencyFinding[]): number {
  const [first, second] = [a[0], b[0]];
  if (!first || !second) return 0;
  if (first.severity !== second.severity) return bySeverity(first, second);
  return b.length - a.length;
}

function listed(cleared: readonly DependencyFinding[]): string {
  const names = [...new Set(cleared.map((found) => found.advisory ?? found.package))];
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/** What no command mends: somebody has to choose. */
function toDecide(findings: readonly DependencyFinding[]): ReportTable {
  const always: readonly FindingCode[] = [
    'end-of-life',
    'frozen-tag',
    'exception-expired',
    'comment-lies',
    'impostor-commit',
    'archived',
  ];
  const grave: readonly FindingCode[] = ['malicious', 'vulnerable', 'unsound'];
  const open = findings.filter(
    ({ code, fix }) => always.includes(code) || (!fix && grave.includes(code)),
  );
  const rows = open.map(
    (found): Row => [
      `${found.package} ${found.version}`.trim(),
      found.manifest,
      found.message,
      found.remedy,
    ],
  );
  const columns = [text('What'), text('Where'), text('Why'), text('Ways')];
  return { title: 'To decide', isHead: true, columns, rows: cut(rows) };
}

/** Keeps the head at its size; all of it is in the findings below. */
function cut(rows: readonly Row[]): Row[] {
  if (rows.length <= headRows) return [...rows];
  const left = rows.length - headRows + 1;
  const more = `… and ${formatCount(left)} more, among the findings`;
  const [first = []] = rows;
  return [...rows.slice(0, headRows - 1), [more, ...first.slice(1).map(() => '')]];
}

function sinceLastTime({ since }: Evidence): ReportTable {
  const columns = [text('Since last time'), text('What'), text('First seen')];
  const title = 'Since last time';
  if (!since || since.isFirst) return { title, columns, rows: [] };
  const { fresh, fixed } = since;
  const rows = [
    ...fresh.map((found): Row => {
      const { code, package: name, version, advisory = '' } = found;
      const what = `${code}: ${name} ${version} ${advisory}`.trim();
      return ['new', what, found.firstSeen ?? null];
    }),
    ...fixed.map((one): Row => ['fixed', one.name ?? 'an older finding', one.since]),
  ];
  return { title, columns, rows };
}

function outdated({ outdated: all = [] }: Evidence, now: Date): ReportTable {
  const rows = all.map(({ direct, newer, note }): Row => {
    const { locked, manifest, scope } = direct;
    const { compatible, newest, newestPublishedAt } = newer;
    return [
      locked.name,
      scope,
      locked.version,
      compatible,
      newest,
      ageInDays(newestPublishedAt, now),
      manifest,
      note,
    ];
  });
  const columns = [
    text('Package'),
    text('Scope'),
    text('Locked'),
    text('Compatible'),
    text('Newest'),
    number('Days old'),
    text('Manifest'),
    text('Note'),
  ];
  return { title: 'Outdated', columns, rows };
}

function notCompiled(findings: readonly DependencyFinding[]): ReportTable {
  const rows = findings
    .filter(({ code }) => code === 'not-compiled')
    .map(
      ({ package: name, version, advisory = '', path = [], manifest }): Row => [
        `${name} ${version}`,
        advisory,
        path.join(' → '),
        manifest,
      ],
    );
  const columns = [text('Crate'), text('Advisory'), text('Path'), text('Lockfile')];
  return { title: 'In the lockfile, but not compiled', columns, rows };
}

function excused({ excused: all = [], unusedExceptions = [] }: Evidence): ReportTable {
  const columns = [text('Excused'), text('Reason'), text('Until')];
  const rows = [
    ...all.map(({ found, exception }): Row => {
      const { code, package: name, version, advisory = '' } = found;
      const what = `${code}: ${name} ${version} ${advisory}`.trim();
      return [what, exception.reason, exception.expires];
    }),
    ...unusedExceptions.map(
      (one): Row => [`nothing any more: ${nameOf(one)}`, one.reason, one.expires],
    ),
  ];
  return { title: 'Excused by the policy', columns, rows };
}

function notMeasured({ notMeasured: all = [] }: Evidence): ReportTable {
  const columns = [
    text('Could not measure'),
    text('Source'),
    text('Why'),
    number('Times'),
  ];
  const rows = all.map(({ source, what, why, times }): Row => [what, source, why, times]);
  return { title: 'Could not measure', columns, rows };
}
