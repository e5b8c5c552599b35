import type { History } from '../../../core/maintenance-log.ts';
import type { Run } from '../../../core/run.ts';
import type { Conclusion, Ended } from '../../../core/task.ts';
import { formatCount } from '../../../core/units.ts';
import type { Evidence } from '../evidence.ts';
import { subjectOf } from '../failed-sources.ts';
import type { AuditTarget } from '../target.ts';
import { countOf } from './count-of.ts';
import { reportTables } from './tables.ts';

/** What an audit says: one sentence with the counts, the figures, and the tables. */
export function concludeAudit(
  { target, history }: Ended<AuditTarget>,
  run: Run,
): Conclusion {
  if (!target) return { outputs: {}, metrics: {}, tables: [] };
  const { evidence, policy } = target;
  const isDelta = target.inputs.mode === 'delta';
  return {
    message: isDelta ? deltaSentence(evidence) : fullSentence(evidence),
    outputs: {},
    metrics: metricsOf(evidence),
    tables: isDelta ? [] : reportTables(evidence, policy, run.startedAt),
    isQuiet: isDelta && isUnchanged(evidence, history),
  };
}

function fullSentence(evidence: Evidence): string {
  const { findings = [], counted, outdated = [], since, notMeasured } = evidence;
  if (!counted) return '';
  const packages = counted.reduce((sum, one) => sum + one.packages, 0);
  if (counted.length === 0 && !evidence.unproven) {
    return 'There is nothing to look at: no lockfile, no Dockerfile, no workflow.';
  }
  const dangers = [
    words(countOf(findings, 'malicious'), 'malicious package'),
    words(countOf(findings, 'vulnerable'), 'vulnerability', 'vulnerabilities'),
    words(countOf(findings, 'unsound'), 'soundness bug'),
    words(countOf(findings, 'end-of-life', 'frozen-tag'), 'dead end'),
    words(countOf(findings, 'comment-lies', 'impostor-commit'), 'doubtful action'),
    words(countOf(findings, 'yanked'), 'yanked version'),
  ].filter(Boolean);
  const looked = `${formatCount(packages)} packages, images and actions looked at`;
  const nothing = evidence.unproven
    ? 'what is dangerous is not known'
    : 'no known danger';
  const known = dangers.join(', ') || nothing;
  const parts = [
    `${looked}: ${known}`,
    words(countOf(findings, 'not-compiled'), 'advisory', 'advisories', ' not compiled'),
    words(outdated.length, 'direct dependency', 'direct dependencies', ' outdated'),
    since && !since.isFirst
      ? `since last time ${formatCount(since.fresh.length)} new, ${formatCount(since.still)} still, ${formatCount(since.fixed.length)} fixed`
      : '',
    notMeasured && notMeasured.length > 0
      ? `${words(notMeasured.length, 'source')} not measured`
      : '',
  ];
  return `${parts.filter(Boolean).join('; ')}.`;
}

function deltaSentence(evidence: Evidence) {
  const { findings = [], delta, since, notMeasured = [], unproven } = evidence;
  if (!delta) return '';
  const fresh = since?.isFirst ? findings.length : (since?.fresh.length ?? 0);
  const time = delta.since.replace(/:\d\d(\.\d+)?Z$/, ' UTC').replace('T', ' ');
  const none = unproven ? 'no advisory is known to have' : 'no advisory';
  const changed = `${words(delta.changed, 'advisory', 'advisories') || none} changed since ${time}`;
  const hit =
    findings.length === 0
      ? unproven
        ? 'whether any concerns what is locked here is not known'
        : 'none concerns what is locked here'
      : `${words(findings.length, 'finding')} (${formatCount(fresh)} new)`;
  const failed =
    notMeasured.length > 0 ? `; ${words(notMeasured.length, 'source')} not measured` : '';
  return `${changed}; ${hit}${failed}.`;
}

/**
 * A run that finds what the one before has found has nothing to tell in the log. What can
 * never be measured is told once.
 */
function isUnchanged(evidence: Evidence, { runs: [before] }: History): boolean {
  const { since, findings = [], notMeasured = [], unproven } = evidence;
  if (!since || unproven) return false;
  const told = new Set(before?.findings.map(({ subject }) => subject));
  const isNews = notMeasured.some(
    (one) => one.severity !== 'info' && !told.has(subjectOf(one)),
  );
  if (isNews || (since.isFirst && findings.length > 0)) return false;
  return since.fresh.length === 0 && since.fixed.length === 0;
}

function metricsOf(evidence: Evidence): Record<string, number> {
  const { findings = [], counted = [], advisories, requests } = evidence;
  return {
    packages: counted.reduce((sum, one) => sum + one.packages, 0),
    advisories: advisories ?? 0,
    requests: requests ?? 0,
    vulnerable: countOf(findings, 'vulnerable', 'malicious'),
    unsound: countOf(findings, 'unsound'),
    unmaintained: countOf(findings, 'unmaintained'),
    notCompiled: countOf(findings, 'not-compiled'),
    outdated: evidence.outdated?.length ?? 0,
    excused: evidence.excused?.length ?? 0,
    notMeasured: evidence.notMeasured?.length ?? 0,
  };
}

/** `3 dead ends`; nothing where there is none. */
function words(count: number, one: string, many = `${one}s`, after = ''): string {
  return count === 0 ? '' : `${formatCount(count)} ${count === 1 ? one : many}${after}`;
}
