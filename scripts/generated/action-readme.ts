import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Input } from '../../src/core/inputs.ts';
import type { AnyTask } from '../../src/core/task.ts';
import { root } from '../root.ts';
import { inputsOf, outputsOf } from './action-yml.ts';

/** Renews the tables of inputs and outputs in the README of an action. */
export async function actionReadme(task: AnyTask): Promise<string> {
  const path = `actions/${task.name}/README.md`;
  const text = await readFile(join(root, path), 'utf8');
  const tables = { inputs: inputsTable(inputsOf(task)), outputs: outputsTable(task) };
  return Object.entries(tables).reduce(
    (readme, [part, table]) => replacePart(readme, part, table, path),
    text,
  );
}

function replacePart(text: string, part: string, table: string, path: string): string {
  const [start, end] = [`<!-- ${part} -->`, `<!-- end of ${part} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has no part ${start} … ${end}`);
  return `${text.slice(0, from + start.length)}\n${table}\n${text.slice(to)}`;
}

function inputsTable(inputs: [string, Input<unknown>][]): string {
  const rows = inputs.map(([name, input]) => {
    const value = input.expression ?? input.default;
    const fallback = value === undefined ? 'none' : `\`${value}\``;
    const required = input.required ? 'required' : fallback;
    const meaning = `${input.description}<br>Allowed: ${input.allowed}.`;
    return `| \`${name}\` | ${required} | ${meaning.replaceAll('|', '\\|')} |`;
  });
  return ['| Input | Default | Meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function outputsTable(task: AnyTask): string {
  const rows = Object.entries(outputsOf(task)).map(
    ([name, description]) => `| \`${name}\` | ${description} |`,
  );
  return ['| Output | Meaning |', '| --- | --- |', ...rows].join('\n');
}
