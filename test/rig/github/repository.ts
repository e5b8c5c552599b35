import { Refused, validationFailed } from './answer.ts';
import type { Clock } from './clock.ts';
import { GitObjects } from './git.ts';
import type { PullRequestRecord, RepositorySettings, Review } from './pull-requests.ts';
import type { Comment, Issue, Label } from './records.ts';

/** Limits that GitHub sets. */
const maxBody = 65_536;
const maxTitle = 256;
const maxComments = 2500;

type NewIssue = Partial<
  Pick<Issue, 'title' | 'body' | 'labels' | 'author' | 'isPullRequest'>
>;

/** One repository: what is in it, and what a token may do there. */
export class Repository {
  readonly name: string;
  readonly clock: Clock;
  /** The account that the token belongs to. */
  readonly account: string;
  visibility: 'public' | 'private' | 'internal' = 'private';
  /** What the token may do with issues. */
  issuesPermission: 'write' | 'read' | 'none' = 'write';
  hasIssues = true;
  /** What the token may do with the rest. */
  readonly permissions: Record<'pullRequests' | 'contents', 'write' | 'read' | 'none'> = {
    ...{ pullRequests: 'write', contents: 'write' },
  };
  readonly settings: RepositorySettings = {
    ...{ allowsAutoMerge: true, letsActionsApprove: true, hidesActivity: false },
  };
  readonly git = new GitObjects();
  /** Whether GitHub lists only the beginning of a tree. */
  isTreeCut = false;
  readonly pulls = new Map<number, PullRequestRecord>();
  readonly issues = new Map<number, Issue>();
  readonly comments: Comment[] = [];
  readonly labels: Label[] = [];
  readonly #deleted = new Set<number>();
  #lastId = 1000;

  constructor(name: string, account: string, clock: Clock) {
    this.name = name;
    this.account = account;
    this.clock = clock;
  }

  addIssue(issue: NewIssue = {}): Issue {
    const { title = 'An issue', body = null, labels = [] } = issue;
    checkBody('Issue', body);
    if (title.length > maxTitle) {
      throw validationFailed('Issue', 'title', 'custom', 'title is too long');
    }
    const number = 1 + Math.max(0, ...this.issues.keys(), ...this.#deleted);
    const now = this.clock.timestamp();
    const added: Issue = {
      ...{ id: this.#nextId(), number, title, body, locked: false },
      ...{ state: 'open', stateReason: null, createdAt: now, updatedAt: now },
      closedAt: null,
      author: issue.author ?? this.account,
      isPullRequest: issue.isPullRequest ?? false,
      labels: labels.map((name) => this.labelNamed(name).name),
    };
    this.issues.set(number, added);
    return added;
  }

  /** The issue of a number. One that was deleted is gone, and GitHub says so. */
  issue(number: number): Issue {
    const issue = this.issues.get(number);
    if (issue) return issue;
    if (this.#deleted.has(number)) throw new Refused(410, 'This issue was deleted');
    throw new Refused(404, 'Not Found');
  }

  deleteIssue(number: number): void {
    this.issues.delete(number);
    this.#deleted.add(number);
  }

  addComment(number: number, body: string, author = this.account): Comment {
    const issue = this.issue(number);
    checkBody('IssueComment', body);
    if (issue.locked) {
      throw new Refused(403, 'Unable to create comment because issue is locked.');
    }
    if (this.commentsOf(number).length >= maxComments) {
      const message = `Commenting is disabled on issues with more than ${maxComments} comments`;
      throw new Refused(403, message);
    }
    const now = this.clock.timestamp();
    const times = { createdAt: now, updatedAt: now };
    const comment = { id: this.#nextId(), issue: number, author, body, ...times };
    this.comments.push(comment);
    issue.updatedAt = now;
    return comment;
  }

  commentsOf(number: number): Comment[] {
    return this.comments.filter(({ issue }) => issue === number);
  }

  /** Changes an issue as a person, or a request, would. */
  updateIssue(
    number: number,
    changes: Partial<Pick<Issue, 'title' | 'body' | 'labels' | 'state' | 'stateReason'>>,
  ): Issue {
    const issue = this.issue(number);
    checkBody('Issue', changes.body ?? null);
    const { state, stateReason, labels, ...rest } = changes;
    Object.assign(issue, rest, { updatedAt: this.clock.timestamp() });
    if (labels) issue.labels = labels.map((name) => this.labelNamed(name).name);
    if (state && state !== issue.state) {
      issue.state = state;
      issue.closedAt = state === 'closed' ? this.clock.timestamp() : null;
      issue.stateReason = state === 'closed' ? (stateReason ?? 'completed') : 'reopened';
    }
    return issue;
  }

  /** GitHub makes a label that an issue is given and that does not exist. */
  labelNamed(name: string): Label {
    return this.findLabel(name) ?? this.addLabel({ name });
  }

  findLabel(name: string): Label | undefined {
    return this.labels.find((one) => one.name.toLowerCase() === name.toLowerCase());
  }

  addLabel(label: { name: string; color?: string; description?: string | null }): Label {
    const { name, color = 'ededed', description = null } = label;
    if (this.findLabel(name)) {
      throw validationFailed('Label', 'name', 'already_exists', 'already exists');
    }
    const added = { id: this.#nextId(), name, color, description };
    this.labels.push(added);
    return added;
  }

  /** Deletes a label, which takes it off every issue. */
  deleteLabel(name: string): void {
    this.labels.splice(this.labels.indexOf(this.labelNamed(name)), 1);
    for (const issue of this.issues.values()) {
      issue.labels = issue.labels.filter((one) => one !== name);
    }
  }

  /** Opens a pull request from a branch, by default Dependabot's. */
  openPullRequest(
    pull: Pick<PullRequestRecord, 'headSha'> & Partial<PullRequestRecord>,
  ): PullRequestRecord {
    const { author = 'dependabot[bot]' } = pull;
    const { number, id } = this.addIssue({ author, isPullRequest: true });
    const opened: PullRequestRecord = {
      ...{ number, nodeId: `PR_${id}`, author, headRepository: this.name },
      ...{ headBranch: 'dependabot/cargo/serde-1.0.2', baseBranch: 'main' },
      ...{ state: 'open', autoMerge: null, reviews: [] },
      ...pull,
    };
    this.pulls.set(number, opened);
    return opened;
  }

  /** Adds an approval to a pull request. */
  addReview(number: number, review: Pick<Review, 'author' | 'commit' | 'body'>): Review {
    const added: Review = { id: this.#nextId(), state: 'APPROVED', ...review };
    this.pulls.get(number)?.reviews.push(added);
    return added;
  }

  #nextId(): number {
    return ++this.#lastId;
  }
}

/** GitHub counts code points; UTF-16 units are never fewer. */
export function checkBody(resource: string, body: string | null): void {
  if (body === null || body.length <= maxBody) return;
  const message = `body is too long (maximum is ${maxBody} characters)`;
  throw validationFailed(resource, 'body', 'custom', message);
}
