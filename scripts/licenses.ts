import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Module {
  readonly nameForCondition?: string | null;
  readonly modules?: readonly Module[];
}

/**
 * Collects the licence of every package in a bundle, by webpack's statistics of it. ncc's own
 * --license writes one file per chunk under one name, so that most packages are lost.
 */
export async function bundledLicenses(statsFile: string): Promise<string> {
  const stats = JSON.parse(await readFile(statsFile, 'utf8')) as Module;
  const folders = new Set([...paths(stats)].flatMap(packageFolder));
  const texts = await Promise.all([...folders].sort().map(licenseOf));
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

function* paths(module: Module): Generator<string> {
  if (module.nameForCondition != null) yield module.nameForCondition;
  for (const inner of module.modules ?? []) yield* paths(inner);
}

function packageFolder(path: string): string[] {
  const match = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path);
  return match === null ? [] : [match[0]];
}

async function licenseOf(folder: string): Promise<string> {
  const description = await readFile(join(folder, 'package.json'), 'utf8');
  const { name, version, license } = JSON.parse(description) as Record<string, string>;
  const text = (await licenseFile(folder)) ?? (await licenseInReadme(folder));
  const note = 'The package carries no text of its licence.';
  return `${name} ${version} (${license})\n\n${text ?? note}\n`;
}

function licenseFile(folder: string): Promise<string | undefined> {
  return readFirst(folder, /^(licen[cs]e|copying)/i);
}

async function licenseInReadme(folder: string): Promise<string | undefined> {
  const text = await readFirst(folder, /^readme/i);
  const section = text?.split(/^#+ */m).find((part) => /^licen[cs]e\s*\n/i.test(part));
  return section?.slice(section.indexOf('\n')).trim();
}

// The order of readdir depends on the file system.
async function readFirst(folder: string, pattern: RegExp): Promise<string | undefined> {
  const [file] = (await readdir(folder)).filter((name) => pattern.test(name)).sort();
  return file && (await readFile(join(folder, file), 'utf8')).trim();
}
