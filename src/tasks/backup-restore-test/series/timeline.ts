import { medianOf } from './median.ts';
import type { Probed } from './probed.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** How far a local time may be from UTC, and from another local time: zones reach from -12 to +14. */
export const zoneMs = 14 * hourMs;
/** A dump, its upload and what delays them may take so long. */
export const slowestUploadMs = zoneMs + dayMs;
/**
 * As far as dumps of one series may differ in how long they take until they are stored: part
 * of the schedule, and the hour by which clocks are changed.
 */
const lagToleranceMs = (scheduleMs: number) =>
  Math.min(Math.max(scheduleMs / 4, 1.25 * hourMs), 6 * hourMs);

/**
 * The three clocks of a series: the key's date and the archive's time, both of some time zone
 * that nothing tells, and the time of the object, which is UTC, but of the last copy.
 */
export class Timeline {
  /** Oldest first. */
  readonly backups: readonly Probed[];
  /** From what the archive or key says until the object is stored; zone and upload. */
  readonly lagMs: number | null;
  readonly #lagToleranceMs: number;
  /** From the key's date until the archive's time. */
  readonly keyLagMs: number | null;
  readonly #hasUsableKeyDates: boolean;

  constructor(probed: readonly Probed[], scheduleMs: number) {
    this.#lagToleranceMs = lagToleranceMs(scheduleMs);
    const dates = new Set(probed.map(({ keyDate }) => keyDate?.at.getTime()));
    // One date in all keys is the name of a folder, or of something else.
    this.#hasUsableKeyDates = dates.size > 1 || probed.length === 1;
    this.keyLagMs = medianOf(
      probed.flatMap((one) => {
        const [archive, key] = [archiveMs(one), this.keyMs(one)];
        return archive === null || key === null ? [] : [archive - key];
      }),
    );
    this.lagMs = medianOf(
      probed.filter((one) => this.#isPlausible(one)).map((one) => this.lagOf(one)),
    );
    this.backups = probed.toSorted(
      (a, b) => this.bestMs(a) - this.bestMs(b) || (a.backup.key < b.backup.key ? -1 : 1),
    );
  }

  /** The key's date as if it were UTC; of a day its midnight. */
  keyMs({ keyDate }: Probed): number | null {
    return keyDate && this.#hasUsableKeyDates ? keyDate.at.getTime() : null;
  }

  /**
   * When it was dumped by the clock of the series, whatever its zone: the archive's time, else
   * the key's date, else the object's time.
   */
  localMs(one: Probed): number {
    const claimed = this.#claimedMs(one);
    if (claimed !== null) return claimed;
    return one.backup.modifiedAt.getTime() - (this.lagMs ?? 0);
  }

  /** Whether the object was stored when it should have been, going by the others. */
  isStoredInTime(one: Probed): boolean {
    const lag = this.lagOf(one);
    if (!this.#isPlausible(one)) return false;
    return Math.abs(lag - (this.lagMs ?? lag)) <= this.#lagToleranceMs + slackOf(one);
  }

  /**
   * When it was stored, in UTC, and where that cannot be told, the latest that it can have
   * been: the object's time if it fits, else what the others suggest.
   */
  bestMs(one: Probed): number {
    const stored = one.backup.modifiedAt.getTime();
    const claimed = this.#claimedMs(one);
    if (claimed === null || this.isStoredInTime(one)) return stored;
    return Math.min(stored, claimed + (this.lagMs ?? zoneMs + slackOf(one)));
  }

  #isPlausible(one: Probed): boolean {
    const lag = this.lagOf(one);
    const slack = slackOf(one);
    return lag >= -zoneMs - slack && lag <= slowestUploadMs + slack;
  }

  #claimedMs(one: Probed): number | null {
    const key = this.keyMs(one);
    return archiveMs(one) ?? (key === null ? null : key + (this.keyLagMs ?? 0));
  }

  /** From what archive or key says until it was stored; NaN where they say nothing. */
  lagOf(one: Probed): number {
    return one.backup.modifiedAt.getTime() - (this.#claimedMs(one) ?? Number.NaN);
  }
}

/** What the archive says, as if its time were UTC. */
export function archiveMs({ archive }: Probed): number | null {
  return archive?.header.createdAtLocal.getTime() ?? null;
}

/** A name tells the day at best, and in some series that of the day before or after. */
export function slackOf({ archive }: Probed): number {
  return archive === null ? dayMs : 0;
}
