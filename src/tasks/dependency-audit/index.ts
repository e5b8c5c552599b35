import type { Step } from '../../core/step.ts';
import type { Task } from '../../core/task.ts';
import { type AuditSpec, auditInputs } from './inputs.ts';
import { concludeAudit } from './report/conclude.ts';
import { type AuditTarget, nameOfRepository } from './target.ts';

/** Loaded only once the inputs are known to be right: the readers take their time. */
const load = async () => (await import('./work.ts')).work;

/** The task `dependency-audit`: what is old, what is dangerous, and what to do about it. */
export const task: Task<AuditSpec, AuditTarget, Step> = {
  name: 'dependency-audit',
  description:
    'Find what is vulnerable, given up, at its end of life, unpinned or outdated in the lockfiles, images and workflows of a repository, and say what to type',
  inputs: auditInputs,
  shownFigures: [],
  onlyLooks: true,
  check: ({ offline, advisories, mode }) => {
    const problems = [];
    if (mode === 'delta' && advisories !== undefined && advisories !== 'osv') {
      const message =
        'must be osv where mode is delta: only there it is told what changed.';
      problems.push({ input: 'advisories', message });
    }
    if (!offline) return problems;
    if (advisories === 'osv' || /^https?:/.test(advisories ?? '')) {
      const message =
        'must be a directory or a zip where offline is true: there is nobody to ask.';
      problems.push({ input: 'advisories', message });
    }
    if (mode === 'delta') {
      const message = 'cannot be delta where offline is true: what changed is online.';
      problems.push({ input: 'mode', message });
    }
    return problems;
  },
  targetName: nameOfRepository,
  connect: async (...given) => (await load()).connect(...given),
  plan: async (target, _inputs, run) => (await load()).plan(target, run),
  apply: async () => {
    throw new Error('an audit has no steps');
  },
  verify: async (target) => (await load()).verify(target),
  totals: () => ({}),
  // `conclude` says it, with the counts.
  summarize: () => '',
  conclude: concludeAudit,
  sweep: async () => 'Nothing was swept: an audit leaves nothing behind.',
};
