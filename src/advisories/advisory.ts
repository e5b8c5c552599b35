/** The names that OSV gives the ecosystems that the suite reads. */
export type OsvEcosystem = 'crates.io' | 'npm' | 'GitHub Actions';

/** What is wrong, gravest first: code meant to harm, a hole, a soundness bug, a dead end. */
export type AdvisoryClass = 'malicious' | 'vulnerable' | 'unsound' | 'unmaintained';

export type AdvisorySeverity = 'critical' | 'high' | 'medium' | 'low';

/** What the databases say of one package under one problem; aliases are merged. */
export interface Advisory {
  readonly id: string;
  /** All other names of the same problem. */
  readonly aliases: readonly string[];
  readonly summary: string;
  /** RFC 3339. */
  readonly published: string | null;
  /** RFC 3339. */
  readonly modified: string | null;
  readonly class: AdvisoryClass;
  /** Null: nobody said. */
  readonly severity: AdvisorySeverity | null;
  /** CVSS, 0 to 10; null where nobody gave a vector. */
  readonly score: number | null;
  /** Whether it concerns this version of the package. */
  affects(version: string): boolean;
  /** The versions that say they fix it, and are free of it; lowest first. */
  readonly fixedIn: readonly string[];
  readonly url: string | null;
  /** Always false in what a source returns: withdrawn records are skipped. */
  readonly withdrawn: boolean;
}

export interface AdvisoryHit {
  readonly name: string;
  readonly version: string;
  readonly advisory: Advisory;
}

/** Versions by the package that they are wanted of; an empty list stands for all of them. */
export type WantedVersions = ReadonlyMap<string, readonly string[]>;

/** Advisories by the package asked for; packages without any are left out. */
export type AdvisoriesByPackage = ReadonlyMap<string, readonly Advisory[]>;

/** A database of advisories, wherever it lies. */
export interface AdvisorySource {
  /** For people: `osv.dev`, `advisories.zip`. */
  readonly place: string;
  /** Whether it lies here as a whole: then asking for more costs nothing. */
  readonly isWhole: boolean;
  /**
   * The advisories that concern at least one of the versions wanted, merged by alias and
   * gravest first. Throws `AdvisoriesUnavailable`, or the signal's reason.
   */
  find(
    ecosystem: OsvEcosystem,
    wanted: WantedVersions,
    signal: AbortSignal,
  ): Promise<AdvisoriesByPackage>;
  /** How many records were looked through, or fetched, so far. */
  readonly records: number;
  /** How many of those could not be read as OSV and were skipped. */
  readonly skipped: number;
}

/** Thrown where advisories could not be had: says of where, what came back, what to do. */
export class AdvisoriesUnavailable extends Error {
  readonly place: string;

  constructor(place: string, message: string, options?: ErrorOptions) {
    super(`advisories could not be read from ${place}: ${message}`, options);
    this.place = place;
  }
}
