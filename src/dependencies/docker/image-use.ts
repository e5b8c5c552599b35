import type { ImageReference } from './image-reference.ts';

/** What an image is used for, by the place that names it. */
export type ImageRole = 'base' | 'copy' | 'compose' | 'job' | 'step' | 'syntax';

/** A place of the repository that names an image. */
export interface ImageUse {
  readonly image: ImageReference;
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** As it is written, with its variables. */
  readonly text: string;
  readonly role: ImageRole;
  /** The service of a compose file, or the job of a workflow. */
  readonly service?: string;
}

/** A reference of which what it names cannot be told from the file alone. */
export interface UnresolvedReference {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly why: string;
}

export interface FoundImages {
  readonly uses: readonly ImageUse[];
  readonly unresolved: readonly UnresolvedReference[];
}
