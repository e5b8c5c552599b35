import type { Examined } from './examine.ts';

type Row = readonly [label: string, figure: string];

const isHealthy = ({ one }: Examined) => one.expected.length === 0;

/** Whether the action has said of a faulty backup what is wrong with it, and was not green. */
export function isDetected({ one, verdict, codes, isGivenUp }: Examined): boolean {
  if (isGivenUp) return false;
  const isFound = one.expected.some((code) => codes.includes(code));
  return isFound && (one.isWarning === true || verdict !== 'verified');
}

const isAlarm = ({ verdict, isGivenUp }: Examined) => isGivenUp || verdict !== 'verified';

/** Whether the runbook would show that something is wrong. */
const readings = {
  'COUNT(*) > 0, as written': ({ runbook }: Examined) => !runbook.count,
  'COUNT(*) > 0, and the exit code': ({ runbook }: Examined) =>
    !runbook.count || runbook.restoreCode !== 0 || runbook.downloadSeconds === null,
};

/** Writes what was detected, kind by kind, and every miss and false alarm by its name. */
export function score(examined: readonly Examined[]): Row[] {
  const faulty = examined.filter((one) => !isHealthy(one));
  const healthy = examined.filter(isHealthy);
  const kinds = Map.groupBy(faulty, ({ one }) => one.kind);
  const rows = [...kinds].map(([kind, each]): Row => [kind, detections(each)]);
  const misses = faulty.filter((one) => !isDetected(one));
  const alarms = healthy.filter(isAlarm);
  return [
    ...rows,
    ['all that is faulty', detections(faulty)],
    ['false alarms', falseAlarms(healthy)],
    ...misses.map((one): Row => [`  missed: ${one.one.kind}`, describe(one)]),
    ...alarms.map((one): Row => ['  false alarm', describe(one)]),
    ['goal: 100 % detected', verdict(misses.length === 0)],
    ['goal: no false alarm', verdict(alarms.length === 0)],
  ];
}

function detections(each: readonly Examined[]): string {
  const own = each.filter(isDetected).length;
  const theirs = Object.entries(readings).map(
    ([name, isSeen]) => `${name}: ${each.filter(isSeen).length}`,
  );
  return [`${own} of ${each.length}`, ...theirs].join('; ');
}

function falseAlarms(each: readonly Examined[]): string {
  const own = each.filter(isAlarm).length;
  const theirs = Object.entries(readings).map(
    ([name, isSeen]) => `${name}: ${each.filter(isSeen).length}`,
  );
  return [`${own} of ${each.length}`, ...theirs].join('; ');
}

function describe({ one, verdict, codes, message, isGivenUp }: Examined): string {
  const found = codes.length > 0 ? codes.join(', ') : 'nothing';
  const text = message.replaceAll(/\s+/g, ' ').slice(0, 400);
  const ending = isGivenUp ? 'never ended' : verdict;
  return `${one.name}: ${ending}, found ${found} (${text})`;
}

function verdict(isReached: boolean): string {
  return isReached ? 'reached' : 'missed';
}
