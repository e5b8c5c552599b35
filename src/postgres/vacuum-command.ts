interface VacuumOptions {
  readonly freeze?: boolean;
  readonly analyze?: boolean;
  /** Cutting off empty pages at the end takes a lock that queries on a standby wait for. */
  readonly hasStandbys: boolean;
  /** A larger ring of buffers spares a long vacuum many small writes of WAL (16 and newer). */
  readonly largeRing?: boolean;
}

/** Makes the command that vacuums an object; its name is quoted already. */
export function vacuumCommand(object: string, options: VacuumOptions): string {
  const words = [
    options.freeze && 'FREEZE',
    options.analyze && 'ANALYZE',
    options.hasStandbys && 'TRUNCATE FALSE',
    options.largeRing && `BUFFER_USAGE_LIMIT '16MB'`,
  ].filter(Boolean);
  return `VACUUM ${words.length > 0 ? `(${words.join(', ')}) ` : ''}${object}`;
}
