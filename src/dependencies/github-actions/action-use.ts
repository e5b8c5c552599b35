import type { ImageUse, UnresolvedReference } from '../docker/image-use.ts';

/** A place of the repository that uses an action or a reusable workflow. */
export interface ActionUse {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** As it is written: `actions/checkout@v6`. */
  readonly text: string;
  readonly owner: string;
  readonly repository: string;
  /** `init` of `github/codeql-action/init`. */
  readonly subpath: string | null;
  readonly ref: string;
  /** What stands behind it on its line, without the `#`. */
  readonly comment: string | null;
  readonly kind: 'action' | 'workflow';
  readonly pin: 'sha' | 'tag-or-branch' | 'locked';
  /** The commit that it is pinned or locked to; null where it is neither. */
  readonly commit: string | null;
}

export interface FoundActions {
  readonly actions: readonly ActionUse[];
  readonly images: readonly ImageUse[];
  readonly problems: readonly UnresolvedReference[];
}

/** What `uses:` names: an action, an image, something of the repository itself, or nothing. */
export type UsesText =
  | (Pick<ActionUse, 'owner' | 'repository' | 'subpath' | 'ref'> & { kind: 'action' })
  | { kind: 'image'; text: string }
  | { kind: 'own' }
  | { kind: 'unknown'; why: string };

const action =
  /^([A-Za-z0-9](?:[A-Za-z0-9-]{0,99}))\/([A-Za-z0-9_.-]{1,100})((?:\/[^/@\s]+)*)@([^\s@]\S*)$/;
/** They would be taken for another text than they are, or for another place. */
const invisible = /[\p{Cc}\p{Cf}]/u;
const dots = /^\.{1,2}$/;
const image = /^docker:\/\//i;
const longestUses = 1024;

/** Reads the text of a `uses:`. */
export function readUses(text: string): UsesText {
  if (text.length > longestUses) return { kind: 'unknown', why: 'is too long' };
  if (invisible.test(text)) return { kind: 'unknown', why: 'has invisible characters' };
  if (text.includes('${{')) return { kind: 'unknown', why: 'depends on an expression' };
  if (/^(?:\.{1,2}|\$)(?:\/|$)/.test(text)) return { kind: 'own' };
  if (image.test(text)) return { kind: 'image', text: text.replace(image, '') };
  const [, owner, repository, rest = '', ref] = action.exec(text) ?? [];
  if (owner === undefined || repository === undefined || ref === undefined) {
    return { kind: 'unknown', why: 'is not of the form owner/repository@ref' };
  }
  if ([repository, ...rest.split('/')].some((part) => dots.test(part))) {
    return { kind: 'unknown', why: 'has `.` or `..` in its path' };
  }
  const subpath = rest === '' ? null : rest.slice(1);
  return { kind: 'action', owner, repository, subpath, ref };
}
