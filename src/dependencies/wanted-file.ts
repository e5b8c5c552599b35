import type { Ecosystem } from './model.ts';

const byName = new Map<string, Ecosystem>([
  ['Cargo.lock', 'cargo'],
  ['Cargo.toml', 'cargo'],
  ['rust-toolchain', 'cargo'],
  ['rust-toolchain.toml', 'cargo'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['package.json', 'npm'],
  ['.nvmrc', 'npm'],
  ['.node-version', 'npm'],
  ['action.yml', 'github-actions'],
  ['action.yaml', 'github-actions'],
]);

const byPath: readonly (readonly [RegExp, Ecosystem])[] = [
  [/^\.github\/workflows\/[^/]+\.ya?ml$/, 'github-actions'],
  [/^\.github\/workflows\/actions\.lock$/, 'github-actions'],
  [/^\.github\/dependabot\.ya?ml$/, 'github-actions'],
  [/(?:^|\/)(?:docker-)?compose(?:[._-][^/]*)?\.ya?ml$/, 'docker'],
  [/(?:^|\/)(?:dockerfile|(?:Dockerfile|Containerfile)(?:\.[^/]+)?)$/, 'docker'],
  [/\.(?:Dockerfile|dockerfile|Containerfile)$/, 'docker'],
];

/** Only a template engine can say what these become. */
const template =
  /\.(?:j2|jinja2?|erb|ejs|hbs|mustache|tmpl|tpl|template|in|dockerignore|md)$/;
/** What others have put there. */
const foreign = /(?:^|\/)(?:node_modules|\.git)\//;

/**
 * The ecosystem that a file tells of, by its path alone; null for all others. Workflows count
 * only in the one directory where GitHub runs them.
 */
export function wantedFile(path: string): Ecosystem | null {
  if (foreign.test(path)) return null;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const known = byName.get(name);
  if (known !== undefined) return known;
  const found = byPath.find(([pattern]) => pattern.test(path))?.[1] ?? null;
  return found === 'docker' && template.test(name) ? null : found;
}
