import type pg from 'pg';

/** A point in time as the dump has printed it, with the offset of its time zone. */
export interface OffsetSample {
  /** `2026-07-01 12:00:00+02` */
  readonly time: string;
}

// What touches the end of a piece may go on in the next one.
const timeWithOffset =
  /(?<![\d-])(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d(?:\.\d{1,6})?([+-]\d\d(?::\d\d){0,2})(?=[^\d:])(?! BC)/g;

/**
 * Collects points in time from the text of COPY: of each day and offset the first. A part
 * of the text tells the time zone almost as well as all of it.
 */
export class OffsetSampler {
  readonly #samples = new Map<string, OffsetSample>();

  /** Takes a piece of the text. A time that is cut at one of its ends is left out. */
  add(piece: string | Uint8Array): void {
    const text =
      typeof piece === 'string' ? piece : Buffer.from(piece).toString('latin1');
    for (const [time, day, offset] of text.matchAll(timeWithOffset)) {
      const key = `${day}${offset}`;
      if (!this.#samples.has(key)) this.#samples.set(key, { time });
    }
  }

  get samples(): OffsetSample[] {
    return [...this.#samples.values()];
  }
}

/** The samples of one piece of text. */
export function offsetSamples(text: string | Uint8Array): OffsetSample[] {
  const sampler = new OffsetSampler();
  sampler.add(text);
  return sampler.samples;
}

/** So many samples are asked about; more tell no more. */
const maxSamples = 2_000;

export interface CandidateZones {
  /** The time zones that give most of the offsets, at most three. */
  readonly zones: readonly string[];
  /** Whether they give all of them. */
  readonly fitsAll: boolean;
}

const sql = `\
with samples as (
  select distinct text::timestamptz as at, substr(text, 1, 19)::timestamp as local
  from unnest($1::text[]) text
),
fits as (
  select name, count(*) filter (
    where date_trunc('second', at) at time zone name = local
  ) as count
  from pg_catalog.pg_timezone_names cross join samples
  where name !~ '^(posix|right)/'
  group by name
)
select
  (array_agg(name order by name <> $2, name !~ '/', name))[1:3] as "zones",
  count = (select count(*) from samples) as "fitsAll"
from fits
where count > 0
group by count
order by count desc
limit 1`;

/**
 * Finds the time zones in which a session would print the samples as they are.
 *
 * @param first comes first where it is one of them
 */
export async function candidateZones(
  client: pg.Client,
  samples: readonly OffsetSample[],
  first: string,
): Promise<CandidateZones> {
  if (samples.length === 0) return { zones: [], fitsAll: true };
  const step = Math.ceil(samples.length / maxSamples);
  const asked = samples.filter((_, index) => index % step === 0);
  const { rows } = await client.query<CandidateZones>(sql, [
    asked.map(({ time }) => time),
    first,
  ]);
  return rows[0] ?? { zones: [], fitsAll: false };
}
