import { readFile } from 'node:fs/promises';
import { sharedData } from '../shared-data.ts';

/** A commit that Dependabot once made, and that was merged. */
export interface RealCommit {
  readonly sha: string;
  /** RFC 3339. */
  readonly committed: string;
  readonly message: string;
  readonly files: readonly string[];
}

/** One update that a message speaks of. */
export interface Update {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** What the branch of an update is called after: `dependabot/cargo/…`. */
export type BranchName = 'cargo' | 'npm_and_yarn' | 'docker' | 'github_actions';

/** Reads the real commits, oldest last. */
export async function readCommits(): Promise<RealCommit[]> {
  const text = await readFile(sharedData('dependabot-commits.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** The updates of a message, by its sentences alone. */
export function updatesIn(message: string): Update[] {
  const sentence =
    /^(?:Bumps|Updates) (?:\[([^\]\n]+)\]\S*|`([^`\n]+)`|(\S+)) from (\S+) to (\S+?)\.?(?:\s|$)/gm;
  const found = [...message.matchAll(sentence)].map(
    ([, linked, quoted, bare, from = '', to = '']) => ({
      name: linked ?? quoted ?? bare ?? '',
      ...{ from: from.replaceAll('`', ''), to: to.replaceAll('`', '') },
    }),
  );
  return [...new Map(found.map((one) => [`${one.name} ${one.to}`, one])).values()];
}

/** The ecosystem of a commit, by the files that it changed. */
export function branchNameOf({ files }: RealCommit): BranchName {
  if (files.some((file) => file.startsWith('.github/'))) return 'github_actions';
  if (files.some((file) => /(^|\/)Dockerfile/.test(file))) return 'docker';
  if (files.some((file) => /(^|\/)package(-lock)?\.json$/.test(file))) {
    return 'npm_and_yarn';
  }
  return 'cargo';
}
