import { formatSeconds } from '../../../core/units.ts';
import type { Evidence, Incoming } from '../evidence.ts';
import { clearsAsLowest, publishedVersion } from '../known.ts';
import { memberOf } from '../members.ts';
import { type Reason, type Rule, review } from '../reason.ts';

type Facts = Pick<Evidence, 'incoming' | 'knowledge' | 'cooldownMs' | 'now'>;

/** Everything that comes is old enough, also what the announced updates bring with them. */
export const cooldown: Rule<Facts> = {
  name: 'cooldown',
  holds: 'every version that comes is older than the cooldown, or the lowest safe one',
  judge: (facts) => facts.incoming.flatMap((incoming) => judgeAge(incoming, facts)),
};

function judgeAge(incoming: Incoming, facts: Facts): Reason[] {
  const { now, cooldownMs, knowledge } = facts;
  const publishedAt = publishedVersion(incoming, knowledge)?.publishedAt ?? null;
  const ageMs =
    publishedAt === null ? Number.NaN : now.getTime() - Date.parse(publishedAt);
  // Also where nobody says when, or says nonsense.
  if (ageMs >= cooldownMs || clearsAsLowest(incoming, knowledge)) return [];
  const { name, version } = incoming;
  const message = Number.isNaN(ageMs)
    ? `Nobody says when ${name} ${version} was published.`
    : `${name} ${version} was published only ${formatAge(ageMs)} ago.`;
  return [review('too-fresh', message, { member: memberOf(incoming) })];
}

/** Writes an age for people: `3 d`, `5 h 20 min`. */
export function formatAge(ageMs: number): string {
  const days = Math.floor(ageMs / 86_400_000);
  return days > 0 ? `${days} d` : formatSeconds(Math.max(0, ageMs) / 1000);
}
