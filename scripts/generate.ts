import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AnyTask } from '../src/core/task.ts';
import { tasks } from '../src/main.ts';
import { actionReadme } from './generated/action-readme.ts';
import { actionYml } from './generated/action-yml.ts';
import { findingsPage } from './generated/findings-page.ts';
import { resultJsonSchema } from './generated/result-json-schema.ts';
import { root } from './root.ts';

/** Makes every file that is generated from code: its path below the root, its content. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const files = new Map([
    ['docs/findings.md', findingsPage()],
    ['docs/result.schema.json', resultJsonSchema()],
  ]);
  for (const task of await loadTasks()) {
    files.set(`actions/${task.name}/action.yml`, actionYml(task));
    files.set(`actions/${task.name}/README.md`, await actionReadme(task));
  }
  return files;
}

async function loadTasks(): Promise<AnyTask[]> {
  const modules = await Promise.all(Object.values(tasks).map((load) => load()));
  return modules.map(({ task }) => task);
}

if (import.meta.main) {
  for (const [path, content] of await generatedFiles()) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}
