import { type History, realRuns } from '../../core/maintenance-log.ts';
import type { ReportTable } from '../../core/result-schema.ts';
import { formatBytes } from '../../core/units.ts';
import type { Evidence } from './evidence.ts';
import type { Depth } from './inputs.ts';
import { extensionsOf } from './restore/needs.ts';
import { rolesOf } from './restore/roles.ts';
import type { Verdict } from './verdict.ts';

interface Report {
  readonly verdict: Verdict;
  readonly depth: Depth;
  readonly metrics: Readonly<Record<string, number>>;
  readonly history: History;
}

type Row = ReportTable['rows'][number];
type Column = ReportTable['columns'][number];

/** What a person may want to look at, the most telling first. */
export function reportTables(evidence: Evidence, report: Report): ReportTable[] {
  return [
    about(evidence, report),
    phaseTable(evidence),
    slowest(evidence),
    tableProofs(evidence),
    newestRows(evidence),
    series(evidence),
    trend(report),
  ].filter(({ rows }) => rows.length > 0);
}

function column(title: string, unit: Column['unit'] = 'text'): Column {
  return { title, unit };
}

function about(evidence: Evidence, { verdict, depth }: Report): ReportTable {
  const { backup, archive, installation, diskBytes, predicted, detectors } = evidence;
  const rows: Row[] = [['Verdict', `${verdict}, at depth ${depth}`]];
  if (backup) rows.push(['Backup', `${backup.key}, ${formatBytes(backup.sizeBytes)}`]);
  if (archive) {
    const { database, serverVersion, dumpVersion, codec, version } = archive.header;
    rows.push(
      ['Database', database],
      ['Made at', `${localTime(archive.header.createdAtLocal)} by the clock of its host`],
      ['Made by', `pg_dump ${dumpVersion}, of PostgreSQL ${serverVersion}`],
      ['Format', `archive ${version}, ${codec === 'none' ? 'uncompressed' : codec}`],
      ['Integrity', integrity(evidence)],
    );
  }
  if (archive && installation) {
    const roles = rolesOf(archive).map(({ name }) => name);
    const extensions = extensionsOf(archive);
    rows.push(
      ['Restored with', `PostgreSQL ${installation.version}`],
      ['Roles made for it', roles.join(', ') || 'none'],
      ['Extensions', extensions.join(', ') || 'none'],
    );
  }
  if (predicted) {
    const came = diskBytes === undefined ? '' : `; it came to ${formatBytes(diskBytes)}`;
    const foreseen = formatBytes(predicted.databaseBytes);
    rows.push(['Room for the server', `about ${foreseen} foreseen${came}`]);
  }
  if (detectors) {
    rows.push(['Detectors alive', `${detectors.rejected}/${detectors.of}`]);
  }
  return { title: 'What was tested', columns: [column('What'), column('')], rows };
}

/** How strong the evidence is that no bit has turned over. */
function integrity({ archive, downloaded }: Evidence): string {
  const codec = archive?.header.codec;
  const store =
    downloaded && downloaded.proof !== 'none'
      ? `checksum of the store (${downloaded.proof === 'full' ? 'of the whole' : 'of its parts'}) verified`
      : null;
  const own = codec === 'gzip' ? 'gzip has a checksum for each table' : null;
  const known = [store, own].filter((one) => one !== null);
  if (known.length > 0) return known.join('; ');
  return `${codec === 'none' ? 'uncompressed archives' : codec} have no checksum, and none of a store was seen: a bit that has turned over in a row may show nowhere`;
}

function localTime(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}

function phaseTable(evidence: Evidence): ReportTable {
  const { backup, decryptSeconds, downloaded, decoded, restored, proof, databaseBytes } =
    evidence;
  const rows: Row[] = [];
  const add = (name: string, seconds: number, bytes?: number, count?: number) =>
    rows.push([
      name,
      seconds,
      bytes === undefined ? null : bytes / Math.max(seconds, 0.001),
      count === undefined ? null : count / Math.max(seconds, 0.001),
    ]);
  if (downloaded) add('download', downloaded.seconds, downloaded.sizeBytes);
  if (decryptSeconds !== undefined) add('decrypt', decryptSeconds, backup?.sizeBytes);
  if (decoded) add('decode', decoded.seconds, decoded.textBytes, decoded.rows);
  if (restored) {
    add('restore', restored.seconds, databaseBytes, decoded?.rows);
    for (const { name, seconds } of restored.phases) add(`restore: ${name}`, seconds);
  }
  for (const { name, seconds } of proof?.parts ?? []) add(`prove: ${name}`, seconds);
  return {
    title: 'Phases',
    columns: [
      column('Phase'),
      column('Took', 'seconds'),
      column('Bytes a second', 'bytes'),
      column('Rows a second', 'count'),
    ],
    rows,
  };
}

function slowest({ restored }: Evidence): ReportTable {
  return {
    title: 'The slowest of the restore',
    columns: [column('Item'), column('Took', 'seconds')],
    rows: (restored?.slowest ?? [])
      .slice(0, 10)
      .map(({ item, seconds }) => [item, seconds]),
  };
}

function tableProofs({ proof }: Evidence): ReportTable {
  return {
    title: 'Tables',
    columns: [
      column('Table'),
      column('Proof'),
      column('Rows', 'count'),
      column('In the archive', 'count'),
      column('Text', 'bytes'),
      column('Took', 'seconds'),
      column('Note'),
    ],
    rows: (proof?.tables ?? []).map((one) => [
      one.table,
      one.status,
      one.restoredRows,
      one.archiveRows,
      one.bytes,
      one.seconds,
      one.note,
    ]),
  };
}

function newestRows({ proof }: Evidence): ReportTable {
  return {
    title: 'Newest rows',
    columns: [column('Column'), column('Newest')],
    rows: (proof?.newest ?? []).map(({ column: name, newest }) => [name, newest]),
  };
}

const maxSeries = 62;

function series({ audit, backup }: Evidence): ReportTable {
  const newestFirst = (audit?.backups ?? []).toReversed().slice(0, maxSeries);
  return {
    title: 'The series, newest first',
    columns: [
      column('Backup'),
      column('Made at'),
      column('Size', 'bytes'),
      column('State'),
    ],
    rows: newestFirst.map((one) => [
      one.backup === backup ? `${one.backup.key} (tested)` : one.backup.key,
      localTime(one.archive?.header.createdAtLocal ?? one.backup.modifiedAt),
      one.backup.sizeBytes,
      one.problem?.message ?? one.tail ?? 'encrypted',
    ]),
  };
}

function trend({ history, metrics, verdict }: Report): ReportTable {
  const rowOf = (
    when: string,
    said: string,
    figures: Readonly<Record<string, number>>,
  ): Row => [
    when,
    said,
    figures['recoveryTimeSeconds'] ?? null,
    figures['recoveryPointSeconds'] ?? null,
    figures['databaseBytes'] ?? null,
    figures['rows'] ?? null,
  ];
  const before = realRuns(history)
    .filter(({ metrics: figures }) => figures['recoveryTimeSeconds'] !== undefined)
    .slice(0, 8)
    .map(({ startedAt, outputs, outcome, metrics: figures }) =>
      rowOf(startedAt.slice(0, 10), outputs?.['verdict'] ?? outcome, figures),
    );
  if (before.length === 0) return { title: '', columns: [], rows: [] };
  return {
    title: 'Restores before',
    columns: [
      column('When'),
      column('Verdict'),
      column('Recovery time', 'seconds'),
      column('Recovery point', 'seconds'),
      column('Database', 'bytes'),
      column('Rows', 'count'),
    ],
    rows: [rowOf('now', verdict, metrics), ...before],
  };
}
