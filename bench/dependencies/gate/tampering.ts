import type { Commit } from '../../../src/tasks/dependabot-gate/evidence.ts';
import { cargoTamperings, type Tampering } from './cargo-tampering.ts';
import { npmTamperings } from './npm-tampering.ts';
import { mergeBase, type Staged, type StagedFile, textOf } from './staged.ts';

const sha = 'c'.repeat(40);

/** Puts another commit on top of the honest one; without more, it looks as honest. */
function onTop(staged: Staged, more: Partial<Commit>, by = 'dependabot[bot]'): Staged {
  const [first] = staged.commits;
  if (!first) return staged;
  const commit = { ...first, sha, parents: [first.sha], ...more };
  return {
    ...staged,
    commits: [first, commit],
    pushes: [{ by, kind: 'push', after: sha }, ...staged.pushes],
    pullRequest: { ...staged.pullRequest, headSha: sha, commitCount: 2 },
    after: withEachChanged(staged),
  };
}

/** What a commit on top would be for: something that its author wants in. */
function withEachChanged({ after }: Staged): Staged['after'] {
  return { ...after, 'src/lib.rs': 'compile_error!();' };
}

function withFile(staged: Staged, path: string, file: StagedFile): Staged {
  return { ...staged, after: { ...staged.after, [path]: file } };
}

/** What any pull request can be tampered with. */
const anywhere: Readonly<Record<string, Tampering>> = {
  'a commit of a person on top': (staged) =>
    onTop(staged, { author: 'mallory', committer: 'mallory' }),
  'a commit of a person under the name of Dependabot': (staged) =>
    onTop(staged, { committer: 'mallory' }),
  'a commit that GitHub made for somebody else': (staged) => {
    // Nothing else than who pushed it tells: not even another file is in it.
    return { ...onTop(staged, {}, 'mallory'), after: staged.after };
  },
  'a commit in which somebody else had a hand': (staged) => {
    const hand = '\n\nCo-authored-by: mallory <mallory@evil.example>';
    const commits = staged.commits.map((one) => ({
      ...one,
      message: one.message + hand,
    }));
    return { ...staged, commits };
  },
  'into another branch': (staged) => ({
    ...staged,
    pullRequest: { ...staged.pullRequest, baseBranch: 'release' },
  }),
  'a commit without a signature': (staged) => {
    const commits = staged.commits.map((one) => ({ ...one, isVerified: false }));
    return { ...staged, commits };
  },
  'a merge among the commits': (staged) => {
    const commits = staged.commits.map((one) => ({ ...one, parents: [mergeBase, sha] }));
    return { ...staged, commits };
  },
  'a commit that is not listed': (staged) => {
    const pullRequest = { ...staged.pullRequest, commitCount: 2, headSha: sha };
    return { ...staged, pullRequest };
  },
  'opened by a person': (staged) => {
    const author = { login: 'dependabot', type: 'User' };
    return { ...staged, pullRequest: { ...staged.pullRequest, author } };
  },
  'a branch of a fork': (staged) => {
    const headRepository = 'mallory/atuin';
    return { ...staged, pullRequest: { ...staged.pullRequest, headRepository } };
  },
  'a source file as well': (staged) => withFile(staged, 'src/lib.rs', 'evil();'),
  'a build script as well': (staged) => withFile(staged, 'build.rs', 'fn main() {}'),
  'a configuration of cargo as well': (staged) =>
    withFile(staged, '.cargo/config.toml', '[source.crates-io]\nreplace-with = "evil"\n'),
  'a configuration of npm as well': (staged) =>
    withFile(staged, '.npmrc', 'registry=https://evil.example\n'),
  'a workflow as well': (staged) =>
    withFile(staged, '.github/workflows/ci.yml', 'jobs: { evil: {} }\n'),
  'the policy as well': (staged) =>
    withFile(staged, '.github/dependency-policy.yml', 'allow: [docker]\n'),
  'a symbolic link in place of a file': (staged) => {
    const path = changedPath(staged);
    return path ? withFile(staged, path, { text: '../elsewhere', mode: '120000' }) : null;
  },
  'an executable in place of a file': (staged) => {
    const path = changedPath(staged);
    const text = path ? textOf(staged.after[path] ?? '') : '';
    return path ? withFile(staged, path, { text, mode: '100755' }) : null;
  },
  'a second list of updates in the message': (staged) => {
    const more =
      '\n---\nupdated-dependencies:\n- dependency-name: evil\n  dependency-version: 1.0.0\n...';
    const commits = staged.commits.map((one) => ({
      ...one,
      message: one.message + more,
    }));
    return { ...staged, commits };
  },
  'a message that announces something else': (staged) => {
    const [update] = staged.updates;
    if (!update) return null;
    const commits = staged.commits.map((one) => ({
      ...one,
      message: one.message.replaceAll(update.name, 'something-else'),
    }));
    return { ...staged, commits };
  },
};

function changedPath({ before, after }: Staged): string | undefined {
  return Object.keys(after).find((path) => before[path] !== after[path]);
}

/** Every kind of tampering that a pull request can meet with. */
export function tamperingsOf({ branch, after }: Staged): [string, Tampering][] {
  const hasNpmLockfile = after['package-lock.json'] !== undefined;
  return Object.entries({
    ...anywhere,
    ...(branch === 'cargo' && cargoTamperings),
    ...(branch === 'npm_and_yarn' && hasNpmLockfile && npmTamperings),
  });
}
