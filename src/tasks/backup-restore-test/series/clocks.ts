import type { Finding } from '../../../core/finding.ts';
import { type Case, fold } from './fold.ts';
import { medianOf } from './median.ts';
import type { Probed } from './probed.ts';
import {
  archiveMs,
  dayMs,
  hourMs,
  slackOf,
  slowestUploadMs,
  type Timeline,
  zoneMs,
} from './timeline.ts';

/** From so many backups on, the series shows what its names mean. */
const fewestForConvention = 3;
/** What was stored right after it was dumped may still have the name of the day after. */
const namedLaterMs = dayMs + 6 * hourMs;

/** Where name, archive and object of a backup are of different times. */
export function judgeClocks(timeline: Timeline, place: string): Finding[] {
  const misnamed = judgeNames(timeline);
  const names = new Set(misnamed.map(({ key }) => key));
  const early = judgeEarly(timeline);
  const late = timeline.backups.filter((one) => isLate(one, timeline));
  return [
    ...fold('clock-disagreement', place, misnamed, {
      all: 'have another date in their name than in their archive',
    }),
    ...fold('clock-disagreement', place, early, {
      all: 'were stored before they were dumped, if the clocks are right',
      remedy:
        'Compare the clock of the host that dumps, and that of the store, with the time.',
    }),
    ...fold(
      'clock-disagreement',
      place,
      late
        .filter(({ backup }) => !names.has(backup.key))
        .map((one) => lateCase(one, timeline)),
      {
        all: 'were stored long after they were dumped',
        severity: wereMoved(late, timeline) ? 'low' : 'medium',
        remedy:
          'Nothing if they were copied from elsewhere. Else look at what wrote them again.',
      },
    ),
  ];
}

/**
 * Compares the date of the name with the time of the archive. A dump may begin before
 * midnight and be named after, all names of a series may be a day off, and the two may be of
 * different zones; but yesterday's dump must not have the name of today.
 */
function judgeNames(timeline: Timeline): Case[] {
  const named = timeline.backups.flatMap((one) => {
    const [archive, key] = [archiveMs(one), timeline.keyMs(one)];
    return archive === null || key === null ? [] : [{ one, archive, key }];
  });
  const haveTimes = named.every(({ one }) => one.keyDate?.hasTime);
  const lags = named.map(({ archive, key }) =>
    haveTimes ? archive - key : archive - Math.floor(key / dayMs) * dayMs,
  );
  const isConvention = named.length >= fewestForConvention;
  const usualMs = isConvention ? medianOf(lags) : null;
  return named
    .filter(({ one }, index) => {
      const lagMs = lags[index] ?? 0;
      const offMs = haveTimes
        ? Math.abs(lagMs - (usualMs ?? 0))
        : daysOffMs(lagMs, usualMs);
      const isInTime = timeline.isStoredInTime(one);
      if (usualMs === null) return offMs > (isInTime ? slowestUploadMs : zoneMs);
      if (isInTime) return offMs > namedLaterMs;
      if (timeline.lagMs === null) return offMs > zoneMs;
      const isUnusual = Math.abs(lagMs - usualMs) > 18 * hourMs;
      return offMs > 8 * hourMs || (offMs > 0 && isUnusual);
    })
    .map(({ one: { backup }, archive }) => ({
      key: backup.key,
      message: `${backup.key} holds an archive that was begun on ${minuteOf(archive)} by the clock of its host.`,
    }));
}

/** How far a time is outside of the day that a name means in this series. */
function daysOffMs(lagMs: number, usualMs: number | null): number {
  const shiftMs =
    usualMs === null ? 0 : Math.round((usualMs - dayMs / 2) / dayMs) * dayMs;
  return Math.max(shiftMs - lagMs, lagMs - shiftMs - dayMs, 0);
}

function judgeEarly(timeline: Timeline): Case[] {
  return timeline.backups
    .filter((one) => timeline.lagOf(one) < -zoneMs - slackOf(one))
    .map(({ backup, archive }) => ({
      key: backup.key,
      message: `${backup.key} was stored on ${minuteOf(backup.modifiedAt.getTime())} UTC, before the ${archive ? 'time in its archive' : 'date in its name'}.`,
    }));
}

function isLate(one: Probed, timeline: Timeline): boolean {
  return timeline.lagOf(one) > slowestUploadMs + slackOf(one);
}

function lateCase(one: Probed, timeline: Timeline): Case {
  const { key, modifiedAt } = one.backup;
  const days = Math.round(timeline.lagOf(one) / dayMs);
  return {
    key,
    message: `${key} was stored on ${minuteOf(modifiedAt.getTime())} UTC, ${days} days after its ${one.archive ? 'archive was begun' : 'date'}.`,
  };
}

/** Whether all of a series, or all up to some day, were moved here. */
function wereMoved(late: readonly Probed[], { backups }: Timeline): boolean {
  if (late.length < fewestForConvention) return false;
  return (
    late.length === backups.length ||
    backups.slice(0, late.length).every((one) => late.includes(one))
  );
}

function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
