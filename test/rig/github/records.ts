export interface Label {
  readonly id: number;
  name: string;
  color: string;
  description: string | null;
}

export interface Issue {
  readonly id: number;
  readonly number: number;
  readonly author: string;
  readonly isPullRequest: boolean;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  title: string;
  body: string | null;
  labels: string[];
  state: 'open' | 'closed';
  stateReason: string | null;
  locked: boolean;
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly author: string;
  readonly createdAt: string;
  updatedAt: string;
  body: string;
}
