import type { AdvisorySource } from '../../../src/advisories/advisory.ts';
import type { Examined } from '../../../src/tasks/dependabot-gate/examined.ts';
import { examine } from '../../../src/tasks/dependabot-gate/gather/examine.ts';
import type { GateTarget } from '../../../src/tasks/dependabot-gate/target.ts';
import { places, registries } from './registries.ts';
import { repository, type Staged, StagedReader } from './staged.ts';

export const cooldownMs = 7 * 86_400_000;

/** Lets the gate decide on a staged pull request, with its defaults. */
export function judge(staged: Staged, usual: AdvisorySource): Promise<Examined> {
  const { now, http = registries, advisories = (source) => source } = staged;
  const target = {
    reader: new StagedReader(staged),
    inputs: { cooldown: cooldownMs, policy: '.github/dependency-policy.yml' },
    pullRequest: { repository, number: 1 },
    ...{ http, endpoints: places, advisories: advisories(usual) },
    examined: null,
    // The rest is what other parts of the task need.
  } as unknown as GateTarget;
  return examine(target, now, new AbortController().signal);
}
