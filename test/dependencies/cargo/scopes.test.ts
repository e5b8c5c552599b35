import { expect, test } from 'vitest';
import { activate } from '../../../src/dependencies/cargo/activation.ts';
import { lockCrates } from './locked-crates.ts';

type Crates = Readonly<Record<string, string>>;

const chain: Crates = {
  'b 1.0.0': '[dependencies]\nc = "1"',
  'c 1.0.0': '[build-dependencies]\nd = "1"',
  'd 1.0.0': '',
};

test.each<[string, string, Crates, string]>([
  ['what ships', '[dependencies]\nb = "1"', chain, 'b runtime, c runtime, d build'],
  ['what builds', '[build-dependencies]\nb = "1"', chain, 'b build, c build, d build'],
  ['what tests', '[dev-dependencies]\nb = "1"', chain, 'b dev, c dev, d dev'],
  [
    'what ships, and tests as well',
    '[dependencies]\nc = "1"\n[dev-dependencies]\nb = "1"',
    chain,
    'b dev, c runtime, d build',
  ],
  [
    'what builds, and tests as well',
    '[build-dependencies]\nc = "1"\n[dev-dependencies]\nb = "1"',
    chain,
    'b dev, c build, d build',
  ],
  [
    'what ships and builds',
    '[dependencies]\nd = "1"\n[build-dependencies]\nb = "1"',
    chain,
    'b build, c build, d runtime',
  ],
  [
    'what ships on some platform',
    "[target.'cfg(windows)'.dependencies]\nb = '1'",
    chain,
    'b runtime, c runtime, d build',
  ],
  [
    'what a procedural macro needs',
    '[lib]\nproc-macro = true\n[dependencies]\nb = "1"',
    chain,
    'b build, c build, d build',
  ],
  [
    'what is locked twice, and turned on in one of them',
    '[dependencies]\nb = "1"\n[dev-dependencies]\ne = "1"',
    {
      'b 1.0.0': '[dependencies]\nc = { version = "1", optional = true }',
      'c 1.0.0': '',
      'e 1.0.0': '[dependencies]\nc = "1"',
    },
    'b runtime, c dev, e dev',
  ],
  [
    'what a circle leads to',
    '[dev-dependencies]\nb = "1"',
    { 'b 1.0.0': '[dependencies]\nc = "1"', 'c 1.0.0': '[dependencies]\nb = "1"' },
    'b dev, c dev',
  ],
])('the scope of %s', (_, app, crates, expected) => {
  const { graph, members, published } = lockCrates(app, crates);
  const { scopes } = activate(graph, members, published);
  const found = [...graph.packages.values()]
    .filter(({ name, id }) => name !== 'app' && scopes.has(id))
    .map(({ name, id }) => `${name} ${scopes.get(id)}`);
  expect(found.join(', ')).toBe(expected);
});

test('what is not known of a crate counts as what ships', () => {
  const { graph, members } = lockCrates('[dev-dependencies]\nb = "1"', chain);
  const of = (scopes: ReadonlyMap<string, string>) => [...scopes.values()];
  expect(of(activate(graph, members, () => undefined).scopes)).toEqual([
    ...['runtime', 'dev', 'dev', 'dev'],
  ]);
  expect(new Set(of(activate(graph, [], () => undefined).scopes))).toEqual(
    new Set(['runtime']),
  );
});
