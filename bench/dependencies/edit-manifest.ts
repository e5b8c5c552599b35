import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An edit that a fix asks a person for: `edit Cargo.toml [dependencies]: serde 1.0.2`. */
interface Edit {
  readonly manifest: string;
  readonly table: string;
  readonly alias: string;
  readonly to: string;
}

/** A fix as the audit writes it: what to edit, and what to type after that. */
export function readFix(fix: string): { readonly edits: Edit[]; readonly line: string } {
  const parts = fix.split('; then ');
  const edits = parts.flatMap((part) => {
    const [, manifest, table, alias, to] =
      /^edit (\S+) \[(.+)\]: (\S+) (\S+)$/.exec(part) ?? [];
    return manifest && table && alias && to ? [{ manifest, table, alias, to }] : [];
  });
  return { edits, line: parts.slice(edits.length).join('; ') };
}

/**
 * Does in a manifest what the audit asks a person to do. Throws where there is no such
 * place: the person would not find it either.
 */
export async function makeEdit(
  { manifest, table, alias, to }: Edit,
  repository: string,
): Promise<void> {
  const file = join(repository, manifest);
  const lines = (await readFile(file, 'utf8')).split('\n');
  let section = '';
  const at = lines.findIndex((line) => {
    section = /^\[([^[\]]+(?:\[.*\])?[^[\]]*)\]\s*$/.exec(line)?.[1]?.trim() ?? section;
    return section === table && new RegExp(`^"?${alias}"?\\s*=`).test(line);
  });
  const line = lines[at];
  if (line === undefined) {
    throw new Error(`${manifest} has no ${alias} in [${table}]`);
  }
  const isTable = /=\s*\{/.test(line);
  const version = isTable ? /(\bversion\s*=\s*)"[^"]*"/ : /(=\s*)"[^"]*"/;
  lines[at] = line.replace(version, `$1"${to}"`);
  await writeFile(file, lines.join('\n'));
}
