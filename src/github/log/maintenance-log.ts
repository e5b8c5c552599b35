import type { Finding } from '../../core/finding.ts';
import type {
  AboutRun,
  Begun,
  History,
  MaintenanceLog,
} from '../../core/maintenance-log.ts';
import type { FailOn } from '../../core/outcome.ts';
import type { Result } from '../../core/result-schema.ts';
import { type Client, type ClientOptions, connectGitHub } from './client.ts';
import { shorten } from './fit.ts';
import { readHistory } from './history.ts';
import { updateIncident } from './incident.ts';
import { Issues } from './issues.ts';
import { currentLog, findLogs } from './log-issue.ts';
import { isUnasked, type LogMode } from './log-mode.ts';
import { logProblem } from './log-problem.ts';
import type { Place } from './marked-issue.ts';
import { type Attempt, writeBegun, writeRun } from './write-run.ts';

export interface LogOptions extends ClientOptions {
  /** `owner/name` of the repository in which the log is kept. */
  readonly repository: string;
  readonly task: string;
  readonly mode: LogMode;
  readonly failOn: FailOn;
  /** The cron text of the event, where a schedule started the run. */
  readonly schedule: string | null;
}

/** Opens the log of a task, which is kept in issues on GitHub. Makes no request yet. */
export function openMaintenanceLog(options: LogOptions): MaintenanceLog {
  const { mode, token, repository } = options;
  if (isUnasked(mode, token)) return unwritten([]);
  if (token !== '') return new IssueLog(options);
  return unwritten([
    logProblem('the input `github-token` is empty', repository, 'written'),
  ]);
}

/** A log that is not kept. */
function unwritten(findings: readonly Finding[]): MaintenanceLog {
  let untold = findings;
  const tell = () => {
    const told = untold;
    untold = [];
    return told;
  };
  return {
    read: async () => ({ history: { runs: [] }, findings: tell() }),
    begin: async () => tell(),
    write: async () => ({ url: null, findings: tell() }),
  };
}

/** What was told of a problem is told once, however many requests it is in the way of. */
class IssueLog implements MaintenanceLog {
  readonly #options: LogOptions;
  readonly #client: Client;
  readonly #issues: Issues;
  readonly #told = new Set<string>();
  #isOn: boolean | undefined;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#client = connectGitHub(options);
    this.#issues = new Issues(this.#client, options.repository);
  }

  async read(target: string): Promise<{ history: History; findings: Finding[] }> {
    const findings: Finding[] = [];
    this.#client.patience.renew();
    const history = await this.#attempt('read', findings, async () => {
      if (!(await this.#isWanted())) return null;
      const place = this.#place(target);
      const logs = await findLogs(this.#issues, place);
      const runs = await readHistory(this.#issues, logs, place);
      return { runs, kept: currentLog(logs)?.state.kept };
    });
    return { history: history ?? { runs: [] }, findings };
  }

  async begin(begun: Begun, target: string): Promise<Finding[]> {
    const findings: Finding[] = [];
    this.#client.patience.renew();
    await this.#attempt('written', findings, async () => {
      if (!(await this.#isWanted())) return;
      await writeBegun(this.#issues, begun, this.#place(target));
    });
    return findings;
  }

  async write(
    result: Result,
    target: string,
    about: AboutRun = {},
  ): Promise<{ url: string | null; findings: Finding[] }> {
    const findings: Finding[] = [];
    if (result.dryRun || result.outcome === 'cancelled') return { url: null, findings };
    this.#client.patience.renew();
    const isWanted = await this.#attempt('written', findings, () => this.#isWanted());
    if (!isWanted) return { url: null, findings };
    const place = this.#place(target);
    const { failOn, schedule } = this.#options;
    const attempt: Attempt = (action) => this.#attempt('written', findings, action);
    const run = { ...about, result, place, schedule };
    const url = await writeRun(this.#issues, run, attempt);
    await attempt(() => updateIncident(this.#issues, place, result, failOn));
    return { url, findings };
  }

  /** In doubt a repository is taken as public: what is once shown cannot be hidden. */
  async #isWanted(): Promise<boolean> {
    this.#isOn ??= this.#options.mode === 'true' || !(await this.#issues.isPublic());
    return this.#isOn;
  }

  #place(target: string): Place {
    return { task: this.#options.task, target: shorten(target, 200) };
  }

  async #attempt<Value>(
    doing: 'read' | 'written',
    findings: Finding[],
    action: () => Promise<Value>,
  ): Promise<Value | null> {
    try {
      return await action();
    } catch (error) {
      const problem = logProblem(error, this.#options.repository, doing);
      if (!this.#told.has(problem.remedy)) findings.push(problem);
      this.#told.add(problem.remedy);
      return null;
    }
  }
}
