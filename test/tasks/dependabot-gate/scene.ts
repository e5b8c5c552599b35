import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { Result } from '../../../src/core/result-schema.ts';
import { task } from '../../../src/tasks/dependabot-gate/index.ts';
import type { GivenFile, NewCommit } from '../../rig/github/git.ts';
import type { PullRequestRecord } from '../../rig/github/pull-requests.ts';
import { type GitHubStandIn, startGitHub } from '../../rig/github/stand-in.ts';
import { type RegistryServer, startRegistryServer } from '../../rig/registry-server.ts';
import { runInProcess } from '../run-task.ts';
import { cratesRoutes, npmRoutes, osvRecord, type Publication } from './published.ts';
import {
  type AnnouncedSample,
  cargoLock,
  cargoManifest,
  commitMessage,
  type LockedCrate,
  type LockedModule,
  packageJson,
  packageLock,
} from './sample-repository.ts';

/** What the registries of a scene have. */
export const crates: readonly Publication[] = [
  { name: 'serde', version: '1.0.1', needs: { serde_core: '=1.0.1' } },
  { name: 'serde', version: '1.0.2', needs: { serde_core: '=1.0.2' } },
  { name: 'serde', version: '1.1.0', needs: { serde_core: '=1.0.2' } },
  { name: 'serde', version: '2.0.0', needs: { serde_core: '=1.0.2' } },
  { name: 'serde_core', version: '1.0.1' },
  { name: 'serde_core', version: '1.0.2' },
  { name: 'other', version: '0.3.0' },
  { name: 'other', version: '0.3.1' },
  { name: 'other', version: '0.4.0' },
  { name: 'log', version: '0.4.1' },
  { name: 'log', version: '0.4.2' },
  { name: 'evil', version: '1.0.0' },
];

export const modules: readonly Publication[] = [
  { name: 'web', version: '4.1.0', needs: { mime: '^1.0.0' } },
  { name: 'web', version: '4.2.0', needs: { mime: '^1.1.0' } },
  { name: 'mime', version: '1.0.0' },
  { name: 'mime', version: '1.1.0' },
  { name: 'tool', version: '2.0.0' },
  { name: 'tool', version: '2.0.1' },
  { name: 'evil', version: '1.0.0' },
];

export const lockedBefore: readonly LockedCrate[] = [
  { name: 'app', version: '0.1.0', source: null, needs: ['log', 'other', 'serde'] },
  { name: 'log', version: '0.4.1' },
  { name: 'other', version: '0.3.0' },
  { name: 'serde', version: '1.0.1', needs: ['serde_core'] },
  { name: 'serde_core', version: '1.0.1' },
];

/** The lockfile after serde went from 1.0.1 to a version, with others as told. */
export function lockedAfter(
  changes: Readonly<Record<string, Partial<LockedCrate>>> = {},
  more: readonly LockedCrate[] = [],
): LockedCrate[] {
  const bumped: Record<string, Partial<LockedCrate>> = {
    serde: { version: '1.0.2' },
    serde_core: { version: '1.0.2' },
  };
  const all = lockedBefore.map((one) => ({
    ...one,
    ...bumped[one.name],
    ...changes[one.name],
  }));
  return [...all, ...more];
}

export const modulesBefore: readonly LockedModule[] = [
  { name: 'mime', version: '1.0.0' },
  { name: 'tool', version: '2.0.0' },
  { name: 'web', version: '4.1.0', needs: { mime: '^1.0.0' } },
];

export function modulesAfter(
  changes: Readonly<Record<string, object>> = {},
  more: readonly LockedModule[] = [],
): LockedModule[] {
  const bumped: Record<string, object> = {
    mime: { version: '1.1.0' },
    web: { version: '4.2.0', needs: { mime: '^1.1.0' } },
  };
  const all = modulesBefore.map((one) => ({
    ...one,
    ...bumped[one.name],
    ...changes[one.name],
  }));
  return [...all, ...more];
}

export const serdeUpdate: AnnouncedSample = { name: 'serde', from: '1.0.1', to: '1.0.2' };
export const webUpdate: AnnouncedSample = { name: 'web', from: '4.1.0', to: '4.2.0' };

/** What is in the scene, beside what is there by default. */
export interface SceneOptions {
  readonly crates?: readonly Publication[];
  readonly modules?: readonly Publication[];
  readonly advisories?: readonly object[];
  readonly baseFiles?: Readonly<Record<string, GivenFile>>;
}

/** A repository with a pull request, and registries around it. */
export class Scene {
  readonly github: GitHubStandIn;
  readonly registry: RegistryServer;
  /** What the registry has. */
  readonly crates: readonly Publication[];
  readonly #advisories: string;
  #base = '';

  constructor(
    github: GitHubStandIn,
    registry: RegistryServer,
    crates: readonly Publication[],
    advisories: string,
  ) {
    this.github = github;
    this.registry = registry;
    this.crates = crates;
    this.#advisories = advisories;
  }

  get git() {
    return this.github.repository.git;
  }

  /** The files of the base branch. */
  async setBase(files: Readonly<Record<string, GivenFile>> = {}): Promise<void> {
    const all = {
      'Cargo.toml': cargoManifest('1.0.1'),
      'Cargo.lock': await cargoLock(lockedBefore, this.crates),
      'package.json': packageJson({ tool: '^2.0.0', web: '^4.1.0' }),
      'package-lock.json': packageLock({ tool: '^2.0.0', web: '^4.1.0' }, modulesBefore),
      Dockerfile: 'FROM rust:1.93.0-bookworm AS build\nRUN cargo build\n',
      '.github/workflows/ci.yml':
        'jobs:\n  test:\n    steps:\n      - uses: actions/checkout@v4\n',
      'src/main.rs': 'fn main() {}\n',
      ...files,
    };
    this.#base = this.git.commit({ files: all });
    this.git.branches.set('main', this.#base);
  }

  /** Adds a commit as Dependabot makes them. */
  commit(
    files: NewCommit['files'],
    updates: readonly AnnouncedSample[] | string,
    more: Partial<NewCommit> = {},
    parent = this.#base,
  ): string {
    const message = typeof updates === 'string' ? updates : commitMessage(updates);
    return this.git.commit({
      ...{ files, parents: [parent], message, author: 'dependabot[bot]' },
      ...{ committer: 'web-flow', isVerified: true, ...more },
    });
  }

  open(
    headSha: string,
    more: Partial<PullRequestRecord> = {},
    ecosystem = 'cargo',
  ): PullRequestRecord {
    const headBranch = `dependabot/${ecosystem}/some-update`;
    return this.github.repository.openPullRequest({ headSha, headBranch, ...more });
  }

  /** A pull request with the commit of an honest cargo update, changed as told. */
  async openCargo(
    lock: readonly LockedCrate[] = lockedAfter(),
    files: NewCommit['files'] = {},
    updates: readonly AnnouncedSample[] | string = [serdeUpdate],
  ): Promise<PullRequestRecord> {
    const all = {
      'Cargo.toml': cargoManifest('1.0.2'),
      'Cargo.lock': await cargoLock(lock, this.crates),
      ...files,
    };
    return this.open(this.commit(all, updates));
  }

  /** The same of npm. */
  openNpm(
    lock: readonly LockedModule[] = modulesAfter(),
    files: NewCommit['files'] = {},
    updates: readonly AnnouncedSample[] | string = [webUpdate],
  ): PullRequestRecord {
    const dependencies = { tool: '^2.0.0', web: '^4.2.0' };
    const all = {
      'package.json': packageJson(dependencies),
      'package-lock.json': packageLock(dependencies, lock),
      ...files,
    };
    return this.open(this.commit(all, updates), {}, 'npm_and_yarn');
  }

  /** The inputs by which the gate asks the registries of the scene, and no other. */
  get inputs(): Readonly<Record<string, string>> {
    const { url } = this.registry;
    return {
      'github-token': this.github.token,
      registries: JSON.stringify({
        ...{ 'crates.io': `${url}/crates`, npm: `${url}/npm`, endoflife: `${url}/eol` },
        'docker.io': url,
      }),
      advisories: this.#advisories,
    };
  }

  /** Runs the gate on a pull request. */
  run(
    { number }: Pick<PullRequestRecord, 'number'>,
    inputs: Readonly<Record<string, string>> = {},
  ): Promise<Result> {
    return runInProcess(task, {
      repository: this.github.repository.name,
      'pull-request': String(number),
      ...this.inputs,
      ...inputs,
    });
  }
}

/** Sets a scene up; all of it is gone when the test is over. */
export async function setScene(options: SceneOptions = {}): Promise<Scene> {
  const github = await startGitHub();
  const registry: RegistryServer = await startRegistryServer({});
  const published = newest([...crates, ...(options.crates ?? [])]);
  Object.assign(registry.routes, await cratesRoutes(published, () => registry.url));
  const packages = newest([...modules, ...(options.modules ?? [])]);
  Object.assign(registry.routes, npmRoutes(packages));
  const advisories = await mkdtemp(join(tmpdir(), 'advisories-'));
  const records = [
    osvRecord('RUSTSEC-2020-0001', 'crates.io', 'unused', [{ introduced: '0' }]),
    osvRecord('GHSA-aaaa-bbbb-cccc', 'npm', 'unused', [{ introduced: '0' }]),
    ...(options.advisories ?? []),
  ];
  for (const [index, record] of records.entries()) {
    await writeFile(join(advisories, `${index}.json`), JSON.stringify(record));
  }
  vi.stubEnv('GITHUB_API_URL', github.url);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await github[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
    await rm(advisories, { recursive: true });
  });
  const scene = new Scene(github, registry, published, advisories);
  await scene.setBase(options.baseFiles);
  return scene;
}

/** Of versions that are published twice, the later ones. */
function newest(published: readonly Publication[]): Publication[] {
  const byVersion = new Map(published.map((one) => [`${one.name} ${one.version}`, one]));
  return [...byVersion.values()];
}
