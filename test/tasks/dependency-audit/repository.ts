import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { MaintenanceLog } from '../../../src/core/maintenance-log.ts';
import type { Result } from '../../../src/core/result-schema.ts';
import { task } from '../../../src/tasks/dependency-audit/index.ts';
import type { DependencySources } from '../../rig/dependency-sources.ts';
import { runInProcess } from '../run-task.ts';

/** A checkout in a temporary directory. */
export interface Repository extends AsyncDisposable {
  readonly path: string;
  /** Writes further files, or others in their place. */
  write(files: Readonly<Record<string, string | Buffer>>): Promise<void>;
}

/** Writes a repository of these files, by their paths. */
export async function makeRepository(
  files: Readonly<Record<string, string | Buffer>>,
): Promise<Repository> {
  const path = await mkdtemp(join(tmpdir(), 'matchbook-audit-'));
  const write = async (more: Readonly<Record<string, string | Buffer>>) => {
    for (const [name, content] of Object.entries(more)) {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
  };
  await write(files);
  return {
    path,
    write,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

interface AuditOptions {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly log?: MaintenanceLog;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

/** Audits a repository, with these sources in place of the public ones. */
export async function audit(
  { path }: Repository,
  { registries }: Pick<DependencySources, 'registries'>,
  { inputs = {}, ...options }: AuditOptions = {},
): Promise<Result> {
  return await runInProcess(task, { path, registries, ...inputs }, options);
}

/** Audits files that are there only for that. */
export async function auditFiles(
  files: Readonly<Record<string, string | Buffer>>,
  sources: Pick<DependencySources, 'registries'>,
  options: AuditOptions = {},
): Promise<Result> {
  await using repository = await makeRepository(files);
  return await audit(repository, sources, options);
}

/** The findings of a code, or of all codes. */
export function found({ findings }: Result, code?: string): Result['findings'] {
  return findings.filter((one) => code === undefined || one.code === code);
}

/** The rows of a table of the report; none where it has no such table. */
export function rowsOf({ tables = [] }: Result, title: string) {
  return tables.find((one) => one.title === title)?.rows ?? [];
}
