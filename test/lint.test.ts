import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

interface Imports {
  readonly allowed: readonly string[];
  readonly forbidden: readonly string[];
}

const files: Record<string, Imports> = {
  'src/main.ts': {
    allowed: [
      './core/a.ts',
      './github/a.ts',
      './postgres/a.ts',
      './tasks/vacuum/index.ts',
    ],
    forbidden: [],
  },
  'src/core/a.ts': {
    allowed: ['node:fs', '@actions/core', './b.ts', './units/b.ts'],
    forbidden: [
      '../main.ts',
      '../github/a.ts',
      '../postgres/a.ts',
      '../a-system-to-come/a.ts',
      '../tasks/vacuum/index.ts',
      '../../test/rig/cache.ts',
    ],
  },
  'src/core/units/a.ts': {
    allowed: ['./b.ts', '../b.ts'],
    forbidden: ['../../main.ts', '../../github/a.ts', '../../postgres/a.ts'],
  },
  'src/github/a.ts': {
    allowed: ['./b.ts', './log/b.ts', '../core/b.ts'],
    forbidden: [
      '../main.ts',
      '../postgres/a.ts',
      '../tasks/vacuum/index.ts',
      '../../test/a.ts',
    ],
  },
  'src/github/log/a.ts': {
    allowed: ['./b.ts', '../b.ts', '../../core/b.ts'],
    forbidden: ['../../main.ts', '../../postgres/a.ts', '../../tasks/vacuum/index.ts'],
  },
  'src/postgres/a.ts': {
    allowed: ['pg', './b.ts', './wire/b.ts', '../core/b.ts', '../kubernetes/b.ts'],
    forbidden: [
      '../main.ts',
      '../github/a.ts',
      '../tasks/vacuum/plan.ts',
      '../../test/a.ts',
    ],
  },
  'src/postgres/wire/a.ts': {
    allowed: ['./b.ts', '../b.ts', '../../core/b.ts', '../../kubernetes/b.ts'],
    forbidden: ['../../main.ts', '../../github/a.ts', '../../tasks/vacuum/plan.ts'],
  },
  'src/a-system-to-come/a.ts': {
    allowed: ['../core/b.ts', '../postgres/b.ts'],
    forbidden: ['../github/a.ts', '../tasks/vacuum/plan.ts'],
  },
  'src/tasks/shared.ts': {
    allowed: ['./b.ts', '../core/b.ts', '../postgres/b.ts'],
    forbidden: ['./vacuum/plan.ts', '../github/a.ts', '../main.ts'],
  },
  'src/tasks/vacuum/a.ts': {
    allowed: ['./plan.ts', './report/b.ts', '../../core/b.ts', '../../postgres/b.ts'],
    forbidden: [
      '../reindex/plan.ts',
      '../shared.ts',
      '../../tasks/reindex/plan.ts',
      '../../github/a.ts',
      '../../main.ts',
      '../../../test/a.ts',
    ],
  },
  'src/tasks/vacuum/report/a.ts': {
    allowed: ['./b.ts', '../plan.ts', '../../../core/b.ts', '../../../postgres/b.ts'],
    forbidden: ['../../reindex/plan.ts', '../../../github/a.ts', '../../../main.ts'],
  },
};

const forms = [
  "import { one } from '../github/a.ts';",
  "import type { Two } from '../github/a.ts';",
  "import '../github/a.ts';",
  "export { three } from '../github/a.ts';",
  "export * from '../github/a.ts';",
  "await import('../github/a.ts');",
];

describe('directions of imports', () => {
  let reports: Map<string, number[]>;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lint-test-'));
    await copyFile(join(root, 'biome.json'), join(folder, 'biome.json'));
    for (const [file, imports] of Object.entries(files)) {
      await plant(
        folder,
        file,
        [...imports.allowed, ...imports.forbidden].map(sideEffect),
      );
    }
    await plant(folder, 'src/core/forms.ts', forms);
    reports = await lintImports(folder);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(Object.entries(files))('%s', (file, { allowed, forbidden }) => {
    const lines = [...allowed, ...forbidden];
    const reported = new Set(reports.get(file)?.map((line) => lines[line - 1]));
    expect(reported).toEqual(new Set(forbidden));
  });

  test('hold for every form of import', () => {
    const reported = new Set(reports.get('src/core/forms.ts'));
    expect(reported).toEqual(new Set(forms.keys().map((index) => index + 1)));
  });

  test('are known for every depth in src', async () => {
    const entries = await readdir(join(root, 'src'), { recursive: true });
    const tooDeep = entries.filter((path) => {
      const depth = path.split('/').length - 1;
      return path.endsWith('.ts') && depth > (path.startsWith('tasks/') ? 3 : 2);
    });
    expect(tooDeep).toEqual([]);
  });
});

const sideEffect = (specifier: string) => `import '${specifier}';`;

async function plant(folder: string, file: string, lines: string[]): Promise<void> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${lines.join('\n')}\n`);
}

interface Report {
  readonly diagnostics: {
    readonly location: {
      readonly path: string;
      readonly start: { readonly line: number };
    };
  }[];
}

/** The lines with an import that Biome reports, by file. */
async function lintImports(folder: string): Promise<Map<string, number[]>> {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const options = ['--only=style/noRestrictedImports', '--max-diagnostics=none'];
  const args = [biome, 'lint', ...options, '--reporter=json', '.'];
  const output = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (_, stdout) => resolve(stdout));
  });
  const lines = new Map<string, number[]>();
  for (const { location } of (JSON.parse(output) as Report).diagnostics) {
    lines.set(location.path, [...(lines.get(location.path) ?? []), location.start.line]);
  }
  return lines;
}
