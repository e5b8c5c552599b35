import { commonInputs } from '../../core/common-inputs.ts';
import { ageMs, choice, repository, text, wholeNumber } from '../../core/input-kinds.ts';
import { Unreadable } from '../../core/inputs.ts';
import type { TaskInputs } from '../../core/task.ts';
import { registryInputs } from '../../registries/inputs.ts';

/** What the gate may do, each with those before it. */
export const acts = ['none', 'comment', 'approve', 'auto-merge'] as const;

/** Reads `main, release/1`, `[main, release/1]`, or lines that begin with `- `. */
function branchNames(given: string): readonly string[] {
  const names = given
    .trim()
    .replace(/^\[(.*)\]$/s, '$1')
    .split(/[,\n]/)
    .map((name) =>
      name
        .trim()
        .replace(/^-\s+/, '')
        .replace(/^(['"])(.*)\1$/, '$2'),
    )
    .filter((name) => name !== '');
  const areNames = names.every((name) => /^[^\s~^:?*[\]\\'"]+$/.test(name));
  if (names.length === 0 || !areNames) throw new Unreadable();
  return names;
}

/** The inputs of `dependabot-gate`, beside those that every action has. */
export const gateInputs = {
  policy: text({
    description:
      'The policy file. It is read from the base branch: a pull request cannot change it for itself.',
    allowed: 'a path in the repository',
    default: '.github/dependency-policy.yml',
  }),
  cooldown: ageMs({
    description:
      'How old every version that comes in must be, unless it is the lowest that clears a vulnerability.',
    default: '7 days',
  }),
  act: choice(acts, {
    description:
      'What to do beside deciding, each with those before it: keep a comment, approve, let GitHub merge once all checks have passed. Only `merge` is ever approved or merged.',
    default: 'none',
  }),
  branches: {
    description:
      'The branches into which the gate lets merge. What goes into another is for a person.',
    allowed:
      'names between commas, or a YAML list of them; the default is the default branch of the repository',
    parse: branchNames,
  },
  'merge-method': choice(['squash', 'merge', 'rebase'], {
    description: 'How GitHub merges.',
    default: 'squash',
  }),
  advisories: text({
    description:
      'Where the advisories come from: osv.dev, or records in its form in a directory, a zip, or a zip behind a URL.',
    allowed: '`osv`, the path of a directory or a zip, or an https URL',
    default: 'osv',
  }),
  registries: registryInputs.registries,
  'pull-request': wholeNumber({
    description:
      'The number of the pull request. Without it, that of the event which started the workflow.',
    min: 1,
    max: 2_147_483_647,
  }),
  repository: repository({
    description: 'The repository of the pull request.',
    allowed: '`owner/name`; the default is the repository of the workflow',
  }),
  'log-issue': { ...commonInputs['log-issue'], default: 'false' as const },
  'github-token': {
    ...commonInputs['github-token'],
    description:
      'It needs `contents: read` and `pull-requests: read`; with `act`, `pull-requests: write`, and `contents: write` for `auto-merge`.',
  },
};

export type GateSpec = typeof gateInputs;
export type GateInputs = TaskInputs<GateSpec>;
