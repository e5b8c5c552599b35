import type { FileChange } from '../evidence.ts';
import type { Tree } from './pull-request-reader.ts';

/** Where two trees differ. A renamed file is one that is gone and one that is new. */
export function changedFiles(before: Tree, after: Tree): FileChange[] {
  const paths = new Set([...before.entries.keys(), ...after.entries.keys()]);
  return [...paths].sort().flatMap((path) => {
    const [old, now] = [before.entries.get(path), after.entries.get(path)];
    const isSame = old?.sha === now?.sha && old?.mode === now?.mode;
    return isSame ? [] : [{ path, before: old ?? null, after: now ?? null }];
  });
}
