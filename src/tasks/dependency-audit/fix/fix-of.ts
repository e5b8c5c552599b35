import type { Advised, Hit } from '../advisories/hits.ts';
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
}

/** Plans how a package gets rid of all its advisories that a newer version can clear. */
export async function fixOf(
  { project, locked, advisories }: Hit,
  { advised, registry, isCool }: Surroundings,
): Promise<PlannedFix> {
  const { graph, osvEcosystem } = project;
  const grave = (name: string) =>
    advised.all(osvEcosystem, name).filter((one) => one.class !== 'unmaintained');
  // Where nothing else is wrong, a version that is maintained again would be the fix.
  const cleared = advisories.every((one) => one.class === 'unmaintained')
    ? (name: string) =>
        name === locked.name ? advised.all(osvEcosystem, name) : grave(name)
    : grave;
  const world: FixWorld = {
    graph,
    published: (name) => registry.of(name),
    admits: project.admits,
    isClear: (name, version) => !cleared(name).some((one) => one.affects(version)),
    isCool,
    fixedIn: (name) => cleared(name).flatMap(({ fixedIn }) => fixedIn),
  };
  const fix = await planFix(world, locked.id);
  return { fix, command: fixCommand(fix, graph, project.place) };
}
