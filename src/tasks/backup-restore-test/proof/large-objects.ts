import type pg from 'pg';
import { type Finding, finding } from '../../../core/finding.ts';
import { formatCount } from '../../../core/units.ts';
import type { Archive, TocEntry } from '../../../pg-dump/archive.ts';
import type { BlockDigest } from '../../../pg-dump/decode-archive.ts';
import { LargeObjects } from '../../../pg-dump/large-objects.ts';

/** Compares the large objects with those of the archive: their number, and their bytes. */
export async function compareLargeObjects(
  client: pg.Client,
  { entries }: Archive,
  digests: readonly BlockDigest[],
): Promise<Finding[]> {
  const blocks = digests.filter(({ form }) => form === 'blobs');
  const expected = blocks.reduce((sum, { rows }) => sum + rows, 0);
  const { rows } = await client.query<{ count: string }>(
    'select count(*) from pg_catalog.pg_largeobject_metadata',
  );
  const count = Number(rows[0]?.count);
  if (blocks.length > 0 && count !== expected) {
    return [
      finding(
        'row-mismatch',
        'large objects',
        `The archive has ${formatCount(expected)} large objects, and the restored database ${formatCount(count)}.`,
      ),
    ];
  }
  const findings: Finding[] = [];
  for (const block of blocks) {
    const oids = oidsOf(block.entry, entries) ?? (blocks.length === 1 ? 'all' : null);
    if (oids === null) return [...findings, notCompared()];
    const restored = await hashObjects(client, oids);
    if (restored.sha256 === block.sha256) continue;
    findings.push(
      finding(
        'content-mismatch',
        'large objects',
        `The ${formatCount(block.rows)} large objects of block ${block.entry.tag} are not those of the archive: their SHA-256 is ${block.sha256} in the archive, ${restored.sha256} restored.`,
      ),
    );
  }
  return findings;
}

/** From PostgreSQL 17 on, a block has those that another entry lists. */
function oidsOf(block: TocEntry, entries: readonly TocEntry[]): string[] | null {
  const list = entries.find(
    ({ kind, id }) => kind === 'BLOB METADATA' && block.dependencies.includes(id),
  );
  return list?.definition?.match(/^\d+$/gm) ?? null;
}

/** So many pages of 2 kB are fetched at a time. */
const fetched = 2_000;

async function hashObjects(client: pg.Client, oids: readonly string[] | 'all') {
  const objects = new LargeObjects();
  let open: number | null = null;
  await client.query('begin');
  await client.query(
    `\
declare pages no scroll cursor for
select m.oid, data
from pg_catalog.pg_largeobject_metadata m left join pg_catalog.pg_largeobject on loid = m.oid
${oids === 'all' ? '' : 'where m.oid = any ($1)'}
order by m.oid, pageno`,
    oids === 'all' ? [] : [oids],
  );
  for (;;) {
    const { rows } = await client.query<{ oid: number; data: Buffer | null }>(
      `fetch ${fetched} from pages`,
    );
    for (const { oid, data } of rows) {
      if (oid !== open) objects.begin(oid);
      open = oid;
      // pg_restore writes each from its first byte to its last: no page is left out.
      if (data) objects.update(data);
    }
    if (rows.length < fetched) break;
  }
  await client.query('commit');
  return objects.end();
}

function notCompared(): Finding {
  return finding(
    'not-checked',
    'large objects',
    'Only the number of large objects was compared: the archive does not tell which of its blocks has which of them.',
    { remedy: 'Nothing: pg_restore reports what it cannot restore.' },
  );
}
