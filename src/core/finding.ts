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
  'archive-corrupt': {
    severity: 'critical',
    meaning:
      'The bytes of a backup are not what the dump wrote: a block of it cannot be decoded, or is missing, or stands for another table. What it holds cannot be restored in full.',
    whatToDo:
      'Restore from another backup, and find out where the bytes changed: the disk that dumped, the way to the store, or the store itself.',
  },
  'archive-failed': {
    severity: 'high',
    meaning:
      'Rows that were to be archived before they are deleted could not be: the store refused, or what it gave back was not what was written. These rows were not deleted.',
    whatToDo:
      'Do what the message asks for; the next run goes on where this one stopped.',
  },
  'archive-trailing-data': {
    severity: 'high',
    meaning:
      'A backup goes on behind the end of its archive. `pg_restore` says nothing of it, but whatever wrote the file did something else than dump: two writers, a restart, or padding.',
    whatToDo:
      'Look at what wrote the file: it must write to a new name, and rename it when it is whole.',
  },
  'archive-truncated': {
    severity: 'critical',
    meaning:
      'A backup ends before its archive does. `pg_restore --list` still works on it, for the table of contents stands in front; the rows are not all there.',
    whatToDo:
      'Look at the log of the job that made it: a full disk, a broken connection, a job that was ended. Make a new backup now.',
  },
  'archive-unsettled': {
    severity: 'high',
    meaning:
      'An earlier run was killed while it archived, and whether the rows of that batch were deleted can no longer be told. Both the object and its notes were left alone: the rows may be in the archive twice.',
    whatToDo:
      'Look whether the rows of the object that the message names are still in the table. If they are, remove the object; then remove the note beside it.',
  },
  archived: {
    severity: 'medium',
    meaning: 'The repository of an action is archived: nobody will mend it any more.',
    whatToDo:
      'Move to an action that is maintained, or copy what it does into the workflow.',
  },
  'cascade-refused': {
    severity: 'high',
    meaning:
      'Deleting the expired rows would delete or change rows of other tables by a foreign key (ON DELETE CASCADE, SET NULL or SET DEFAULT). The policy was not carried out.',
    whatToDo:
      'Give the other table a policy of its own, or say `cascade: allow` if those rows may go as well.',
  },
  'check-failed': {
    severity: 'high',
    meaning:
      'A check of yours, run on the restored database, did not give what it expects.',
    whatToDo:
      'Look at what the message says came back. If the data are right, correct `expect`.',
  },
  'checksum-absent': {
    severity: 'low',
    meaning:
      'The store keeps no checksum of the whole backup, or none that can be held against its bytes. For dumps in zstd, lz4 or without compression, which carry none of their own, nothing would show that a bit has turned over.',
    whatToDo: 'Upload with a checksum (`--checksum-algorithm CRC64NVME`).',
  },
  'checksum-mismatch': {
    severity: 'critical',
    meaning:
      'The bytes of a backup are not those that the store was given: its checksum differs.',
    whatToDo: 'Restore from another backup, and report it to whoever runs the store.',
  },
  'chunk-straddles-cutoff': {
    severity: 'info',
    meaning:
      'Expired rows are left in a chunk or partition that has younger rows as well: it can only be dropped as a whole, once all of it has expired.',
    whatToDo:
      'Nothing: they go with their chunk or partition. With `straddling: delete` they are deleted now, in batches.',
  },
  'clock-disagreement': {
    severity: 'high',
    meaning:
      'The date in the name of a backup, the time in its archive and the time of its object do not fit together: an older dump under a new name, or a clock that is wrong.',
    whatToDo:
      'Look at what uploads the backups: it may upload the last file that is there, even when the dump of the day has failed.',
  },
  'collation-mismatch': {
    severity: 'medium',
    meaning:
      'A collation of the restored database has another version than the system library offers: indexes on text may be in another order there.',
    whatToDo:
      'Rebuild the indexes that use it where you restore in earnest, then `ALTER COLLATION … REFRESH VERSION`.',
  },
  'comment-lies': {
    severity: 'high',
    meaning:
      'The comment behind a pinned action names a version, and the commit that is pinned is another one. Who reviews the line reads the comment.',
    whatToDo:
      'Find out who wrote the line. Pin the commit of the version that the comment names.',
  },
  'constraint-not-valid': {
    severity: 'medium',
    meaning: 'A constraint is not validated, so rows that break it may be in the backup.',
    whatToDo:
      'Run `ALTER TABLE … VALIDATE CONSTRAINT` on the production database, and mend what it refuses.',
  },
  'content-mismatch': {
    severity: 'critical',
    meaning:
      'The rows of a restored table are not those of the archive, although there are as many.',
    whatToDo:
      'Do not rely on this backup before you know why: the message names the table and both hashes.',
  },
  'continuous-aggregate': {
    severity: 'high',
    meaning:
      'A continuous aggregate of TimescaleDB has not taken in all that is to be dropped, or would forget it when it is refreshed. The policy was not carried out.',
    whatToDo:
      'Refresh the aggregate, and let its refresh policy begin no further back than the rows are kept.',
  },
  'cutoff-in-future': {
    severity: 'critical',
    meaning:
      'The clock of the database is ahead of that of the runner, so that rows would be deleted which are not old enough. The policy was not carried out.',
    whatToDo:
      'Set the clocks right: `select now()` on the server, `date -u` on the runner.',
  },
  deprecated: {
    severity: 'low',
    meaning:
      'The maintainers of a package say that this version should not be used any more.',
    whatToDo: 'Move to what the message of the maintainers names.',
  },
  'disk-space': {
    severity: 'medium',
    meaning:
      'The disk may not have room for what is to be done: a second copy of an index beside the first, or a backup with the database that is restored from it. It was not begun.',
    whatToDo:
      'Make room on the disk that the message names; of indexes, rebuild smaller ones first.',
  },
  'duplicate-backup': {
    severity: 'high',
    meaning:
      'Two backups hold the same bytes under two names: one of the days has no backup of its own.',
    whatToDo:
      'Look at what uploads the backups: the dump of that day has failed, or was not made.',
  },
  'end-of-life': {
    severity: 'high',
    meaning:
      'The version of a runtime, a distribution or a database gets no more fixes, not even for vulnerabilities.',
    whatToDo:
      'Move to a version that is supported; the message names one where it is known.',
  },
  'estimate-wrong': {
    severity: 'low',
    meaning:
      'An index was rebuilt on the estimate from the catalog alone, or on its size a row, and won back less than half of what that had promised. As far as the maintenance log tells, it is not rebuilt on such evidence again.',
    whatToDo:
      'Let bloat be measured: create the extension pgstattuple, and grant pg_stat_scan_tables to the role.',
  },
  'exception-expired': {
    severity: 'medium',
    meaning:
      'An exception in the policy file has expired: what it excused is reported again.',
    whatToDo: 'Look at it anew. Remove the exception, or give it a new date and say why.',
  },
  'floating-tag': {
    severity: 'medium',
    meaning:
      'A tag or a branch that always stands for the newest version is used: what runs changes without anybody changing a file.',
    whatToDo: 'Name a version, and pin its digest or commit.',
  },
  'frozen-tag': {
    severity: 'high',
    meaning:
      'A tag that looks alive gets no more releases: it is not listed any more, or what it stands for is no longer built.',
    whatToDo: 'Move to a tag that is built; pulling this one again brings nothing new.',
  },
  'impostor-commit': {
    severity: 'high',
    meaning:
      'The commit to which an action is pinned belongs to no tag and to no branch of its repository. GitHub also serves the commits of forks under the name of the repository.',
    whatToDo:
      'Find out where the commit comes from before the workflow runs again; pin the commit of a release.',
  },
  'incompatible-update': {
    severity: 'low',
    meaning:
      'An update leaves the caret range of the version that it replaces. In 0.x a new minor is one, whatever its label says.',
    whatToDo: 'Read the changelog, and merge by hand.',
  },
  'index-corrupt': {
    severity: 'critical',
    meaning:
      'An index is corrupt: amcheck says so of the one that was just built, or a unique index could not be built because the table has duplicates that it should have kept out.',
    whatToDo:
      'Find the cause before you write on: hardware, a changed collation, a known bug of this minor release. Remove the duplicates by hand, then rebuild the index.',
  },
  'integrity-changed': {
    severity: 'high',
    meaning:
      'The checksum that a lockfile holds a package to is not that of the registry, or has changed though the version has not.',
    whatToDo:
      'Do not merge. Find out who changed the lockfile; a lockfile is only ever written by its package manager.',
  },
  'invalid-index': {
    severity: 'low',
    meaning:
      'An index is marked invalid: queries cannot use it, and yet every write maintains it. It is left by a CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY that did not end.',
    whatToDo:
      'Rebuild it with REINDEX INDEX CONCURRENTLY, or drop it with DROP INDEX CONCURRENTLY.',
  },
  'invalid-index-foreign': {
    severity: 'low',
    meaning:
      'An index is marked invalid, and no rebuild left it: a CREATE INDEX CONCURRENTLY did not end. It is never touched.',
    whatToDo:
      'Rebuild it with REINDEX INDEX CONCURRENTLY, or drop it with DROP INDEX CONCURRENTLY.',
  },
  'invalid-index-leftover': {
    severity: 'medium',
    meaning:
      'A rebuild that was broken off has left an invalid index (`…_ccnew` or `…_ccold`) behind, which no query uses and most writes maintain. Low where no run of ours recorded it: then it is dropped only with `drop-leftovers`.',
    whatToDo:
      'Run the command that the message names, or let the next run drop it: with `drop-leftovers: true` where it is not its own.',
  },
  'log-not-written': {
    severity: 'low',
    meaning:
      'The maintenance log could not be read or written. The maintenance itself went on without it, and ended as it is reported; but this run may be missing in the log, and later runs know nothing of it.',
    whatToDo:
      'Do what the message asks for. A missing permission is the line `issues: write` under `permissions:` of the job.',
  },
  malicious: {
    severity: 'critical',
    meaning: 'A package is known to be malicious.',
    whatToDo:
      'Take it out at once. Treat every machine on which it was installed, and every secret on it, as taken.',
  },
  'missing-backup': {
    severity: 'high',
    meaning: 'The series has a gap: there is no backup where the schedule expects one.',
    whatToDo:
      'Look at the log of the backup job of that day. If backups are thinned out on purpose, set `schedule` to what remains.',
  },
  'missing-extension': {
    severity: 'high',
    meaning: 'The database needs an extension that this PostgreSQL does not have.',
    whatToDo:
      'Install the extension on the runner, in the version that the message names, or give `postgres-bin` of a PostgreSQL that has it.',
  },
  'missing-role': {
    severity: 'high',
    meaning:
      'The backup names a role that is not there when it is restored: what it owns or may do is lost.',
    whatToDo: 'Keep the roles with the backup: `pg_dumpall --globals-only`.',
  },
  'needs-review': {
    severity: 'low',
    meaning:
      'A change that a person should look at, whatever it holds: of the actions that a workflow runs, or of what this action does not read.',
    whatToDo: 'Look at the change, and merge by hand.',
  },
  'new-source': {
    severity: 'high',
    meaning:
      'A package comes from a registry, a repository or a folder that none came from before.',
    whatToDo: 'Do not merge, unless you know the source.',
  },
  'no-follow-up': {
    severity: 'low',
    meaning:
      'Rows were deleted, and the table could not be vacuumed and analyzed in the rest of the window. What the rows took up is not free yet.',
    whatToDo: 'Let `vacuum` run, or make the window longer.',
  },
  'no-such-index': {
    severity: 'high',
    meaning:
      'A pattern of the input `indexes` matches no index: a typing error, or an index that is gone. Medium where it was to leave something out.',
    whatToDo: 'Correct the pattern, or take it out of the list.',
  },
  'no-such-table': {
    severity: 'high',
    meaning:
      'A pattern of the input `tables`, or a policy, names no table: a typing error, or a table that is gone.',
    whatToDo: 'Correct the name, or take it out of the list.',
  },
  'not-an-archive': {
    severity: 'high',
    meaning: 'A file in the series is no archive of pg_dump in custom format.',
    whatToDo:
      'Look at what wrote it. A dump as SQL text cannot be tested here: use `pg_dump -Fc`.',
  },
  'not-checked': {
    severity: 'low',
    meaning:
      'A check that is good to have could not be made. It says nothing either way.',
    whatToDo: 'Grant what the message names, or accept that the check is not made.',
  },
  'not-compiled': {
    severity: 'info',
    meaning:
      'Advisories of crates that stand in Cargo.lock and that no build compiles: they belong to features that nobody turns on. They are counted, not urgent.',
    whatToDo:
      'Nothing, until a feature turns them on. To be rid of them, ask the crate in between to drop the optional dependency.',
  },
  'not-owner': {
    severity: 'low',
    meaning:
      'Tables or indexes need work, and the role that the run connects as may not do it. PostgreSQL would skip a table with a warning and report success. High where an input names one of them.',
    whatToDo: 'Grant what the message names, or connect as the owner of the tables.',
  },
  'not-permitted': {
    severity: 'low',
    meaning: 'The token may not do what `act` asks for.',
    whatToDo: 'Give the job the `permissions` that the message names.',
  },
  'not-supported-concurrently': {
    severity: 'low',
    meaning:
      'An index is bloated and cannot be rebuilt without locking its table: that of an exclusion constraint or of a system catalog. High where the input `indexes` names it.',
    whatToDo:
      'Rebuild it with plain REINDEX in a window in which nobody needs the table, or leave it.',
  },
  'old-transaction': {
    severity: 'medium',
    meaning:
      'A rebuild was not begun, or was given up and cleaned up, because it would have had to wait for a transaction for longer than `max-wait`.',
    whatToDo:
      'Let the owner of the session that the message names end its transaction; the next run tries again.',
  },
  'on-conflict-hazard': {
    severity: 'low',
    meaning:
      'A unique index that is to be rebuilt serves an INSERT … ON CONFLICT. Before PostgreSQL 19, that statement can fail with a unique violation while the index is rebuilt concurrently. The rebuild is done last.',
    whatToDo:
      'Let the application repeat an INSERT that fails so, run at a quiet hour, or take the index out with `!`.',
  },
  outdated: {
    severity: 'info',
    meaning: 'Newer versions are published.',
    whatToDo: 'Run the command that the message names, and the tests.',
  },
  'over-max-share': {
    severity: 'high',
    meaning:
      'More of a table has expired than its policy may delete in one run: a wrong column or duration, or a first run. The policy was not carried out.',
    whatToDo: 'Look at the figures, and raise `max-share` if they are right.',
  },
  'over-max-size': {
    severity: 'low',
    meaning: 'An index is bloated, and larger than `max-size`: it was not rebuilt.',
    whatToDo: 'Rebuild it in a longer window, with a larger `max-size`.',
  },
  'policy-refused': {
    severity: 'high',
    meaning:
      'A policy cannot be carried out on the table that it names: no such column, a method that does not fit, rows that are hidden. Nothing was deleted.',
    whatToDo: 'Do what the message asks for.',
  },
  'restore-error': {
    severity: 'high',
    meaning:
      'An error of pg_restore, or something that it said and nobody has classified. What it concerns may be missing in the restored database.',
    whatToDo: 'Read the line in the message; it would be the same in an emergency.',
  },
  'retention-job': {
    severity: 'medium',
    meaning:
      'TimescaleDB has a retention job of its own on the hypertable. Two that drop the same chunks would get in the way of each other; the policy was not carried out.',
    whatToDo:
      'Remove one of them: the policy here, or the job with remove_retention_policy.',
  },
  'row-mismatch': {
    severity: 'critical',
    meaning: 'A restored table has another number of rows than the archive.',
    whatToDo:
      'Do not rely on this backup before you know why: the message has both numbers.',
  },
  'rows-left': {
    severity: 'medium',
    meaning:
      'Rows that have expired are still there after the run. The message says why: locked by somebody, still referenced, kept by a trigger, the end of the window. Low where the next run goes on with them.',
    whatToDo: 'Do what the message says; the next run tries again.',
  },
  'runs-on-install': {
    severity: 'low',
    meaning:
      'A package that comes in runs code while it is installed or built, and did not before: an install script, a build script, a procedural macro.',
    whatToDo: 'Read what it runs before you merge.',
  },
  'schema-mismatch': {
    severity: 'high',
    meaning:
      'Something is in the table of contents of the archive and not in the restored database.',
    whatToDo: 'Look for the error of pg_restore that concerns it.',
  },
  'sequence-behind': {
    severity: 'high',
    meaning:
      'A sequence is behind the column that it feeds: the next INSERT would fail with a duplicate key.',
    whatToDo:
      'Set it right on the production database with `setval`; it is so there, too.',
  },
  'size-anomaly': {
    severity: 'medium',
    meaning:
      'A backup is less than half or more than double the size of the median of the seven before it. High where it is the newest, and smaller.',
    whatToDo:
      'Compare with what happened on that day. If nothing did, look at what the dump leaves out.',
  },
  'source-failed': {
    severity: 'low',
    meaning:
      'A source that was to be asked did not answer, or could not be read. What it would have said is not known. High where advisories or a lockfile could not be read.',
    whatToDo: 'Run again; where it goes on, look at what the message says came back.',
  },
  'stale-backup': {
    severity: 'critical',
    meaning: 'The newest backup is older than `max-age`.',
    whatToDo: 'Make a backup now, then find out why the job does not run.',
  },
  'stale-data': {
    severity: 'high',
    meaning:
      'The newest rows of the backup are much older than the backup itself: it may have been taken from a standby that no longer follows, or from a copy.',
    whatToDo: 'Look at which server is dumped, and whether it is up to date.',
  },
  starving: {
    severity: 'high',
    meaning:
      'The run had steps planned and finished none of them, or a step was carried over three times in a row. Left alone, that will never end.',
    whatToDo:
      'Make the window longer, start earlier, raise `jobs` or the budget, or remove what the findings beside it say was in the way.',
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
  'table-shrunk': {
    severity: 'high',
    meaning:
      'The data of a table take less than half of what they took in the median of the backups before.',
    whatToDo:
      'Look at what was deleted. If nothing was, the dump may not see all rows: row security, or a filter.',
  },
  'too-fresh': {
    severity: 'low',
    meaning:
      'A version was published less than `cooldown` ago, or nobody says when. Most malicious releases are found within days.',
    whatToDo: 'Wait; the next run decides anew.',
  },
  'trigger-fires': {
    severity: 'low',
    meaning:
      'Triggers fire on each row, or statement, that deletes. What they do is done as well, and takes its time.',
    whatToDo: 'Look whether that is wanted; rows that a trigger keeps are reported.',
  },
  'unexpected-change': {
    severity: 'low',
    meaning: 'A pull request changes more than the update that it announces needs.',
    whatToDo: 'Look at what the message names, and merge by hand.',
  },
  'unexpected-file': {
    severity: 'low',
    meaning: 'A pull request touches a file that an update of its kind does not need.',
    whatToDo: 'Look at the file, and merge by hand.',
  },
  'unindexed-column': {
    severity: 'low',
    meaning:
      'No index has the column of a policy as its first: the table is read from its first page to its last, each time.',
    whatToDo:
      'Nothing where that is fast enough. Else create an index on the column, or partition the table by it.',
  },
  'unindexed-foreign-key': {
    severity: 'high',
    meaning:
      'A foreign key references the table of a policy, and the table that has the key would be read as a whole for each row that is deleted: it has no index on it. The policy was not carried out.',
    whatToDo: 'Create the index that the message names.',
  },
  unmaintained: {
    severity: 'low',
    meaning: 'The maintainers of a package have given it up, says an advisory.',
    whatToDo: 'Plan to replace it; the advisory may name what with.',
  },
  unpinned: {
    severity: 'low',
    meaning:
      'An image or an action is named by a tag that its owner can move to other content at any time. Medium for actions of third parties: they run with the secrets of the workflow.',
    whatToDo: 'Pin the digest, or the commit with the version in a comment behind it.',
  },
  'unsafe-version': {
    severity: 'critical',
    meaning:
      'This minor release of PostgreSQL can corrupt an index that is rebuilt concurrently (14.0 to 14.3). Nothing was done.',
    whatToDo:
      'Update to the newest minor release; then check the indexes with amcheck, for they may be corrupt already.',
  },
  unsound: {
    severity: 'medium',
    meaning:
      'A crate can break the guarantees of memory safety from safe code, says an advisory.',
    whatToDo:
      'Update to where it is fixed; the finding names the command or who blocks it.',
  },
  'untrusted-author': {
    severity: 'low',
    meaning: 'A pull request, or one of its commits, is not by Dependabot.',
    whatToDo: 'Review it as any other pull request.',
  },
  'unverified-commit': {
    severity: 'low',
    meaning: 'A commit of a pull request carries no signature that GitHub has verified.',
    whatToDo: 'Look at the commit; let Dependabot recreate the pull request.',
  },
  'vacuum-first': {
    severity: 'medium',
    meaning:
      'A table is due for an anti-wraparound vacuum, which a rebuild would keep waiting: its indexes were not rebuilt. Low where many of its rows have died and were not vacuumed yet: what a rebuild would win shows only after a vacuum.',
    whatToDo: 'Vacuum the table first: the action `vacuum` does it.',
  },
  'version-unsupported': {
    severity: 'high',
    meaning:
      'The archive is of a newer version than the tools on this machine can read, or the server would be older than the dump.',
    whatToDo:
      'Install the version of PostgreSQL that the message names, or give its directory in `postgres-bin`.',
  },
  vulnerable: {
    severity: 'high',
    meaning:
      'A package that is in use has a known vulnerability. Its severity is that of the advisory; where nobody has said one it ranks as high.',
    whatToDo: 'Run the command that the finding names, or move what blocks it.',
  },
  'wraparound-near': {
    severity: 'critical',
    meaning:
      'A table or database has used more than half of the transaction ids that PostgreSQL can count. At the end of them the server refuses all writes.',
    whatToDo:
      'Remove what holds back the xmin horizon, then VACUUM (FREEZE) the named table at once.',
  },
  'wrong-database': {
    severity: 'critical',
    meaning: 'A backup holds another database than it should.',
    whatToDo: 'Look at which database the backup job dumps, and where it uploads to.',
  },
  'xmin-horizon-held': {
    severity: 'medium',
    meaning:
      'A transaction, replication slot or prepared transaction keeps dead tuples from being removed anywhere in the database, however often it is vacuumed. High where the same table was vacuumed in vain three times in a row.',
    whatToDo:
      'End the session, or drop the slot or prepared transaction, that the message names.',
  },
  yanked: {
    severity: 'medium',
    meaning: 'A version was taken back by its maintainers.',
    whatToDo: 'Move to another version; the finding names one.',
  },
} as const satisfies Record<string, FindingKind>;

export type FindingCode = keyof typeof findingKinds;

/** What a finding about a dependency says beside its message. */
export interface DependencyDetails {
  readonly ecosystem: string;
  readonly package: string;
  readonly version: string;
  /** The file that names it, with the line where that is known: `Dockerfile:3`. */
  readonly manifest: string;
  /** The names from the project to the package. */
  readonly path?: readonly string[];
  readonly scope?: string;
  readonly advisory?: string;
  readonly aliases?: readonly string[];
  readonly fixedIn?: readonly string[];
  /** The command to type. */
  readonly fix?: string;
  /** Who keeps the fix from being taken: `tough 0.17.1`. */
  readonly blockedBy?: string;
  /** The day on which a run saw it first: `2026-11-24`. */
  readonly firstSeen?: string;
}

/** Something that a person should know. */
export interface Finding extends Partial<DependencyDetails> {
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

/** Makes a finding about a dependency; its subject is `package version (manifest)`. */
export function dependencyFinding(
  code: FindingCode,
  dependency: DependencyDetails,
  message: string,
  details: { severity?: Severity; remedy?: string } = {},
): DependencyFinding {
  const { package: name, version, manifest } = dependency;
  const subject = `${name} ${version} (${manifest})`;
  return { ...finding(code, subject, message, details), ...dependency };
}

/** A finding about a dependency. */
export type DependencyFinding = Finding & DependencyDetails;
