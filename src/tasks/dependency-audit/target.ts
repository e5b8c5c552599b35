import { basename, resolve } from 'node:path';
import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import { Refusal, type Target } from '../../core/task.ts';
import {
  type FoundFiles,
  findDependencyFiles,
  readRepositoryFile,
} from '../../dependencies/find-files.ts';
import {
  type Ecosystem,
  ecosystems,
  type RepositoryFiles,
  UnreadableFile,
} from '../../dependencies/model.ts';
import { noPolicy, type Policy } from '../../dependencies/policy.ts';
import { type Endpoints, endpoints } from '../../registries/endpoints.ts';
import { type Http, makeHttp } from '../../registries/http.ts';
import type { Evidence } from './evidence.ts';
import { type AuditInputs, auditInputs } from './inputs.ts';

/** The repository that is looked at, and whom to ask about what it uses. */
export interface AuditTarget extends Target {
  readonly inputs: AuditInputs;
  readonly files: RepositoryFiles;
  /** Files that are there and could not be read. */
  readonly unreadable: readonly UnreadableFile[];
  readonly policy: Policy;
  readonly http: Http;
  readonly endpoints: Endpoints;
  /** What the run has found out so far. */
  readonly evidence: Evidence;
}

/** Reads the files of the repository, and its policy. */
export async function openTarget(inputs: AuditInputs, run: Run): Promise<AuditTarget> {
  const root = resolve(process.env['GITHUB_WORKSPACE'] ?? '.', inputs.path);
  const policy = await policyIn(root, inputs.policy);
  const wanted = inputs.ecosystems ?? new Set(ecosystems);
  const { files, problems } = await filesIn(root, wanted, run.signal);
  return {
    name: nameOfRepository(inputs),
    place: inputs.path === '.' ? 'the checkout' : inputs.path,
    lost: new AbortController().signal,
    lock: async () => {},
    [Symbol.asyncDispose]: async () => {},
    inputs,
    files,
    unreadable: problems,
    policy,
    http: makeHttp({ cacheDirectory: inputs['cache-directory'] }),
    endpoints: inputs.registries ?? endpoints(),
    evidence: {},
  };
}

/** The name of the repository, with the part of it that is looked at. */
export function nameOfRepository({ path, mode }: AuditInputs): string {
  const repository = process.env['GITHUB_REPOSITORY']?.split('/').at(-1);
  const name = repository || basename(resolve(path));
  const part = repository && path !== '.' ? `/${path}` : '';
  // What is urgent has a log of its own: a quick look must not say that all is well.
  return `${name}${part}${mode === 'delta' ? ' (urgent)' : ''}`;
}

async function filesIn(
  root: string,
  wanted: ReadonlySet<Ecosystem>,
  signal: AbortSignal,
): Promise<FoundFiles> {
  try {
    return await findDependencyFiles(root, wanted, signal);
  } catch (error) {
    signal.throwIfAborted();
    const message = `The repository could not be read: ${messageOf(error)}. Is it checked out, and is \`path\` right?`;
    throw new Refusal('invalid-input', message, { cause: error });
  }
}

/** Thousands of exceptions; to read more of it would only cost time. */
const largestPolicyBytes = 1024 ** 2;

/** A policy that cannot be read might excuse nothing, or everything: neither is for us. */
async function policyIn(root: string, path: string): Promise<Policy> {
  try {
    const text = await readRepositoryFile(root, path, largestPolicyBytes);
    if (text === null && path === auditInputs.policy.default) return noPolicy;
    if (text === null) throw new UnreadableFile(path, 'there is no such file');
    // Its schema takes its time to load, and most repositories have no such file.
    const { parsePolicy } = await import('../../dependencies/policy-file.ts');
    return parsePolicy(text, path);
  } catch (error) {
    const message = `The policy cannot be used: ${messageOf(error)}. Nothing was looked at.`;
    throw new Refusal('invalid-input', message, { cause: error });
  }
}
