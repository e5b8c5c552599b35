import type { Advised, Hit } from '../advisories/hits.ts';
import type { Project } from '../projects/project.ts';
import type { PublishedPackages } from '../projects/published-packages.ts';
import { fixCommand } from './commands.ts';
import { planFix } from './plan-fix.ts';
import type { Fix, FixWorld } from './world.ts';

/** A fix, and what to type for it. */
export interface PlannedFix {
  readonly fix: Fix;
  /** Null where there is none. */
  readonly command: string | null;
}

interface Surroundings {
  readonly advised: Advised;
  readonly registry: PublishedPackages;
  isCool(publishedAt: string | null): boolean;
  /** The day before which a version has cooled down: `2026-11-17`. */
  readonly cooledBefore: string;
}

/** Plans how a package gets rid of all its advisories that a newer version can clear. */
export async function fixOf(
  { project, locked, advisories }: Hit,
  { advised, registry, isCool, cooledBefore }: Surroundings,
): Promise<PlannedFix> {
  const { graph, osvEcosystem } = project;
  const grave = (name: string) =>
    advised.all(osvEcosystem, name).filter((one) => one.class !== 'unmaintained');
  // Where nothing else is wrong, a version that is maintained again would be the fix.
  const cleared = advisories.every((one) => one.class === 'unmaintained')
    ? (name: string) =>
        name === locked.name ? advised.all(osvEcosystem, name) : grave(name)
    : grave;
  const foreign = foreignNames(project);
  const world: FixWorld = {
    graph,
    published: async (name) => (foreign.has(name) ? null : registry.of(name)),
    admits: project.admits,
    isClear: (name, version) => !cleared(name).some((one) => one.affects(version)),
    isCool,
    fixedIn: (name) => cleared(name).flatMap(({ fixedIn }) => fixedIn),
  };
  const fix = await planFix(world, locked.id);
  return { fix, command: fixCommand(fix, graph, project.place, cooledBefore) };
}

const known = new WeakMap<Project, ReadonlySet<string>>();

/** Names of another registry than the one that is asked: there, they are other packages. */
function foreignNames(project: Project): ReadonlySet<string> {
  let names = known.get(project);
  if (!names) {
    const all = [...project.graph.packages.values()];
    names = new Set(all.filter((one) => !project.isAskable(one)).map(({ name }) => name));
    known.set(project, names);
  }
  return names;
}
