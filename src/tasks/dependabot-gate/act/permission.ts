import { type Finding, finding } from '../../../core/finding.ts';
import { messageOf } from '../../../core/message-of.ts';
import { isRequestError, messageOfRequest } from '../github.ts';
import type { GateStep } from './gate-step.ts';

const permissions: Record<GateStep['id'], string> = {
  'disable-auto-merge': '`contents: write` and `pull-requests: write`',
  'withdraw-approval': '`pull-requests: write`',
  comment: '`pull-requests: write`',
  approve: '`pull-requests: write`',
  'auto-merge': '`contents: write` and `pull-requests: write`',
};

const settings: Partial<Record<GateStep['id'], string>> = {
  approve:
    'Turn on "Allow GitHub Actions to create and approve pull requests" in Settings → Actions → General.',
  'auto-merge':
    'Turn on "Allow auto-merge" in Settings → General, and make this job and the tests required checks of the branch: GitHub only waits for what is required.',
};

/** Refusals that have to do with what the token or the repository allows. */
const refusals =
  /not accessible by|not permitted to approve|can ?not approve your own|auto.?merge is not allowed|auto.?merge is disabled|is in (?:clean|unstable) status|protected branch rules not configured|must have .* (?:access|permission)/i;

/** What to say where GitHub does not permit a step; null where it failed otherwise. */
export function notPermitted(error: unknown, step: GateStep, at: string): Finding | null {
  const said = isRequestError(error) ? messageOfRequest(error) : messageOf(error);
  if (!refusals.test(said)) return null;
  const needed = `Under \`permissions:\` of the job, ${permissions[step.id]} are needed.`;
  const setting = settings[step.id] ?? '';
  const shown = said.replace(/\s+/g, ' ').slice(0, 300).replace(/\.$/, '');
  const message = `GitHub does not let this job ${step.command}: ${shown}. ${needed} ${setting}`;
  const remedy = `${needed} ${setting}`.trim();
  return finding('not-permitted', at, message.trim(), { remedy });
}
