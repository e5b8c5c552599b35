import { gzipSync } from 'node:zlib';
import type { Case } from './case.ts';
import {
  blockFaults,
  cuts,
  dataFlips,
  definitionFlip,
  foreignBytes,
  frameFlips,
} from './damage.ts';
import { withTime } from './dissect.ts';
import { faultyContents } from './faulty-contents.ts';
import {
  dayMs,
  dayName,
  earlier,
  type StoredFile,
  seriesOf,
  withBytes,
} from './series.ts';
import type { Recipe, SmallDumps } from './small-dumps.ts';

type Add = (
  kind: string,
  name: string,
  files: readonly StoredFile[],
  expected: Case['expected'],
  more?: Partial<Case>,
) => void;

const codecs: Readonly<Record<string, Recipe>> = {
  gzip: { version: 15 },
  none: { version: 15, options: ['-Z0'] },
  zstd: { version: 18, options: ['--compress=zstd'] },
  lz4: { version: 18, options: ['--compress=lz4'] },
};

const notWhole: Case['expected'] = [
  'archive-truncated',
  'archive-corrupt',
  'not-an-archive',
];
const corrupt: Case['expected'] = [
  'archive-corrupt',
  'archive-truncated',
  'not-an-archive',
  'version-unsupported',
];

/** Builds what is damaged or stale: positions, kinds, codecs, and faults of a series. */
export async function faultyCases(dumps: SmallDumps): Promise<Case[]> {
  const cases: Case[] = [];
  const add: Add = (kind, name, files, expected, more = {}) => {
    cases.push({ kind, name, files, version: 15, expected, ...more });
  };
  for (const [codec, recipe] of Object.entries(codecs)) {
    damaged(add, codec, seriesOf([await dumps.dump(recipe)]), recipe);
  }
  const piped = seriesOf([await dumps.dump({ version: 15, isPiped: true })]);
  damagedBlocks(add, 'gzip through a pipe', piped, { version: 15 });
  const gzip = await dumps.dump({ version: 15 });
  await strangers(add, seriesOf([gzip]), dumps);
  seriesFaults(add, seriesOf([gzip]));
  const other = await dumps.dump({ version: 15, isEmpty: true });
  otherDatabases(add, gzip, other);
  cases.push(...(await faultyContents(dumps)));
  return cases;
}

/** The newest of a series, damaged in each way. */
function damaged(
  add: Add,
  codec: string,
  files: StoredFile[],
  { version }: Recipe,
): void {
  for (const [where, cut] of Object.entries(cuts)) {
    add('cut off', `${codec}: ${where}`, withBytes(files, -1, cut), notWhole, {
      version,
    });
  }
  for (const [what, flip] of Object.entries(frameFlips)) {
    const name = `${codec}: ${what}`;
    add('a bit of the frame', name, withBytes(files, -1, flip), corrupt, { version });
  }
  for (const [where, flip] of Object.entries(dataFlips)) {
    const name = `${codec}: ${where}`;
    const kind = 'a bit of the data, in S3';
    add(kind, name, files, ['checksum-mismatch', ...corrupt], { version, inStore: flip });
    // Of the codecs that pg_dump knows, gzip alone has a checksum in the archive.
    if (codec !== 'gzip') continue;
    const flipped = withBytes(files, -1, flip);
    add('a bit of the data, gzip', name, flipped, corrupt, { version });
  }
  damagedBlocks(add, codec, files, { version });
  if (codec !== 'gzip' && codec !== 'zstd') return;
  add('a bit of a definition, in S3', codec, files, ['checksum-mismatch'], {
    version,
    inStore: definitionFlip,
  });
}

function damagedBlocks(
  add: Add,
  codec: string,
  files: StoredFile[],
  { version }: Recipe,
): void {
  for (const [what, damage] of Object.entries(blockFaults)) {
    const expected: Case['expected'] = [...notWhole, 'archive-trailing-data'];
    const bytes = withBytes(files, -1, damage);
    // Of what is not compressed, a chunk may be cut out at the end of a row.
    add(
      'blocks',
      `${codec}: ${what}`,
      bytes,
      [...expected, 'content-mismatch', 'restore-error'],
      {
        version,
      },
    );
  }
  for (const [what, damage] of Object.entries(foreignBytes)) {
    const expected: Case['expected'] = [...notWhole, 'archive-trailing-data'];
    add('foreign bytes', `${codec}: ${what}`, withBytes(files, -1, damage), expected, {
      version,
    });
  }
}

/** What has the name of a backup and is none. */
async function strangers(
  add: Add,
  files: StoredFile[],
  dumps: SmallDumps,
): Promise<void> {
  const text = await dumps.dump({ version: 15, options: ['-Fp'] });
  const others: Record<string, Buffer> = {
    'an empty file': Buffer.alloc(0),
    'SQL text': text,
    'SQL text with gzip': gzipSync(text),
    'an archive with gzip': gzipSync(files.at(-1)?.bytes ?? text),
    'an error of the store as XML': Buffer.from(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>',
    ),
    'an error of pg_dump': Buffer.from(
      'pg_dump: error: connection to server at "db" (10.0.0.7), port 5432 failed: FATAL:  the database system is starting up\n',
    ),
    zeros: Buffer.alloc(400_000),
  };
  for (const [name, bytes] of Object.entries(others)) {
    add(
      'no archive',
      name,
      withBytes(files, -1, () => bytes),
      ['not-an-archive', 'archive-truncated'],
    );
  }
  const future = withBytes(files, -1, (bytes) => {
    const copy = Buffer.from(bytes);
    copy[6] = 99;
    return copy;
  });
  add('no archive', 'an archive of a future version', future, ['version-unsupported']);
}

/** The newest one is whole, and may even be restored. */
function seriesFaults(add: Add, files: StoredFile[]): void {
  const without = (...gone: number[]) =>
    files.filter((_, index) => !gone.includes(index - files.length));
  const newest = files.at(-1);
  const before = files.at(-2);
  if (!newest || !before) return;
  const olderBy = (days: number) =>
    files.map((file) => {
      const old = earlier(file, days * dayMs);
      return { ...old, key: dayName(old.modifiedAt) };
    });
  add('stale', 'the newest is of three days ago', olderBy(3), ['stale-backup']);
  add('stale', 'the newest is of two days ago', olderBy(2), ['stale-backup']);
  add('stale', 'one backup, a month old', olderBy(30).slice(-1), ['stale-backup']);
  add('gap', 'one day is missing', without(-4), ['missing-backup']);
  add('gap', 'yesterday is missing', without(-2), ['missing-backup']);
  add('gap', 'three days are missing', without(-4, -5, -6), ['missing-backup']);
  add(
    'the same again',
    'the bytes of yesterday with the name of today',
    [...without(-1), { ...newest, bytes: before.bytes }],
    ['duplicate-backup', 'clock-disagreement', 'stale-backup'],
  );
  add(
    'the same again',
    'the same bytes for four days',
    files.map((file, index) =>
      index < 4 ? file : { ...file, bytes: files[4]?.bytes ?? file.bytes },
    ),
    ['duplicate-backup', 'clock-disagreement', 'stale-backup'],
  );
  add(
    'the same again',
    'the dump of yesterday, which is gone, with the name of today',
    [...without(-1, -2), { ...newest, bytes: before.bytes }],
    ['clock-disagreement', 'missing-backup'],
  );
  add(
    'clocks',
    'the newest says it was made last year',
    withBytes(files, -1, (bytes) =>
      withTime(bytes, new Date(newest.modifiedAt.getTime() - 365 * dayMs)),
    ),
    ['clock-disagreement', 'missing-backup', 'stale-backup'],
  );
  add(
    'clocks',
    'the newest says it was made in a year',
    withBytes(files, -1, (bytes) =>
      withTime(bytes, new Date(newest.modifiedAt.getTime() + 365 * dayMs)),
    ),
    ['clock-disagreement', 'missing-backup'],
  );
  for (const [name, damage] of Object.entries({
    'cut off': half,
    empty: () => Buffer.alloc(0),
    'with garbage behind its end': (bytes: Buffer) =>
      Buffer.concat([bytes, Buffer.from('garbage'.repeat(900))]),
    'filled with zeros from its middle on': (bytes: Buffer) =>
      Buffer.from(bytes).fill(0, Math.floor(bytes.length / 2)),
    'an error as XML': () => Buffer.from('<?xml version="1.0"?><Error/>'),
  })) {
    add('an older one', `three days ago is ${name}`, withBytes(files, -4, damage), [
      ...notWhole,
      'archive-trailing-data',
    ]);
  }
  const broken = files.map((file) => ({ ...file, bytes: half(file.bytes) }));
  add('an older one', 'all of them are cut off', broken, notWhole);
}

function otherDatabases(add: Add, exchange: Buffer, other: Buffer): void {
  const files = seriesOf([exchange]);
  const named = (bytes: Buffer, name: string) => {
    const at = bytes.indexOf('matchbook');
    const copy = Buffer.from(bytes);
    copy.write(name, at, 'latin1');
    return copy;
  };
  // The name is as long, so that nothing else changes.
  const staging = (bytes: Buffer) => named(bytes, 'matchtest');
  add('another database', 'the newest is of staging', withBytes(files, -1, staging), [
    'wrong-database',
  ]);
  add('another database', 'three days ago is of staging', withBytes(files, -4, staging), [
    'wrong-database',
  ]);
  const all = files.map((file) => ({ ...file, bytes: staging(file.bytes) }));
  add('another database', 'all are, and we know better', all, ['wrong-database'], {
    inputs: { 'expect-database': 'matchbook' },
  });
  add(
    'shrunk',
    'the newest is of a server without the data',
    [...files.slice(0, -1), ...seriesOf([other], { count: 1 })],
    ['table-shrunk', 'size-anomaly'],
  );
}

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}
