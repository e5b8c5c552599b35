/** An issue, as far as we look at it. */
export interface Issue {
  readonly number: number;
  readonly isOpen: boolean;
  readonly body: string;
  readonly labels: readonly string[];
  /** How many comments it has, anybody's. */
  readonly comments: number;
  /** Where a person reads it. */
  readonly url: string;
}

/** A comment on an issue. */
export interface Comment {
  readonly body: string;
  readonly url: string;
}

/** A label of a repository. */
export interface Label {
  readonly name: string;
  readonly color: string;
  readonly description: string;
}

interface IssueData {
  readonly number: number;
  readonly state: string;
  readonly body?: string | null | undefined;
  readonly labels: readonly (string | { readonly name?: string | undefined })[];
  readonly comments: number;
  readonly html_url: string;
}

/** Takes out of GitHub's answer what we look at. */
export function asIssue(data: IssueData): Issue {
  const labels = data.labels.map((one) => (typeof one === 'string' ? one : one.name));
  return {
    number: data.number,
    isOpen: data.state === 'open',
    body: data.body ?? '',
    labels: labels.filter((name) => name !== undefined),
    comments: data.comments,
    url: data.html_url,
  };
}
