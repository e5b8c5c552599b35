import { imagesInCompose } from '../../dependencies/docker/compose.ts';
import { imagesInDockerfile } from '../../dependencies/docker/dockerfile.ts';
import type {
  ImageUse,
  UnresolvedReference,
} from '../../dependencies/docker/image-use.ts';
import type { ActionUse } from '../../dependencies/github-actions/action-use.ts';
import {
  type ActionsLock,
  actionsLockPath,
  parseActionsLock,
} from '../../dependencies/github-actions/actions-lock.ts';
import { usesInWorkflow } from '../../dependencies/github-actions/workflow.ts';
import { type RepositoryFiles, UnreadableFile } from '../../dependencies/model.ts';
import { wantedFile } from '../../dependencies/wanted-file.ts';
import type { FailedSources } from './failed-sources.ts';
import type { References } from './references.ts';

/** Reads Dockerfiles, compose files, workflows and actions. What cannot be read is known. */
export function readReferences(
  files: RepositoryFiles,
  failed: FailedSources,
): References {
  const images: ImageUse[] = [];
  const actions: ActionUse[] = [];
  const count = { docker: 0, actions: 0 };
  const reading = <Value>(path: string, read: () => Value): Value | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      failed.add(path, 'what the file uses', error.message, 'medium');
      return null;
    }
  };
  const tell = (path: string, unresolved: readonly UnresolvedReference[]) => {
    for (const { line, text, why } of unresolved) {
      failed.add(`${path}:${line}`, `what \`${text}\` names`, `It ${why}.`, 'info');
    }
  };
  const lockText = files.get(actionsLockPath);
  const lock: ActionsLock | null =
    lockText === undefined
      ? null
      : reading(actionsLockPath, () => parseActionsLock(lockText, actionsLockPath));
  for (const [path, text] of files) {
    const ecosystem = wantedFile(path);
    if (ecosystem === 'docker') {
      const isCompose = /\.ya?ml$/.test(path);
      const read = isCompose ? imagesInCompose : imagesInDockerfile;
      const found = reading(path, () => read(text, path));
      count.docker += 1;
      images.push(...(found?.uses ?? []));
      tell(path, found?.unresolved ?? []);
    }
    if (ecosystem === 'github-actions' && usesActions(path)) {
      const found = reading(path, () => usesInWorkflow(text, path, lock));
      count.actions += 1;
      images.push(...(found?.images ?? []));
      actions.push(...(found?.actions ?? []));
      tell(path, found?.problems ?? []);
    }
  }
  return { images, actions, files: count };
}

function usesActions(path: string): boolean {
  return path !== actionsLockPath && !/(^|\/)dependabot\.ya?ml$/.test(path);
}
