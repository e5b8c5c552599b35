import { YamlTree } from '../docker/yaml-tree.ts';
import { UnreadableFile } from '../model.ts';

/** Where GitHub looks for it. */
export const actionsLockPath = '.github/workflows/actions.lock';

/** What the lockfile of actions says of one `OWNER/REPO@REF`. */
export interface LockedAction {
  /** 40 or 64 hexadecimal digits. */
  readonly commit: string;
  /** The tag or branch that it was taken from; null where the file does not say. */
  readonly ref: string | null;
}

/** The lockfile of the actions that the workflows of a repository use. */
export interface ActionsLock {
  /** What `owner/repository@ref` is held to in a workflow; null where it is not. */
  find(
    workflow: string,
    owner: string,
    repository: string,
    ref: string,
  ): LockedAction | null;
}

const versions: ReadonlySet<string> = new Set(['v0.0.1', 'v0.0.2', 'v0.0.3']);
const commitText = /^(?:sha1-([0-9a-f]{40})|sha256-([0-9a-f]{64}))$/i;
/** The first version has the commit behind the ref as well. */
const commitSuffix = /:sha(?:1|256)-[0-9a-f]+$/i;

/**
 * Reads `actions.lock`, whose format is that of https://gh.io/actions-lockfile. Entries
 * without a commit are passed over. Throws `UnreadableFile`, also for newer versions.
 */
export function parseActionsLock(text: string, path: string): ActionsLock {
  const tree = YamlTree.parse(text, path);
  const version = tree.text(tree.get(tree.root, 'version'))?.text ?? 'none';
  if (!versions.has(version)) {
    const known = [...versions].join(', ');
    throw new UnreadableFile(path, `its version is ${version}; this reads ${known}`);
  }
  const locked = new Map<string, LockedAction>();
  for (const [pin, entry] of tree.entries(tree.get(tree.root, 'dependencies'))) {
    const read = (key: string) => tree.text(tree.get(entry, key))?.text ?? null;
    const [, sha1, sha256] = commitText.exec(read('commit') ?? '') ?? [];
    const commit = sha1 ?? sha256;
    if (commit === undefined) continue;
    const ref = read('ref') ?? read('tag') ?? read('branch');
    locked.set(keyOf(pin), { commit: commit.toLowerCase(), ref });
  }
  const workflows = new Map<string, ReadonlySet<string>>();
  for (const [workflow, pins] of tree.entries(tree.get(tree.root, 'workflows'))) {
    const keys = tree.items(pins).map((pin) => keyOf(tree.text(pin)?.text ?? ''));
    workflows.set(workflow, new Set(keys));
  }
  return {
    find(workflow, owner, repository, ref) {
      const key = keyOf(`${owner}/${repository}@${ref}`);
      return workflows.get(workflow)?.has(key) ? (locked.get(key) ?? null) : null;
    },
  };
}

/** GitHub does not tell capitals apart in the names of owners and repositories. */
function keyOf(pin: string): string {
  const canonical = pin.replace(commitSuffix, '');
  const at = canonical.indexOf('@');
  return canonical.slice(0, at).toLowerCase() + canonical.slice(at);
}
