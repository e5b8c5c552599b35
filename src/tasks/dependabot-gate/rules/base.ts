import type { Evidence } from '../evidence.ts';
import { type Rule, review } from '../reason.ts';

/** Whoever may write can point a pull request at another branch after it was decided on. */
export const base: Rule<Pick<Evidence, 'pullRequest' | 'branches'>> = {
  name: 'base',
  holds: 'it goes into a branch that the gate is for',
  judge({ pullRequest: { baseBranch }, branches }) {
    if (branches.includes(baseBranch)) return [];
    const message = `It goes into ${baseBranch}, and the gate is for ${branches.join(', ')}.`;
    return [review('needs-review', message)];
  },
};
