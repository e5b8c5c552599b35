/** That an advisory hits a version of a package. */
export interface Hit {
  readonly name: string;
  readonly version: string;
  /** The advisory by all its names. */
  readonly ids: readonly string[];
}

/** Writes a hit: `rustls 0.23.12 RUSTSEC-2024-0399`. */
export function shown({ name, version, ids }: Hit): string {
  return `${name} ${version} ${ids[0] ?? ''}`;
}

/** Whether two hits are about the same version, by one name that they share. */
export function isSame(one: Hit, other: Hit): boolean {
  return (
    one.name === other.name &&
    one.version === other.version &&
    one.ids.some((id) => other.ids.includes(id))
  );
}

/** The hits that are not among others. */
export function missingIn(hits: readonly Hit[], others: readonly Hit[]): Hit[] {
  return hits.filter((one) => !others.some((other) => isSame(one, other)));
}
