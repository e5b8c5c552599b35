import type {
  AdvisoriesByPackage,
  Advisory,
  AdvisorySource,
} from '../../../advisories/advisory.ts';
import type { DependencyFinding } from '../../../core/finding.ts';
import type { ActionUse } from '../../../dependencies/github-actions/action-use.ts';
import { isArchived } from '../../../registries/archived.ts';
import type { Endpoints } from '../../../registries/endpoints.ts';
import { type GitRefs, gitRefs } from '../../../registries/git-refs.ts';
import type { Http } from '../../../registries/http.ts';
import type { FailedSources } from '../failed-sources.ts';
import { listed } from '../listed.ts';
import { type ActionFacts, nameOf } from './action-facts.ts';
import { judgeAction } from './judge-action.ts';

interface Sources {
  /** Null where nobody is asked. */
  readonly http: Http | null;
  readonly endpoints: Endpoints;
  readonly advisories: AdvisorySource;
  readonly token: string | null;
  readonly failed: FailedSources;
  readonly signal: AbortSignal;
}

/** Asks once for each repository, and judges every place that uses an action of it. */
export async function auditActions(
  uses: readonly ActionUse[],
  sources: Sources,
): Promise<DependencyFinding[]> {
  const repositories = new Set(uses.map(repositoryOf));
  const [known, advisories] = await Promise.all([
    factsOf(repositories, sources),
    advisoriesOf(uses, sources),
  ]);
  return uses.flatMap((use) => {
    const facts = known.get(repositoryOf(use)) ?? { refs: null, isArchived: null };
    const about = namesOf(use).flatMap((name) => advisories.get(name) ?? []);
    return judgeAction(use, { ...facts, advisories: [...new Set<Advisory>(about)] });
  });
}

type Known = Omit<ActionFacts, 'advisories'>;

async function factsOf(
  repositories: ReadonlySet<string>,
  { http, endpoints, token, failed, signal }: Sources,
): Promise<ReadonlyMap<string, Known>> {
  if (!http) return new Map();
  const hidden = new Set<string>();
  const known = <Value>(repository: string, value: Value | null) => {
    if (value === null) hidden.add(repository);
    return value;
  };
  const asked = [...repositories].map(async (repository) => {
    const [refs, archived] = await Promise.all([
      failed.attempt<GitRefs | null>('the tags of an action', async () =>
        known(repository, await gitRefs(repository, http, endpoints, signal)),
      ),
      failed.attempt('whether an action is archived', async () =>
        known(repository, await isArchived(repository, http, endpoints, token, signal)),
      ),
    ]);
    return [repository, { refs, isArchived: archived }] as const;
  });
  const facts = new Map(await Promise.all(asked));
  if (hidden.size > 0) {
    const why = `Not public, or gone, so not looked at: ${listed([...hidden].sort())}.`;
    failed.add('GitHub', 'actions that it does not show', why, 'info');
  }
  return facts;
}

/** The database does not know which commits are which version: all of an action are read. */
async function advisoriesOf(
  uses: readonly ActionUse[],
  { advisories, failed, signal }: Sources,
): Promise<AdvisoriesByPackage> {
  if (uses.length === 0) return new Map();
  const wanted = new Map(uses.flatMap(namesOf).map((name) => [name, []]));
  const found = await failed.attempt(
    'advisories about actions',
    () => advisories.find('GitHub Actions', wanted, signal),
    // Databases of files often have none about actions; that is told, and no failure.
    advisories.isWhole ? 'low' : 'high',
  );
  return found ?? new Map();
}

/** An advisory may be about one action of a repository, or about all of them. */
function namesOf(use: ActionUse): string[] {
  return [...new Set([nameOf(use), `${use.owner}/${use.repository}`])];
}

function repositoryOf({ owner, repository }: ActionUse): string {
  return `${owner}/${repository}`.toLowerCase();
}
