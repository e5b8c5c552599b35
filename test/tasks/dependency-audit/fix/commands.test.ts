import { expect, test } from 'vitest';
import type { LockGraph } from '../../../../src/dependencies/model.ts';
import {
  fixCommand,
  type Place,
} from '../../../../src/tasks/dependency-audit/fix/commands.ts';
import { word } from '../../../../src/tasks/dependency-audit/fix/word.ts';
import type { Bump } from '../../../../src/tasks/dependency-audit/fix/world.ts';

const bump = (
  name: string,
  to: string,
  manifests: string[] = [],
  more: Partial<Bump> = {},
): Bump => ({
  ...{ id: name, name, from: '1.0.0', to, manifests, isFresh: false },
  ...{ isCompatible: true, isDeprecated: false, newestWouldDo: 'at-all' },
  pulled: manifests.length > 0 ? { to: '2.9.0', isFine: false } : null,
  ...more,
});

function command(
  ecosystem: 'cargo' | 'npm',
  lockfile: string,
  bumps: Bump[],
  place: Place | null = null,
) {
  const graph: LockGraph = { ecosystem, lockfile, packages: new Map(), roots: [] };
  return fixCommand(
    { kind: 'bumps', bumps, unsure: [] },
    graph,
    () => place,
    '2026-11-17',
  );
}

test.each([
  [
    'cargo',
    'Cargo.lock',
    [bump('hyper', '1.2.0'), bump('h2', '1.1.0')],
    null,
    'cargo update -p hyper@1.0.0 --precise 1.2.0 && cargo update -p h2@1.0.0 --precise 1.1.0',
  ],
  [
    'cargo',
    'api/Cargo.lock',
    [bump('h2', '2.0.0', ['api'])],
    { manifest: 'api/crates/x/Cargo.toml', table: 'dev-dependencies', alias: 'h2' },
    'cargo add --manifest-path api/crates/x/Cargo.toml --dev h2@2.0.0 && cargo update --manifest-path api/Cargo.toml -p h2 --precise 2.0.0',
  ],
  [
    'cargo',
    'Cargo.lock',
    [bump('h2', '2.0.0', ['api'])],
    { manifest: 'Cargo.toml', table: 'workspace.dependencies', alias: 'h2' },
    'edit Cargo.toml [workspace.dependencies]: h2 2.0.0; then cargo update --workspace && cargo update -p h2 --precise 2.0.0',
  ],
  [
    'cargo',
    'Cargo.lock',
    [
      bump('hyper', '1.2.0'),
      bump('h2', '1.1.0', [], { pulled: { to: '1.1.9', isFine: true } }),
    ],
    null,
    'cargo update -p hyper@1.0.0 --precise 1.2.0',
  ],
  [
    'cargo',
    'Cargo.lock',
    [
      bump('hyper', '1.2.0'),
      bump('h2', '1.1.0', [], { pulled: { to: '1.1.9', isFine: false } }),
    ],
    null,
    'cargo update -p hyper@1.0.0 --precise 1.2.0 && cargo update -p h2 --precise 1.1.0',
  ],
  ['npm', 'package-lock.json', [bump('ws', '8.0.1')], null, 'npm update ws'],
  [
    'npm',
    'package-lock.json',
    [bump('ws', '8.0.1', [], { newestWouldDo: 'cooled' })],
    null,
    'npm update ws --before=2026-11-17',
  ],
  [
    'npm',
    'sdk/package-lock.json',
    [bump('ws', '8.0.1', [], { newestWouldDo: 'neither' })],
    null,
    `edit sdk/package.json: '"overrides": {"ws": "8.0.1"}'; then npm --prefix sdk install`,
  ],
  [
    'npm',
    'ts sdk/package-lock.json',
    [bump('ws', '9.0.0', [''])],
    { manifest: 'ts sdk/package.json', table: 'devDependencies', alias: 'ws' },
    "npm --prefix 'ts sdk' install --save-dev ws@9.0.0",
  ],
  [
    'npm',
    'package-lock.json',
    [bump('ws', '9.0.0', ['packages/a'])],
    { manifest: 'packages/a/package.json', table: 'dependencies', alias: 'ws' },
    'npm install --workspace packages/a ws@9.0.0',
  ],
] as const)('%s in %s', (ecosystem, lockfile, bumps, place, expected) => {
  expect(command(ecosystem, lockfile, [...bumps], place)).toBe(expected);
});

test.each([
  ['@scope/name@1.0.0', '@scope/name@1.0.0'],
  ['a; rm -rf /', "'a; rm -rf /'"],
  ["it's $(id)", "'it'\\''s $(id)'"],
  ['--force', "'--force'"],
  ['a\nb\u202ec', "'a b c'"],
])('A name from outside is one word of the shell: %j', (text, expected) => {
  expect(word(text)).toBe(expected);
});
