import { parseToml } from '../../../dependencies/cargo/toml.ts';
import { parseJsonObject } from '../../../dependencies/npm/json.ts';
import { refuseTwofoldKeys } from '../../../dependencies/npm/twofold-keys.ts';
import { type Difference, differencesBetween, shownPath } from './differences.ts';

/** A requirement that a manifest changes. */
export interface RequirementChange {
  /** By its name in the registry. */
  readonly package: string;
  readonly before: string;
  readonly after: string;
}

/** How a Cargo.toml or package.json differs from the one before. */
export interface ManifestChange {
  readonly path: string;
  readonly ecosystem: 'cargo' | 'npm';
  readonly requirements: readonly RequirementChange[];
  /** Places at which a source of packages comes in: a repository, a folder, a registry. */
  readonly sources: readonly string[];
  /** Places at which anything else differs. */
  readonly others: readonly string[];
}

const cargoTable = /^(?:|build-|dev-)dependencies$|^(?:build|dev)_dependencies$/;
const cargoSourceKeys = new Set([
  ...['git', 'path', 'registry', 'registry-index', 'base', 'branch', 'tag', 'rev'],
]);
const npmTables = new Set([
  ...['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'],
]);

/** Compares two Cargo.toml. Throws `UnreadableFile`. */
export function cargoManifestDelta(
  before: string,
  after: string,
  path: string,
): ManifestChange {
  const [old, now] = [parseToml(before, path), parseToml(after, path)];
  const differences = differencesBetween(old, now);
  const sorted = sortOut(differences, (difference) => cargoRequirement(difference, now));
  const sources = differences.filter(isCargoSource).map(shownPath);
  return { path, ecosystem: 'cargo', sources, ...sorted };
}

/** Compares two package.json. Throws `UnreadableFile`. */
export function npmManifestDelta(
  before: string,
  after: string,
  path: string,
): ManifestChange {
  refuseTwofoldKeys(after, path);
  const [old, now] = [parseJsonObject(before, path), parseJsonObject(after, path)];
  const differences = differencesBetween(old, now);
  const sorted = sortOut(differences, npmRequirement);
  const sources = differences.filter(isNpmSource).map(shownPath);
  return { path, ecosystem: 'npm', sources, ...sorted };
}

/** The change of a requirement in a table of a package.json or of its copy in a lockfile. */
export function npmRequirement({
  path,
  before,
  after,
}: Difference): RequirementChange | null {
  const [table = '', name = '', ...deeper] = path;
  if (!npmTables.has(table) || name === '' || deeper.length > 0) return null;
  if (typeof before !== 'string' || typeof after !== 'string') return null;
  const [, aliased = name] = /^npm:(@?[^@]+)@/.exec(after) ?? [];
  const [, formerly = name] = /^npm:(@?[^@]+)@/.exec(before) ?? [];
  return aliased === formerly ? { package: aliased, before, after } : null;
}

function cargoRequirement(
  { path, before, after }: Difference,
  manifest: unknown,
): RequirementChange | null {
  if (typeof before !== 'string' || typeof after !== 'string') return null;
  const at = tableDepth(path);
  const [name = '', key = 'version', ...deeper] = path.slice(at);
  if (at === 0 || name === '' || key !== 'version' || deeper.length > 0) return null;
  const declared = path.slice(0, at + 1).reduce(valueAt, manifest);
  const renamed = valueAt(declared, 'package');
  return { package: typeof renamed === 'string' ? renamed : name, before, after };
}

/** How many keys lead to a table of dependencies; 0 where none is on the way. */
function tableDepth([first = '', second = '', third = '']: readonly string[]): number {
  if (cargoTable.test(first)) return 1;
  if (first === 'workspace' && cargoTable.test(second)) return 2;
  return first === 'target' && cargoTable.test(third) ? 3 : 0;
}

function sortOut(
  differences: readonly Difference[],
  requirementOf: (difference: Difference) => RequirementChange | null,
): Pick<ManifestChange, 'requirements' | 'others'> {
  const requirements: RequirementChange[] = [];
  const others: string[] = [];
  for (const difference of differences) {
    const requirement = requirementOf(difference);
    if (requirement) requirements.push(requirement);
    else others.push(shownPath(difference));
  }
  return { requirements, others };
}

/** A source may come in by its own key, or as part of a whole table. */
function isCargoSource({ path, after }: Difference): boolean {
  const [first = ''] = path;
  if (after === undefined) return false;
  if (first === 'source' || first === 'registries' || first === 'replace') return true;
  const isOfDependency = tableDepth(path) > 0 || first === 'patch';
  if (!isOfDependency) return false;
  return cargoSourceKeys.has(path.at(-1) ?? '') || hasKey(after, cargoSourceKeys);
}

function isNpmSource({ path, after }: Difference): boolean {
  const [table = ''] = path;
  const isOfPackages = npmTables.has(table) || /^(?:overrides|resolutions)$/.test(table);
  return isOfPackages && textsIn(after).some(isForeignRequirement);
}

/** Whether a requirement names a place instead of a range of versions. */
export function isForeignRequirement(text: string): boolean {
  return /^(?:file|link|portal|git|github|gitlab|bitbucket|gist|https?|ssh)\b.*[:]|^[\w.-]+\/[\w.-]+(?:#|$)|^[.~]?\.?\//i.test(
    text.trim(),
  );
}

/** All texts within a value, as far as a manifest nests them. */
function textsIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth > 8) return [];
  return Object.values(value).flatMap((one) => textsIn(one, depth + 1));
}

function hasKey(value: unknown, keys: ReadonlySet<string>, depth = 0): boolean {
  if (typeof value !== 'object' || value === null || depth > 8) return false;
  return Object.entries(value).some(
    ([key, one]) => keys.has(key) || hasKey(one, keys, depth + 1),
  );
}

function valueAt(value: unknown, key: string): unknown {
  const isTable = typeof value === 'object' && value !== null;
  return isTable && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
