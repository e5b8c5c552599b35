import type { ImageUse } from '../../dependencies/docker/image-use.ts';
import type { ActionUse } from '../../dependencies/github-actions/action-use.ts';
import type { RepositoryFiles } from '../../dependencies/model.ts';
import { wantedFile } from '../../dependencies/wanted-file.ts';
import type { FailedSources } from './failed-sources.ts';

/** Every place of the repository that names an image or an action. */
export interface References {
  readonly images: readonly ImageUse[];
  readonly actions: readonly ActionUse[];
  /** How many files were read for them. */
  readonly files: { readonly docker: number; readonly actions: number };
}

const none: References = { images: [], actions: [], files: { docker: 0, actions: 0 } };

/** Finds what files use; their readers are loaded only where there is such a file. */
export async function findReferences(
  files: RepositoryFiles,
  failed: FailedSources,
): Promise<References> {
  const isOne = (path: string) =>
    ['docker', 'github-actions'].includes(wantedFile(path) ?? '');
  if (!files.keys().some(isOne)) return none;
  const { readReferences } = await import('./read-references.ts');
  return readReferences(files, failed);
}
