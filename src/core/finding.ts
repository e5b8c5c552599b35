import type { FailOn } from './outcome.ts';

/** Severities, gravest first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;

export type Severity = (typeof severities)[number];

interface FindingKind {
  /** The severity, unless the run knows a better one. */
  readonly severity: Severity;
  readonly meaning: string;
  readonly whatToDo: string;
}

/**
 * Every finding code there is. `docs/findings.md` is generated from this table.
 * A code keeps its meaning for ever: people route and mute by it.
 */
export const findingKinds = {
  'invalid-index': {
    severity: 'low',
    meaning:
      'An index is marked invalid: queries cannot use it, and yet every write maintains it. It is left by a CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY that did not end.',
    whatToDo:
      'Rebuild it with REINDEX INDEX CONCURRENTLY, or drop it with DROP INDEX CONCURRENTLY.',
  },
  'log-not-written': {
    severity: 'low',
    meaning:
      'The maintenance log could not be read or written. The maintenance itself went on without it, and ended as it is reported; but this run may be missing in the log, and later runs know nothing of it.',
    whatToDo:
      'Do what the message asks for. A missing permission is the line `issues: write` under `permissions:` of the job.',
  },
  'no-such-table': {
    severity: 'high',
    meaning:
      'A pattern of the input `tables` matches no table: a typing error, or a table that is gone.',
    whatToDo: 'Correct the pattern, or take it out of the list.',
  },
  'not-checked': {
    severity: 'low',
    meaning:
      'A check that is good to have could not be made. It says nothing either way.',
    whatToDo: 'Grant what the message names, or accept that the check is not made.',
  },
  'not-owner': {
    severity: 'low',
    meaning:
      'Tables need work, and the role that the run connects as may not do it. PostgreSQL would skip them with a warning and report success. High where the input `tables` names one of them.',
    whatToDo: 'Grant what the message names, or connect as the owner of the tables.',
  },
  starving: {
    severity: 'high',
    meaning:
      'The run had steps planned and finished none of them, or a step was carried over three times in a row. Left alone, that will never end.',
    whatToDo: 'Make the window longer, start earlier, raise `jobs`, or raise the budget.',
  },
  'statistics-lost': {
    severity: 'medium',
    meaning:
      'All counters of the server are zero: it has recovered from a crash, or a standby was promoted. Autovacuum knows of no table that needs it until enough has changed again.',
    whatToDo: 'Find out why the server crashed. This run has made up for the counters.',
  },
  'table-locked': {
    severity: 'medium',
    meaning: 'Somebody else held a lock on a table for longer than `lock-timeout`.',
    whatToDo:
      'End or wait for the session that the message names; the next run tries again.',
  },
  'wraparound-near': {
    severity: 'critical',
    meaning:
      'A table or database has used more than half of the transaction ids that PostgreSQL can count. At the end of them the server refuses all writes.',
    whatToDo:
      'Remove what holds back the xmin horizon, then VACUUM (FREEZE) the named table at once.',
  },
  'xmin-horizon-held': {
    severity: 'medium',
    meaning:
      'A transaction, replication slot or prepared transaction keeps dead tuples from being removed anywhere in the database, however often it is vacuumed. High where the same table was vacuumed in vain three times in a row.',
    whatToDo:
      'End the session, or drop the slot or prepared transaction, that the message names.',
  },
} as const satisfies Record<string, FindingKind>;

export type FindingCode = keyof typeof findingKinds;

/** Something that a person should know. */
export interface Finding {
  readonly severity: Severity;
  readonly code: FindingCode;
  /** What it is about: a table, a session, a slot. */
  readonly subject: string;
  readonly message: string;
  /** What to do, as exactly as can be said: the statement to run, the right to grant. */
  readonly remedy: string;
}

/** Makes a finding, with the default severity and remedy of its code where none is given. */
export function finding(
  code: FindingCode,
  subject: string,
  message: string,
  details: { severity?: Severity; remedy?: string } = {},
): Finding {
  const kind = findingKinds[code];
  return {
    severity: details.severity ?? kind.severity,
    code,
    subject,
    message,
    remedy: details.remedy ?? kind.whatToDo,
  };
}

/** Whether a severity is at or above the one that turns a job red. */
export function isAtOrAbove(severity: Severity, failOn: FailOn): boolean {
  return failOn !== 'never' && severities.indexOf(severity) <= severities.indexOf(failOn);
}

/** Orders findings for a reader: the gravest first, then by code and subject. */
export function bySeverity(a: Finding, b: Finding): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    a.code.localeCompare(b.code) ||
    a.subject.localeCompare(b.subject)
  );
}
