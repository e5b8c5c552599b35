export interface ArchiveOptions {
  readonly database?: string;
  /** What the clock of the host shows, as if that were UTC. */
  readonly createdAt?: Date;
  /** Bytes of data by table. */
  readonly tables?: Readonly<Record<string, number>>;
  /** Makes the table of contents longer. */
  readonly definitionBytes?: number;
  /** As pg_dump writes to a pipe. */
  readonly withoutOffsets?: boolean;
}

const sections = { preData: 2, data: 3 };
const flags = { notSet: 1, set: 2, none: 3 };

/**
 * Writes an archive as pg_dump 15 does (format 1.14, not compressed), as far as what reads its
 * head and tail is concerned: PostgreSQL's src/bin/pg_dump/pg_backup_archiver.c, WriteHead and
 * WriteToc.
 */
export function archiveBytes(options: ArchiveOptions = {}): Buffer {
  const { tables = { trades: 100_000, orders: 30_000 }, withoutOffsets } = options;
  const names = Object.entries(tables);
  const head = headOf(options, names.length * 2);
  const definition = ' '.repeat(options.definitionBytes ?? 100);
  // Offsets have the same length whatever they are, so a first pass tells where data begin.
  const toc = (offsets: readonly number[]) =>
    names.flatMap(([name], index) => [
      entry(index * 2 + 1, 'TABLE', name, definition, flags.none, 0),
      entry(
        index * 2 + 2,
        'TABLE DATA',
        name,
        null,
        withoutOffsets ? flags.notSet : flags.set,
        offsets[index] ?? 0,
      ),
    ]);
  const dataStartsAt = Buffer.concat([head, ...toc([])]).length;
  const blocks = names.map(([, bytes], index) => block(index * 2 + 2, bytes));
  let at = dataStartsAt;
  const offsets = blocks.map((one) => {
    at += one.length;
    return at - one.length;
  });
  return Buffer.concat([head, ...toc(offsets), ...blocks]);
}

function headOf({ database = 'matchbook', createdAt }: ArchiveOptions, entries: number) {
  const at = createdAt ?? new Date('2026-11-01T02:00:00Z');
  return Buffer.concat([
    Buffer.from('PGDMP'),
    Buffer.from([1, 14, 0, 4, 8, 1]),
    int(0),
    ...[
      at.getUTCSeconds(),
      at.getUTCMinutes(),
      at.getUTCHours(),
      at.getUTCDate(),
      at.getUTCMonth(),
      at.getUTCFullYear() - 1900,
      0,
    ].map(int),
    ...[database, '15.18', '15.18'].map(string),
    int(entries),
  ]);
}

function entry(
  id: number,
  kind: string,
  tag: string,
  definition: string | null,
  flag: number,
  offset: number,
): Buffer {
  const isData = kind === 'TABLE DATA';
  const position = Buffer.alloc(9);
  position.writeUInt8(flag);
  position.writeBigUInt64LE(BigInt(offset), 1);
  return Buffer.concat([
    int(id),
    int(isData ? 1 : 0),
    ...['1259', '16384', tag, kind].map(string),
    int(isData ? sections.data : sections.preData),
    string(definition),
    string(null),
    string(isData ? `COPY public.${tag} (id) FROM stdin;\n` : null),
    ...['public', null, isData ? null : 'heap', 'matchbook', 'false', null].map(string),
    position,
  ]);
}

function block(id: number, bytes: number): Buffer {
  const rows = Buffer.from('1\n'.repeat(bytes / 2));
  const text = Buffer.concat([rows, Buffer.from('\\.\n\n\n')]);
  return Buffer.concat([Buffer.from([1]), int(id), int(text.length), text, int(0)]);
}

function string(text: string | null): Buffer {
  if (text === null) return int(-1);
  return Buffer.concat([int(Buffer.byteLength(text)), Buffer.from(text)]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(value < 0 ? 1 : 0);
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
}
