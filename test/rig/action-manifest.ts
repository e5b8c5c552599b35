import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Variables } from './runner-environment.ts';

interface ActionManifest {
  readonly inputs?: Record<string, { readonly default?: unknown } | null>;
  readonly runs: { readonly main?: string; readonly post?: string };
}

const actions = fileURLToPath(new URL('../../actions', import.meta.url));

/** The absolute path of the script that action.yml names as main or post. */
export function actionEntry(task: string, which: 'main' | 'post'): string {
  const script = readManifest(task).runs[which];
  if (script) return path.resolve(actions, task, script);
  throw new Error(`actions/${task}/action.yml has no runs.${which}`);
}

/**
 * The inputs as the runner passes them: every input of action.yml, with its
 * default or else empty. Expressions in defaults are taken as empty.
 */
export function actionInputs(task: string, given: Variables = {}): Variables {
  const declared = Object.entries(readManifest(task).inputs ?? {});
  const defaults = declared.map(([name, input]) => {
    const value = String(input?.default ?? '');
    return [name, value.includes('${{') ? '' : value];
  });
  return { ...Object.fromEntries(defaults), ...given };
}

function readManifest(task: string): ActionManifest {
  const file = path.join(actions, task, 'action.yml');
  return parse(fs.readFileSync(file, 'utf8'));
}
