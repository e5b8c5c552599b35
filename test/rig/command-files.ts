import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const variables = [
  'GITHUB_OUTPUT',
  'GITHUB_STATE',
  'GITHUB_ENV',
  'GITHUB_PATH',
  'GITHUB_STEP_SUMMARY',
] as const;

/** Paths of one step's command files by the variable that names them. */
export type CommandFiles = Record<(typeof variables)[number], string>;

/** Makes the empty files through which a step talks to the runner. */
export function makeCommandFiles(runnerTemp: string): CommandFiles {
  const directory = path.join(runnerTemp, '_runner_file_commands');
  fs.mkdirSync(directory, { recursive: true });
  const step = randomUUID();
  const entries = variables.map((variable) => {
    const name = variable.slice('GITHUB_'.length).toLowerCase();
    return [variable, path.join(directory, `${name}_${step}`)] as const;
  });
  for (const [, file] of entries) fs.writeFileSync(file, '');
  return Object.fromEntries(entries) as CommandFiles;
}

/**
 * Parses `name=value` lines and `name<<DELIMITER` blocks as the runner does,
 * and throws where the runner would fail the step.
 */
export function parseCommandFile(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? '').replace(/\r$/, '');
    if (line === '') continue;
    const block = /^([^=]+?)<<(.+)$/.exec(line);
    const equals = line.indexOf('=');
    if (block?.[1] !== undefined) {
      const end = lines.findIndex((other, index) => {
        return index > at && other.replace(/\r$/, '') === block[2];
      });
      if (end < 0) throw new Error(`Matching delimiter not found '${block[2]}'`);
      pairs[block[1]] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else if (equals > 0) {
      pairs[line.slice(0, equals)] = line.slice(equals + 1);
    } else {
      throw new Error(`Invalid format '${line}'`);
    }
  }
  return pairs;
}
