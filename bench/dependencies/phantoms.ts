import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { activate } from '../../src/dependencies/cargo/activation.ts';
import { parseCargoLock } from '../../src/dependencies/cargo/lockfile.ts';
import { workspaceOf } from '../../src/dependencies/cargo/workspace.ts';
import { findDependencyFiles } from '../../src/dependencies/find-files.ts';
import type { LockGraph, PublishedVersion } from '../../src/dependencies/model.ts';
import { crateVersions } from '../../src/registries/crates-index.ts';
import { endpoints } from '../../src/registries/endpoints.ts';
import { makeHttp } from '../../src/registries/http.ts';
import { type } from './cargo.ts';
import { copyForCargo, type Repository } from './repositories.ts';
import { reached } from './verdict.ts';

type Row = readonly [label: string, figure: string];

/** Every crate of every platform, kind and feature of the members: what anybody may build. */
const tree =
  "cargo tree --locked --workspace --all-features --target all -e all --prefix none --format '{p}'";

interface Told {
  readonly name: string;
  readonly locked: number;
  /** Crates of the lockfile that cargo prints nowhere. */
  readonly phantoms: readonly string[];
  readonly found: readonly string[];
  /** Crates that cargo prints, and that are called not compiled here. */
  readonly denied: readonly string[];
}

/** Holds what is called not compiled against what cargo itself would build. */
export async function phantoms(
  repositories: readonly Repository[],
  directory: string,
): Promise<Row[]> {
  const told: Told[] = [];
  for (const repository of repositories) told.push(await tell(repository, directory));
  const sum = (of: (one: Told) => number) => told.reduce((all, one) => all + of(one), 0);
  const [all, found] = [
    sum((one) => one.phantoms.length),
    sum((one) => one.found.length),
  ];
  const denied = told.flatMap((one) =>
    one.denied.map((crate) => `${one.name}: ${crate}`),
  );
  const overlooked = told.flatMap(({ name, phantoms, found }) =>
    phantoms.filter((one) => !found.includes(one)).map((crate) => `${name}: ${crate}`),
  );
  return [
    ...told.map(
      (one): Row => [
        `${one.name}: phantoms found`,
        `${one.found.length} of ${one.phantoms.length}, of ${one.locked} locked`,
      ],
    ),
    ...denied.map((one): Row => ['  compiled, and called a phantom', one]),
    ...overlooked.map((one): Row => ['  phantom, and called compiled', one]),
    ['phantoms found', `${found} of ${all} (${((found / all) * 100).toFixed(1)} %)`],
    ['goal: none that cargo compiles among them', reached(denied.length === 0)],
  ];
}

async function tell(repository: Repository, directory: string): Promise<Told> {
  const copy = await copyForCargo(repository, join(directory, 'for-cargo-tree'));
  const { code, output } = await type(tree, copy);
  if (code !== 0) throw new Error(`\`${tree}\` failed in ${repository.name}: ${output}`);
  const compiled = new Set(
    output
      .split('\n')
      .flatMap((line) => /^(\S+) v(\S+)/.exec(line)?.slice(1, 3).join(' ') ?? []),
  );
  const { graph, activation } = await activated(copy);
  const ours = namesOf(graph, activation.compiled);
  const locked = [...namesOf(graph, graph.packages.keys())];
  const phantoms = locked.filter((one) => !compiled.has(one));
  return {
    ...{ name: repository.name, locked: locked.length, phantoms },
    found: phantoms.filter((one) => !ours.has(one)),
    denied: locked.filter((one) => compiled.has(one) && !ours.has(one)),
  };
}

function namesOf({ packages }: LockGraph, ids: Iterable<string>): ReadonlySet<string> {
  const known = [...ids].flatMap((id) => packages.get(id) ?? []);
  return new Set(known.map(({ name, version }) => `${name} ${version}`));
}

const http = makeHttp();
const asked = new Map<string, ReturnType<typeof crateVersions>>();

async function activated(directory: string) {
  const { signal } = new AbortController();
  const found = await findDependencyFiles(directory, new Set(['cargo']), signal);
  const lockfile = await readFile(join(directory, 'Cargo.lock'), 'utf8');
  const graph = parseCargoLock(lockfile, 'Cargo.lock');
  const { members } = workspaceOf('Cargo.lock', found.files);
  const versions = new Map<string, PublishedVersion>();
  const names = [...graph.packages.values()].flatMap(({ name, origin }) =>
    origin.kind === 'registry' ? [name] : [],
  );
  await Promise.all(
    [...new Set(names)].map(async (name) => {
      const answer = asked.get(name) ?? crateVersions(name, http, endpoints(), signal);
      asked.set(name, answer);
      for (const one of (await answer)?.versions ?? []) {
        versions.set(`${name} ${bare(one.version)}`, one);
      }
    }),
  );
  const published = (name: string, version: string) =>
    versions.get(`${name} ${bare(version)}`);
  return { graph, activation: activate(graph, members, published) };
}

/** The registry has one release, whatever follows a `+`. */
function bare(version: string): string {
  return version.replace(/\+.*/, '');
}
