import { openAdvisories } from '../../advisories/open-advisories.ts';
import type { DependencyFinding, Finding } from '../../core/finding.ts';
import { nameSome } from '../../core/name-some.ts';
import type { Run } from '../../core/run.ts';
import type { PublishedPackage } from '../../dependencies/model.ts';
import { auditActions } from './actions/audit-actions.ts';
import {
  auditAdvisories,
  cooledDay,
  cooledDown,
  type Surroundings,
} from './advisories/audit-advisories.ts';
import type { Counted } from './evidence.ts';
import type { FailedSources } from './failed-sources.ts';
import { foldPlaces } from './fold-places.ts';
import { auditImages } from './images/audit-images.ts';
import { findOutdated } from './outdated/outdated.ts';
import { findWithdrawn } from './outdated/withdrawn.ts';
import type { Project } from './projects/project.ts';
import {
  isLockfile,
  openRegistries,
  type Registries,
  readProjects,
} from './projects/read-projects.ts';
import { findReferences, type References } from './references.ts';
import { settle } from './settle.ts';
import type { AuditTarget } from './target.ts';

/** Looks at everything, and puts what it found out into the evidence of the target. */
export async function fullAudit(
  target: AuditTarget,
  run: Run,
  failed: FailedSources,
): Promise<Finding[]> {
  const { inputs, files, http, endpoints, evidence } = target;
  const { signal, startedAt: now } = run;
  for (const { path, message } of target.unreadable) {
    // A folder that could not be read may have held a lockfile.
    const severity = path === '.' || path.endsWith('/') ? 'high' : 'medium';
    if (!isLockfile(path)) failed.add(path, 'what is in it', message, severity);
  }
  if (inputs.offline) {
    const why = 'Nobody was asked: `offline` is true.';
    failed.add('registries', 'what is newer, yanked or deprecated', why, 'info');
  }
  const advisories = openAdvisories(inputs.advisories, http, endpoints);
  const registries = openRegistries(target, failed, run);
  const projects = await readProjects(target, registries, failed);
  for (const project of projects) tellForeign(project, failed);
  const references = await findReferences(files, failed);
  evidence.counted = count(projects, references);
  const online = inputs.offline ? null : http;
  const token = inputs['github-token'];
  const [ofPackages, ofImages, ofActions] = await Promise.all([
    auditPackages(projects, { target, advisories, registries, failed, run }),
    auditImages(references.images, { http: online, endpoints, failed, now, signal }),
    auditActions(references.actions, {
      http: online,
      ...{ endpoints, advisories, token, failed, signal },
    }),
  ]);
  evidence.advisories = advisories.records;
  const ofReferences = foldPlaces([...ofImages, ...ofActions]);
  return settle([...ofPackages, ...ofReferences], { target, failed, run });
}

async function auditPackages(
  projects: readonly Project[],
  surroundings: Surroundings,
): Promise<DependencyFinding[]> {
  const { target, registries, run } = surroundings;
  const { evidence } = target;
  const [findings, published] = await Promise.all([
    auditAdvisories(projects, surroundings),
    publishedOf(projects, registries),
  ]);
  const publishedFor = ({ ecosystem }: Project) => ({
    published: published[ecosystem],
    now: run.startedAt,
    isCool: cooledDown(target, run),
    cooledBefore: cooledDay(target, run),
  });
  const outdated = projects.map((one) => findOutdated(one, publishedFor(one)));
  const withdrawn = projects.flatMap((one) => findWithdrawn(one, publishedFor(one)));
  evidence.outdated = outdated.flatMap(({ rows }) => rows);
  evidence.indirect = outdated.reduce((sum, { indirect }) => sum + indirect, 0);
  return [...findings, ...outdated.flatMap((one) => one.findings), ...withdrawn];
}

/** What comes from a registry that is not asked is not looked at, and that is said. */
function tellForeign({ graph, isAskable }: Project, failed: FailedSources): void {
  const foreign = [...graph.packages.values()].filter(
    (locked) => locked.origin.kind === 'registry' && !isAskable(locked),
  );
  if (foreign.length === 0) return;
  const names = nameSome(foreign.map(({ name, version }) => `${name} ${version}`));
  const why = `${names} come from another registry than the one that is asked. If it is a mirror of that, name it in \`registries\`.`;
  failed.add(graph.lockfile, `${foreign.length} packages`, why);
}

/** Of cargo every crate, for the index is cheap; of npm what the project itself asks for. */
async function publishedOf(
  projects: readonly Project[],
  registries: Registries,
): Promise<Record<Project['ecosystem'], ReadonlyMap<string, PublishedPackage>>> {
  const names = (ecosystem: Project['ecosystem']) =>
    projects
      .filter((project) => project.ecosystem === ecosystem)
      .flatMap(({ graph, direct, isAskable }) => {
        const all = [...graph.packages.values()];
        const own = direct.map(({ locked }) => locked);
        return (ecosystem === 'cargo' ? all : own).filter(isAskable);
      })
      .map(({ name }) => name);
  const [cargo, npm] = await Promise.all([
    registries.cargo.all(names('cargo')),
    registries.npm.all(names('npm')),
  ]);
  return { cargo, npm };
}

function count(projects: readonly Project[], references: References): Counted[] {
  const { images, actions, files } = references;
  const ofProjects = (['cargo', 'npm'] as const).map((ecosystem) => {
    const own = projects.filter((project) => project.ecosystem === ecosystem);
    const packages = own.reduce((sum, { graph }) => {
      const foreign = [...graph.packages.values()].filter(
        ({ origin }) => origin.kind !== 'path',
      );
      return sum + foreign.length;
    }, 0);
    return { ecosystem, files: own.length, packages };
  });
  const distinct = (texts: readonly string[]) => new Set(texts).size;
  return [
    ...ofProjects,
    {
      ecosystem: 'docker',
      files: files.docker,
      packages: distinct(images.map(({ image: { name, tag } }) => `${name}:${tag}`)),
    },
    {
      ecosystem: 'github-actions',
      files: files.actions,
      packages: distinct(actions.map(({ text }) => text)),
    },
  ].filter((one) => one.files > 0);
}
