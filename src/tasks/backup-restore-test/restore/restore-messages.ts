import { type Finding, type FindingCode, finding } from '../../../core/finding.ts';
import { formatCount } from '../../../core/units.ts';
import { type RestoreLine, readRestoreLine } from './restore-line.ts';
import { withoutRows } from './without-rows.ts';

/** What pg_restore says of its progress with --verbose, in versions 15 to 18. */
const progress =
  /^(connecting to |creating |(dis|en)abling triggers for |dropping |entering |executing |finished (item|main) |implied |launching item |no item ready|processing |restor(ed|ing) (\d+ )?large object|skipping item |table ".*" could not be created, will not restore its data|terminated by user|while [A-Z ]+:|NOTICE: |INFO: |LOG: |DEBUG)/;

/** Of the server, whose words follow behind this. The first that fits counts. */
const serverError = /\b(ERROR|FATAL|PANIC): /;
const serverMeanings: readonly [RegExp, FindingCode][] = [
  [/role ".*" does not exist/, 'missing-role'],
  [
    /extension ".*" (is not available|does not exist|must be preloaded|has no installation script)|could not open extension control file|could not (access file|load library)/,
    'missing-extension',
  ],
  [/No space left on device/, 'disk-space'],
];

/** Of pg_restore itself. */
const ownMeanings: readonly [RegExp, FindingCode][] = [
  [/unsupported version .* in file header/, 'version-unsupported'],
  [/does not support compression|cannot restore from compressed/, 'version-unsupported'],
  [/end of file/, 'archive-truncated'],
  [
    /could not find block ID|could not (uncompress|decompress)|unrecognized data block type|unexpected block ID|invalid (entry|dump) ID|could not read from input file/,
    'archive-corrupt',
  ],
];

/** They are the same in every restore, and nothing is missing afterwards. */
const harmless = [
  // PostgreSQL has it in each new database, and some dumps make it all the same.
  /schema "public" already exists/,
  // A pg_restore of 17 sets what an older server does not know.
  /unrecognized configuration parameter "transaction_timeout"/,
  // Nothing is replicated from here, nor to here.
  /^"?wal_level"? is insufficient to publish logical changes/,
  /^tables were not subscribed|^subscription was created, but is not connected/,
];
const isHarmless = (message: string) => harmless.some((words) => words.test(message));

const ignoredErrors = /^errors ignored on restore: (\d+)/;
const mostFindings = 50;
const maxCharacters = 1000;
/** Of what follows an error: a statement may have gigabytes. */
const mostDetails = 100;

interface Problem {
  /** As pg_restore says it: `from TOC entry 3345; 0 0 ACL TABLE trades alice`. */
  readonly entry: string | null;
  readonly message: string;
  /** What follows: detail, context, the command. */
  readonly details: string[];
  readonly kind: 'error' | 'warning' | 'unknown';
}

/** Reads what pg_restore writes to its standard error, under LC_ALL=C, line by line. */
export class RestoreMessages {
  readonly #problems: Problem[] = [];
  #entry: string | null = null;
  /** To which what is on the lines without a prefix belongs. */
  #last: Problem | 'progress' | null = null;
  /** Of a message whose text comes on a later line. */
  #torn: 'error' | 'warning' | null = null;
  #ignoredErrors = 0;

  /** Takes a line without its end. */
  line(line: string): void {
    if (line === '') return;
    const { isPrefixed, label, text } = readRestoreLine(line);
    if (progress.test(text)) {
      if (label === 'error' || label === 'warning') this.#torn = label;
      this.#last = 'progress';
      this.#entry = null;
    } else if (isPrefixed || (label !== null && this.#last === 'progress')) {
      this.#say(label, text);
    } else if (this.#torn) {
      this.#say(this.#torn, text);
    } else {
      this.#goOn(line);
    }
  }

  #say(label: RestoreLine['label'], text: string): void {
    const [, entry] = /^from TOC entry (.*)$/.exec(text) ?? [];
    const [, ignored] = ignoredErrors.exec(text) ?? [];
    const [, warning] = /^WARNING: +(.*)$/.exec(text) ?? [];
    this.#torn = null;
    if (entry !== undefined) this.#entry = entry;
    else if (ignored !== undefined) this.#ignoredErrors = Number(ignored);
    else if (label === 'error') this.#add('error', text);
    else if (label === 'warning') this.#add('warning', text);
    else if (label !== null) this.#goOn(`${label}: ${text}`);
    else if (warning !== undefined) this.#add('warning', warning);
    else this.#add('unknown', text);
  }

  /** Lines behind an error belong to it: the command, which may have many. */
  #goOn(line: string): void {
    if (this.#last === null) this.#add('unknown', line);
    // Else it is the rest of the name of an object, in which lines may end, too.
    else if (this.#last !== 'progress' && this.#last.details.length < mostDetails)
      this.#last.details.push(line.slice(0, maxCharacters));
  }

  #add(kind: Problem['kind'], message: string): void {
    this.#last = { kind, message, entry: this.#entry, details: [] };
    this.#problems.push(this.#last);
  }

  /** What is to be told of it all. Every error is in it, and every line that nobody knows. */
  findings(exitCode: number | null, signal: NodeJS.Signals | null): Finding[] {
    const told = this.#problems.filter(({ message }) => !isHarmless(message));
    const findings = told.slice(0, mostFindings).map(problemFinding);
    if (told.length > mostFindings) {
      const more = `${formatCount(told.length - mostFindings)} more errors were reported by pg_restore.`;
      findings.push(finding('restore-error', 'pg_restore', more));
    }
    const errors = this.#problems.filter(({ kind }) => kind === 'error').length;
    // Those of workers are counted twice, for each of them and for its item.
    const untold = this.#ignoredErrors - 2 * errors;
    const ended = signal ? `was ended by ${signal}` : `ended with exit code ${exitCode}`;
    if (exitCode !== 0 && errors === 0) {
      const message = `pg_restore ${ended}, and did not say why.`;
      findings.push(finding('restore-error', 'pg_restore', message));
    } else if (untold > 0) {
      const message = `pg_restore counts ${formatCount(this.#ignoredErrors)} errors, of which ${formatCount(errors)} were seen.`;
      findings.push(finding('restore-error', 'pg_restore', message));
    }
    return findings;
  }
}

function problemFinding({ kind, entry, ...said }: Problem): Finding {
  const { message, details } = withoutRows(said);
  const meanings = serverError.test(message) ? serverMeanings : ownMeanings;
  const [, code] = meanings.find(([words]) => words.test(message)) ?? [];
  const subject = entry === null ? 'pg_restore' : objectOf(entry);
  const context = details.join(' ').replaceAll('\n', ' ');
  const text = `${message} ${context}`.trim().slice(0, maxCharacters);
  const told =
    kind === 'unknown'
      ? `pg_restore said something that is not known here: ${text}`
      : `${entry === null ? 'pg_restore' : `pg_restore, on ${subject}`}: ${text}`;
  return finding(code ?? 'restore-error', subject, told, {
    ...(kind === 'warning' && !code && { severity: 'medium' as const }),
    ...(code === 'disk-space' && { severity: 'high' as const }),
  });
}

/** `3345; 1259 16402 TABLE public trades alice` → `TABLE public trades alice`. */
function objectOf(entry: string): string {
  return entry.replace(/^\d+; \d+ \d+ /, '');
}
