import { type Finding, type FindingCode, finding } from '../../../core/finding.ts';
import { formatCount } from '../../../core/units.ts';

/** What pg_restore says of its progress with --verbose, in versions 15 to 18. */
const progress =
  /^(connecting to (new )?database|processing (item|data for table|missed item|large object|blob)|creating |dropping |executing |launching item|finished item|skipping item|skipping |entering (main parallel loop|restore_toc_entr)|finished main parallel loop|setting owner and privileges|(dis|en)abling triggers|restor(ing|ed) (large object|blob|\d+ large object)|implied |read TOC entry|transferring dependency|reducing dependenc|starting |while |from TOC entry |NOTICE: |INFO: |LOG: |DEBUG)/;

/** What an error means, by its words. The first that fits counts. */
const meanings: readonly [RegExp, FindingCode][] = [
  [/role ".*" does not exist/, 'missing-role'],
  [
    /extension ".*" is not available|could not open extension control file|could not (access file|load library)|must be preloaded|has no installation script/,
    'missing-extension',
  ],
  [/unsupported version .* in file header/, 'version-unsupported'],
  [
    /No space left on device|could not (extend|write to) file|could not write to hash-join/,
    'disk-space',
  ],
  [/end of file|unexpected end/, 'archive-truncated'],
  [
    /could not find block ID|(could not (uncompress|decompress))|unrecognized data block type|unexpected block ID|corrupt|invalid (entry|dump) ID|could not read from input file/,
    'archive-corrupt',
  ],
];

/** PostgreSQL has it in each new database, and some dumps make it all the same. */
const isHarmless = (message: string) => /schema "public" already exists/.test(message);

const ignoredErrors = /^warning: errors ignored on restore: (\d+)/;
const mostFindings = 50;
const maxCharacters = 1000;

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
  #last: Problem | null = null;
  #ignoredErrors = 0;

  /** Takes a line without its end. */
  line(text: string): void {
    if (text === '') return;
    const said = /^pg_restore: (.*)$/.exec(text)?.[1];
    if (said === undefined) this.#goOn(text);
    else this.#say(said);
  }

  /** Lines behind an error belong to it: the command, which may have many. */
  #goOn(text: string): void {
    if (this.#last) this.#last.details.push(text);
    else this.#add('unknown', text);
  }

  #say(said: string): void {
    const [, entry] = /^from TOC entry (.*)$/.exec(said) ?? [];
    if (entry !== undefined) this.#entry = entry;
    const [, error] = /^error: (.*)$/.exec(said) ?? [];
    const [, warning] = /^(?:warning|WARNING): +(.*)$/.exec(said) ?? [];
    const [, ignored] = ignoredErrors.exec(said) ?? [];
    if (error !== undefined) this.#add('error', error);
    else if (ignored !== undefined) this.#ignoredErrors = Number(ignored);
    else if (/^(detail|hint): /.test(said)) this.#last?.details.push(said);
    else if (warning !== undefined) this.#add('warning', warning);
    else if (progress.test(said)) this.#last = null;
    else this.#add('unknown', said);
  }

  #add(kind: Problem['kind'], message: string): void {
    this.#last = { kind, message, entry: this.#entry, details: [] };
    this.#problems.push(this.#last);
    if (kind === 'error') this.#entry = null;
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
    const untold = this.#ignoredErrors - errors;
    const ended = signal ? `was ended by ${signal}` : `ended with exit code ${exitCode}`;
    if (exitCode !== 0 && errors === 0) {
      const message = `pg_restore ${ended}, and did not say why.`;
      findings.push(finding('restore-error', 'pg_restore', message));
    } else if (untold > 0) {
      const message = `pg_restore counts ${formatCount(this.#ignoredErrors)} errors, of which ${formatCount(untold)} were not seen.`;
      findings.push(finding('restore-error', 'pg_restore', message));
    }
    return findings;
  }
}

function problemFinding({ kind, entry, message, details }: Problem): Finding {
  const [, code] = meanings.find(([words]) => words.test(message)) ?? [];
  const subject = entry === null ? 'pg_restore' : objectOf(entry);
  const context = details.length > 0 ? ` ${details.join(' ')}` : '';
  const text = `${message}${context}`.slice(0, maxCharacters);
  const told =
    kind === 'unknown'
      ? `pg_restore said something that is not known here: ${text}`
      : `pg_restore, on ${subject}: ${text}`;
  return finding(code ?? 'restore-error', subject, told, {
    ...(kind === 'warning' && !code && { severity: 'medium' as const }),
  });
}

/** `3345; 1259 16402 TABLE public trades alice` → `TABLE public trades alice`. */
function objectOf(entry: string): string {
  return entry.replace(/^\d+; \d+ \d+ /, '');
}
