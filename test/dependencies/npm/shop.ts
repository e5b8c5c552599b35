import fs from 'node:fs';

/** The folder's package.json, as far as it matters. */
export const shopManifest = JSON.stringify({
  name: 'shop',
  version: '1.0.0',
  engines: { node: '>=20' },
  workspaces: ['packages/*'],
  dependencies: { debug: '^4.3.0', 'old-ms': 'npm:ms@^0.7.0', lib: 'file:lib' },
  optionalDependencies: { fsevents: '^2.3.0' },
  devDependencies: { 'is-odd': '^3.0.0' },
});

/**
 * What npm 11 wrote for a project with a workspace (`packages/app`), a folder that it links
 * to (`lib`), and an alias (`old-ms`).
 */
export function shopLock(version: 1 | 2 | 3): string {
  return fs.readFileSync(new URL(`locks/shop-v${version}.json`, import.meta.url), 'utf8');
}
