/** How the data of an archive are compressed. */
export type Codec = 'none' | 'gzip' | 'lz4' | 'zstd';

/** What stands at the head of an archive that `pg_dump -Fc` wrote. */
export interface ArchiveHeader {
  /** Of the format, without the revision: `1.14`, `1.15`, `1.16`. */
  readonly version: string;
  readonly codec: Codec;
  /**
   * What the clock on the wall of the dumping host showed, read as if that were UTC: the
   * archive keeps no time zone.
   */
  readonly createdAtLocal: Date;
  readonly database: string;
  /** Of the server that was dumped: `15.18 (Debian 15.18-0+deb12u1)`. */
  readonly serverVersion: string;
  /** Of pg_dump. */
  readonly dumpVersion: string;
}

/** One entry of the table of contents. */
export interface TocEntry {
  /** By which blocks of data and other entries refer to it. */
  readonly id: number;
  /** `TABLE`, `TABLE DATA`, `INDEX`, `FK CONSTRAINT`, … */
  readonly kind: string;
  /** Its name, with what belongs to it: `trades`, `trades trades_pkey`, `f(integer)`. */
  readonly tag: string;
  /** The schema; null where it is in none. */
  readonly namespace: string | null;
  readonly owner: string | null;
  readonly section: 'none' | 'pre-data' | 'data' | 'post-data';
  /** Of the object in the catalog of the dumped database. */
  readonly catalogOid: number;
  readonly oid: number;
  /** The SQL that makes it; null where there is none. */
  readonly definition: string | null;
  /** `COPY public.trades (id, price) FROM stdin;` of what is loaded by COPY. */
  readonly copyStatement: string | null;
  /** Ids of the entries that must be restored before it. */
  readonly dependencies: readonly number[];
  readonly hasData: boolean;
  /** Where its block of data begins; null where it has none, or pg_dump wrote to a pipe. */
  readonly dataOffset: number | null;
}

/** The head and the table of contents of an archive: all that stands before its data. */
export interface Archive {
  readonly header: ArchiveHeader;
  readonly entries: readonly TocEntry[];
  /** Where the table of contents ends and the data begin. */
  readonly dataStartsAt: number;
}
