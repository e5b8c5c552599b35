import type { Advisory } from '../../../advisories/advisory.ts';
import type { DependencyDetails } from '../../../core/finding.ts';
import type { ActionUse } from '../../../dependencies/github-actions/action-use.ts';
import type { GitRefs } from '../../../registries/git-refs.ts';
import { type ReleaseTag, readReleaseTag, tagOfCommit } from './release-tag.ts';

/** What others say of the repository of an action. */
export interface ActionFacts {
  /** Null where they could not be read. */
  readonly refs: GitRefs | null;
  readonly isArchived: boolean | null;
  /** All that concern the action, in whatever version. */
  readonly advisories: readonly Advisory[];
}

/** The commit that an action runs at; null where it cannot be told. */
export function commitOf(use: ActionUse, refs: GitRefs | null): string | null {
  if (use.commit !== null) return use.commit;
  const name = use.ref.replace(/^refs\/(?:tags|heads)\//, '');
  return refs?.tags.get(name) ?? refs?.branches.get(name) ?? null;
}

/**
 * The version that runs: by the commit, else by the ref, else, where no refs could be read,
 * by what the comment says. Null where none of them names one.
 */
export function releaseInUse(use: ActionUse, refs: GitRefs | null): ReleaseTag | null {
  const commit = commitOf(use, refs);
  const known = commit === null || refs === null ? null : tagOfCommit(commit, refs);
  if (known !== null) return known;
  if (use.pin !== 'sha') return readReleaseTag(use.ref.replace(/^refs\/tags\//, ''));
  return refs === null ? readReleaseTag(tagInComment(use.comment) ?? '') : null;
}

const commentedTag =
  /^(?:(?:tag|version)\s*[=:]\s*|renovate:\s*tag=|ratchet:\S*@|pin@|@)?(v\d[\w.+-]*|\d+\.[\w.+-]+|[A-Za-z][\w./-]*[-/]v?\d+\.[\w.+-]+)(?=$|[\s,;:)])/;

/** The tag that a comment names where it begins; null where it begins with anything else. */
export function tagInComment(comment: string | null): string | null {
  return commentedTag.exec(comment?.trim() ?? '')?.[1]?.replace(/\.$/, '') ?? null;
}

export function nameOf({ owner, repository, subpath }: ActionUse): string {
  return [owner, repository, ...(subpath === null ? [] : [subpath])].join('/');
}

/** What to write instead, so that it stands for one commit and a reader sees which. */
export function pinnedLine(use: ActionUse, tag: string, refs: GitRefs): string | null {
  const commit = refs.tags.get(tag);
  return commit === undefined ? null : `uses: ${nameOf(use)}@${commit} # ${tag}`;
}

export function detailsOf(use: ActionUse, refs: GitRefs | null): DependencyDetails {
  return {
    ecosystem: 'github-actions',
    package: nameOf(use),
    version: (use.pin === 'sha' ? releaseInUse(use, refs)?.name : null) ?? use.ref,
    manifest: `${use.path}:${use.line}`,
  };
}
