/** Bytes are no archive of pg_dump. The message says what they are instead. */
export class NotAnArchive extends Error {}

/** An archive in a format, or of a version, that cannot be read here. */
export class UnsupportedArchive extends Error {
  readonly version: string;

  constructor(version: string, message: string) {
    super(message);
    this.version = version;
  }
}

/** A fault at a place within an archive. */
class ArchiveFault extends Error {
  /** From the start of the file. */
  readonly atByte: number;

  constructor(atByte: number, message: string) {
    super(`${message} (at byte ${atByte})`);
    this.atByte = atByte;
  }
}

/** An archive ends before it should. */
export class ArchiveTruncated extends ArchiveFault {}

/** The bytes of an archive are not what a dump writes. */
export class ArchiveCorrupt extends ArchiveFault {}

/** A file goes on behind the end of its archive. */
export class ArchiveTrailingData extends ArchiveFault {}
