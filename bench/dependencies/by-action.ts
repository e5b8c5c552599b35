import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../../src/core/result-schema.ts';
import { nodeForActions } from '../../test/rig/action-process.ts';
import { makeCommandFiles, parseCommandFile } from '../../test/rig/command-files.ts';
import { actionEntry, actionInputs } from '../../test/rig/runner.ts';
import { stepEnvironment } from '../../test/rig/runner-environment.ts';
import type { Hit } from './hit.ts';
import { timed, type Usage } from './timed.ts';

/** A machine behind a proxy that signs for others says so to Node in this variable. */
const certificates = { NODE_EXTRA_CA_CERTS: process.env['NODE_EXTRA_CA_CERTS'] };

/** What an audit has come to. */
export interface Audit {
  readonly usage: Usage;
  readonly result: Result;
}

/** Lets the built action audit a repository, as a runner does. */
export async function auditByAction(
  directory: string,
  inputs: Readonly<Record<string, string>>,
): Promise<Audit> {
  const temporary = await mkdtemp(join(tmpdir(), 'matchbook-runner-'));
  try {
    const files = makeCommandFiles(temporary);
    const given = { 'log-issue': 'false', 'fail-on': 'never', ...inputs };
    const env = stepEnvironment(
      { inputs: actionInputs('dependency-audit', given), env: certificates },
      temporary,
      directory,
      files,
    );
    const command = [nodeForActions(), actionEntry('dependency-audit', 'main')];
    const usage = await timed(command, { cwd: directory, env });
    const outputs = parseCommandFile(await readFile(files.GITHUB_OUTPUT, 'utf8'));
    const file = outputs['result-file'];
    if (usage.code !== 0 || !file) {
      throw new Error(`The audit of ${directory} ended with ${usage.code}.`);
    }
    return { usage, result: JSON.parse(await readFile(file, 'utf8')) };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The inputs of an audit that asks nobody. */
export function offlineInputs(advisories: string, ecosystems = '[cargo]') {
  return { offline: 'true', advisories, ecosystems };
}

/** What the advisories say, of an audit. */
export function hitsOf({ findings }: Result): Hit[] {
  return findings.flatMap(({ package: name, version, advisory, aliases = [] }) =>
    name !== undefined && version !== undefined && advisory !== undefined
      ? [{ name, version, ids: [advisory, ...aliases] }]
      : [],
  );
}
