import { wantedFile } from '../../dependencies/wanted-file.ts';

/** What a changed file tells of, as far as the gate knows. */
export type FileKind =
  | { readonly ecosystem: 'cargo' | 'npm'; readonly role: 'manifest' | 'lockfile' }
  | { readonly ecosystem: 'docker' | 'github-actions'; readonly role: 'references' };

const roles = new Map<string, FileKind>([
  ['Cargo.toml', { ecosystem: 'cargo', role: 'manifest' }],
  ['Cargo.lock', { ecosystem: 'cargo', role: 'lockfile' }],
  ['package.json', { ecosystem: 'npm', role: 'manifest' }],
  ['package-lock.json', { ecosystem: 'npm', role: 'lockfile' }],
  ['npm-shrinkwrap.json', { ecosystem: 'npm', role: 'lockfile' }],
]);

/** Manifests and lockfiles of which the gate knows that it does not read them. */
const unread =
  /(?:^|\/)(?:pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|go\.(?:mod|sum)|Gemfile(?:\.lock)?|composer\.(?:json|lock)|pom\.xml|build\.gradle(?:\.kts)?|requirements[^/]*\.txt|poetry\.lock|uv\.lock|Pipfile(?:\.lock)?|pyproject\.toml|mix\.(?:exs|lock)|pubspec\.(?:yaml|lock)|[^/]*\.(?:csproj|tf)|rust-toolchain(?:\.toml)?|\.gitmodules)$/;

/** What a file is to an update; null for a file that no update needs. */
export function fileKind(path: string): FileKind | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const wanted = wantedFile(path);
  if (wanted === null || /^\.github\/dependabot\.ya?ml$/.test(path)) return null;
  if (wanted === 'docker' || wanted === 'github-actions') {
    return { ecosystem: wanted, role: 'references' };
  }
  return roles.get(name) ?? null;
}

/** Whether a file belongs to an ecosystem that the gate does not read. */
export function isOfUnreadEcosystem(path: string): boolean {
  return unread.test(path);
}

/** As Dependabot names ecosystems in its branches: `dependabot/npm_and_yarn/…`. */
const branchNames = new Map<string, FileKind['ecosystem']>([
  ['cargo', 'cargo'],
  ['npm_and_yarn', 'npm'],
  ['docker', 'docker'],
  ['docker_compose', 'docker'],
  ['github_actions', 'github-actions'],
]);

/** The ecosystem that a branch of Dependabot is about; null where the gate knows none. */
export function ecosystemOfBranch(branch: string): FileKind['ecosystem'] | null {
  const [first = '', second = ''] = branch.split('/');
  return first === 'dependabot' ? (branchNames.get(second) ?? null) : null;
}
