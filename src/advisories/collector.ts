import {
  type AdvisoriesByPackage,
  AdvisoriesUnavailable,
  type Advisory,
  type OsvEcosystem,
  type WantedVersions,
} from './advisory.ts';
import { mergeRecords, packageKey } from './merge.ts';
import { type OsvRecord, readRecord } from './record.ts';

/** More records than that about the packages wanted are no database. */
const mostRecords = 50_000;

/** Keeps the records that name a package wanted, and answers from them. */
export class Collector {
  /** Records that were looked through. */
  records = 0;
  /** Records that could not be read. */
  skipped = 0;
  /** Whether any record was of the ecosystem: else the database is that of another one. */
  sawEcosystem = false;
  readonly #place: string;
  readonly #ecosystem: OsvEcosystem;
  /** The keys of the packages wanted. */
  readonly #keys: ReadonlySet<string>;
  readonly #found: Map<string, OsvRecord[]> = new Map();
  readonly #ecosystemPattern: RegExp;
  #kept = 0;

  constructor(place: string, ecosystem: OsvEcosystem, names: Iterable<string>) {
    this.#place = place;
    this.#ecosystem = ecosystem;
    this.#ecosystemPattern = new RegExp(`"ecosystem"\\s*:\\s*"${ecosystem}[":]`);
    this.#keys = new Set([...names].map((name) => packageKey(ecosystem, name)));
  }

  /** Takes a record as the database has it. Throws only where there are far too many. */
  addText(text: string): void {
    this.records += 1;
    this.sawEcosystem ||= this.#ecosystemPattern.test(text);
    if (!this.#mayConcern(text)) return;
    try {
      this.#add(readRecord(JSON.parse(text)));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.skipped += 1;
    }
  }

  /** Counts a record that is there but cannot be read. */
  addUnreadable(): void {
    this.records += 1;
    this.skipped += 1;
  }

  /** The advisories of each package wanted that concern one of the versions wanted. */
  answer(wanted: WantedVersions): AdvisoriesByPackage {
    const answer = new Map<string, readonly Advisory[]>();
    for (const [name, versions] of wanted) {
      const records = this.#found.get(packageKey(this.#ecosystem, name));
      if (records === undefined) continue;
      const advisories = mergeRecords(records, this.#ecosystem, name).filter(
        (advisory) =>
          versions.length === 0 || versions.some((version) => advisory.affects(version)),
      );
      if (advisories.length > 0) answer.set(name, advisories);
    }
    return answer;
  }

  #add(record: OsvRecord | null): void {
    if (record === null) {
      this.skipped += 1;
      return;
    }
    const keys = new Set(
      record.affected.flatMap(({ ecosystem, name }) =>
        ecosystem === this.#ecosystem ? packageKey(ecosystem, name) : [],
      ),
    );
    for (const key of keys) {
      if (!this.#keys.has(key)) continue;
      this.#kept += 1;
      if (this.#kept > mostRecords) throw this.#tooMany();
      const records = this.#found.get(key);
      if (records === undefined) this.#found.set(key, [record]);
      else records.push(record);
    }
  }

  #tooMany(): AdvisoriesUnavailable {
    return new AdvisoriesUnavailable(
      this.#place,
      `more than ${mostRecords} records name the packages of this repository, which no database of advisories does. Check where it comes from.`,
    );
  }

  /**
   * Whether a record may name a package wanted: parsing costs ten times as much as this
   * look at each `"name": "…"`. A name with an escape in it may be any.
   */
  #mayConcern(text: string): boolean {
    const key = '"name"';
    for (let at = text.indexOf(key); at !== -1; at = text.indexOf(key, at + key.length)) {
      pair.lastIndex = at + key.length;
      const name = pair.exec(text)?.[1];
      if (name === undefined) continue;
      if (name.includes('\\')) return true;
      if (this.#keys.has(packageKey(this.#ecosystem, name))) return true;
    }
    return false;
  }
}

const pair = /\s*:\s*"((?:[^"\\]|\\.)*)"/y;
