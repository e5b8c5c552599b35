import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { actionEntry, runAction } from '../rig/runner.ts';

const root = new URL('../..', import.meta.url).pathname;
const actions = await readdir(join(root, 'actions'));

test.each(actions)(
  '%s runs from dist/ alone, without any package installed',
  async (action) => {
    const directory = await mkdtemp(join(tmpdir(), 'dist-alone-'));
    await cp(join(root, 'dist'), join(directory, 'dist'), { recursive: true });
    const entry = (which: 'main' | 'post') =>
      join(directory, 'dist', basename(actionEntry(action, which)));
    const run = await runAction(entry('main'), {
      inputs: {
        ...{ deadline: 'nonsense', tables: '{}', policies: '{}', checks: '{}' },
        ...{ ecosystems: '{}', registries: '[]' },
      },
      workspace: directory,
    });
    const post = await runAction(entry('post'), { state: { main: 'started' } });
    await rm(directory, { recursive: true });
    // Both dynamic chunks, the task and the reader of YAML, had to be loaded for this.
    expect(run.outputs).toMatchObject({ outcome: 'blocked', reason: 'invalid-input' });
    expect(run.summary).toMatch(/a (list|map of names and URLs) is expected/);
    expect(post.output).toContain('Nothing was swept');
  },
);
