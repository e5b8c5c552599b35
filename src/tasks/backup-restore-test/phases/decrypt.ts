import { type ChildProcess, spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Finding } from '../../../core/finding.ts';
import { messageOf } from '../../../core/message-of.ts';
import type { Run } from '../../../core/run.ts';
import type { Applied } from '../../../core/step.ts';
import { readArchiveFile } from '../archive-file.ts';
import { archiveFinding } from '../archive-finding.ts';
import { checkFitness } from '../fitness.ts';
import { judgeClocks } from '../series/clocks.ts';
import { judgeDatabases } from '../series/databases.ts';
import { judgeAge } from '../series/staleness.ts';
import { Timeline } from '../series/timeline.ts';
import type { RestoreTarget } from '../target.ts';

const maxMessageCharacters = 2000;

/**
 * Turns the encrypted backup into an archive, by the command of the user. Only now can be
 * seen what the archive needs.
 */
export async function decrypt(target: RestoreTarget, run: Run): Promise<Applied> {
  const { evidence, inputs } = target;
  const { backup, file: encrypted } = evidence;
  if (!backup || !encrypted || !inputs.decrypt) throw new Error('Nothing to decrypt.');
  const scratch = await target.scratch();
  const file = join(scratch.path, 'archive');
  const startedAt = performance.now();
  await decryptFile(inputs.decrypt, encrypted, file, run.signal);
  evidence.decryptSeconds = (performance.now() - startedAt) / 1000;
  evidence.file = file;
  const metrics = { bytes: (await stat(file)).size };
  try {
    evidence.archive = await readArchiveFile(file, run.signal);
  } catch (error) {
    const found = archiveFinding(error, backup.key);
    if (!found) throw error;
    evidence.obstacle = 'what the command gave back is no whole archive';
    return { status: 'done', metrics, findings: [found] };
  }
  const fitness = await checkFitness(target, run);
  const findings = [...judgeDecrypted(target, run), ...fitness.findings];
  if (fitness.isFit) return { status: 'done', metrics, findings };
  evidence.obstacle = 'this machine cannot restore it';
  const [lack] = fitness.findings;
  return { status: 'failed', error: lack?.message ?? '', metrics, findings };
}

/** What could not be seen before: whether it is of the right database and day. */
function judgeDecrypted({ evidence, inputs, place }: RestoreTarget, run: Run): Finding[] {
  const { audit, probed, archive } = evidence;
  if (!probed || !archive) return [];
  const one = { ...probed, archive };
  const timeline = new Timeline([one], inputs.schedule);
  const isNewest = audit?.backups.at(-1)?.backup === probed.backup;
  return [
    ...judgeDatabases([one], place, inputs['expect-database']).findings,
    ...judgeClocks(timeline, place),
    ...(isNewest ? judgeAge(timeline, inputs['max-age'], run.startedAt) : []),
  ];
}

/** Runs a command on a file. Throws what went wrong, with what the command said. */
async function decryptFile(
  [program = '', ...args]: readonly string[],
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<void> {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  const said = collect(child);
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(messageOf(error)));
    child.once('close', (code, killedBy) =>
      resolve(code === 0 ? null : `it ended with ${killedBy ?? `exit code ${code}`}`),
    );
  });
  const [input, output] = await Promise.allSettled([
    pipeline(createReadStream(from), child.stdin, { signal }),
    pipeline(child.stdout, createWriteStream(to, { flags: 'wx', mode: 0o600 }), {
      signal,
    }),
  ]);
  const problem = await ended;
  signal.throwIfAborted();
  if (problem !== null) {
    throw new Error(
      `Cannot decrypt ${from} with ${program}: ${problem}. It said: ${said() || 'nothing'}. Look at the input decrypt, and whether the key is there.`,
    );
  }
  if (output.status === 'rejected') throw output.reason;
  // A command that has read enough may close its input before all of it was written.
  if (input.status === 'rejected' && input.reason.code !== 'EPIPE') throw input.reason;
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(-maxMessageCharacters);
  });
  return () => text.trim();
}
