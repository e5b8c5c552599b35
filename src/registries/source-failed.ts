/** Thrown where a source gave no answer that anything could be read from. */
export class SourceFailed extends Error {
  /** For people: the host that was asked, `index.crates.io`. */
  readonly source: string;
  /** The HTTP status that came back; null where none did. */
  readonly status: number | null;

  constructor(
    source: string,
    message: string,
    options: ErrorOptions & { status?: number | null } = {},
  ) {
    super(message, options);
    this.source = source;
    this.status = options.status ?? null;
  }
}
