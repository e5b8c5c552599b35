import { describe, expect, test } from 'vitest';
import { readUses } from '../../../src/dependencies/github-actions/action-use.ts';
import { parseActionsLock } from '../../../src/dependencies/github-actions/actions-lock.ts';
import { usesInWorkflow } from '../../../src/dependencies/github-actions/workflow.ts';
import { UnreadableFile } from '../../../src/dependencies/model.ts';

const sha = '0a'.repeat(20);
const path = '.github/workflows/ci.yml';

test('actions, reusable workflows and images of a workflow', () => {
  const text = `
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    container: node:22-bookworm
    services:
      db:
        image: "postgres:15" # not newer
      off: ''
    steps:
      - uses: actions/checkout@${sha} # v6.0.2
        with: { persist-credentials: false }
      - name: quoted
        uses: "GitHub/codeql-action/init@v3"   #  newest
      - uses: ./.github/actions/own
      - uses: $/shared
      - uses: docker://alpine:3.20
      - uses: \${{ matrix.action }}@v1
      - run: "uses: x/y@z"
      - parallel:
          - uses: a/b@main
          - parallel: [{ uses: 'c/d@v1' }]
  call:
    uses: o/r/.github/workflows/x.yml@v1
  other:
    container:
      image: \${{ inputs.image }}
    steps:
      - uses: no-owner@v1
      - uses: a/b
`;
  const { actions, images, problems } = usesInWorkflow(text, path, null);
  expect(actions.map(({ line, text: uses, comment }) => [line, uses, comment])).toEqual([
    [12, `actions/checkout@${sha}`, 'v6.0.2'],
    [15, 'GitHub/codeql-action/init@v3', 'newest'],
    [22, 'a/b@main', null],
    [23, 'c/d@v1', null],
    [25, 'o/r/.github/workflows/x.yml@v1', null],
  ]);
  expect(actions[0]).toMatchObject({ pin: 'sha', commit: sha, kind: 'action' });
  expect(actions[1]).toMatchObject({
    owner: 'GitHub',
    repository: 'codeql-action',
    subpath: 'init',
    ref: 'v3',
    pin: 'tag-or-branch',
    commit: null,
  });
  expect(actions[4]).toMatchObject({
    kind: 'workflow',
    subpath: '.github/workflows/x.yml',
  });
  expect(images.map(({ line, role, text: image }) => [line, role, image])).toEqual([
    [6, 'job', 'node:22-bookworm'],
    [9, 'job', 'postgres:15'],
    [18, 'step', 'alpine:3.20'],
  ]);
  expect(problems.map(({ line, why }) => [line, why])).toEqual([
    [19, 'depends on an expression'],
    [28, 'depends on an expression'],
    [30, 'is not of the form owner/repository@ref'],
    [31, 'is not of the form owner/repository@ref'],
  ]);
});

test('the steps and the image of an action', () => {
  const composite = 'runs:\n  using: composite\n  steps:\n    - uses: a/b@v1\n';
  expect(usesInWorkflow(composite, 'x/action.yml', null).actions).toMatchObject([
    { line: 4, text: 'a/b@v1' },
  ]);
  const docker = (image: string) =>
    usesInWorkflow(`runs: { using: docker, image: '${image}' }`, 'action.yml', null)
      .images;
  expect(docker('docker://alpine:3.20')).toMatchObject([{ role: 'step', line: 1 }]);
  expect(docker('Dockerfile')).toEqual([]);
});

describe('with actions.lock', () => {
  const lock = (version: string, suffix: string, ref: string) => `version: '${version}'
workflows:
  '.github/workflows/ci.yml':
    - 'actions/checkout@v6${suffix}'
    - 'broken/entry@v1${suffix}'
dependencies:
  'Actions/Checkout@v6${suffix}':
    ${ref}: 'v6.1.0'
    commit: 'sha1-${sha.toUpperCase()}'
    owner_id: 44036562
  'broken/entry@v1${suffix}': {}
  'swatinem/rust-cache@v2${suffix}':
    commit: 'sha1-${sha}'
`;
  const workflow = `jobs:
  a:
    steps:
      - uses: actions/Checkout@v6
      - uses: actions/checkout@v5
      - uses: Swatinem/rust-cache@v2
      - uses: broken/entry@v1
`;

  test.each([
    ['v0.0.1', `:sha1-${sha}`, 'tag'],
    ['v0.0.2', '', 'ref'],
    ['v0.0.3', '', 'ref'],
  ])('of %s, what the workflow lists is locked', (version, suffix, ref) => {
    const locked = parseActionsLock(lock(version, suffix, ref), 'actions.lock');
    const pinsAt = (at: string) =>
      usesInWorkflow(workflow, at, locked).actions.map(({ pin }) => pin);
    const loose = 'tag-or-branch';
    expect(pinsAt(path)).toEqual(['locked', loose, loose, loose]);
    expect(pinsAt('.github/workflows/other.yml')).toEqual([loose, loose, loose, loose]);
    expect(locked.find(path, 'ACTIONS', 'checkout', 'v6')).toEqual({
      commit: sha,
      ref: 'v6.1.0',
    });
    expect(locked.find('__proto__', 'a', 'b', 'c')).toBeNull();
  });

  test.each(['version: v1.0.0', 'version: 2', '[]', ''])('%j is refused', (text) => {
    expect(() => parseActionsLock(text, 'actions.lock')).toThrow(UnreadableFile);
  });
});

test.each([
  ['parallel steps without end', `${'{ parallel: [ '.repeat(2_000)}`],
  ['steps that are themselves', '&a { parallel: [ *a, *a ] }'],
  ['a long name', `{ uses: a/b@${'x'.repeat(100_000)} }`],
  ['control characters', '{ uses: "a/b@v1\\r::error::" }'],
  ['no text', '{ uses: [1, 2] }'],
  ['a number', '{ uses: 5 }'],
])('%s are an error or a problem', (_, step) => {
  try {
    const found = usesInWorkflow(`jobs: { a: { steps: [ ${step} ] } }`, path, null);
    expect(found.actions.filter(({ ref }) => ref.length > 1_000)).toEqual([]);
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableFile);
  }
});

test.each([
  ['a/b@v1\u001b[31m', 'has invisible characters'],
  ['a/b@v1\u202e', 'has invisible characters'],
  ['a/b\u200b@v1', 'has invisible characters'],
  ['a/b/\u0007c@v1', 'has invisible characters'],
  ['a/b/../../c@v1', 'has `.` or `..` in its path'],
  ['a/b/./c@v1', 'has `.` or `..` in its path'],
  ['a/..@v1', 'has `.` or `..` in its path'],
])('%j is no action', (text, why) => {
  expect(readUses(text)).toEqual({ kind: 'unknown', why });
});
