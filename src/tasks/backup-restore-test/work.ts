import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import { Refusal } from '../../core/task.ts';
import { s3Secrets } from '../../s3/s3-secrets.ts';
import { applyPhase } from './apply.ts';
import type { BackupInputs } from './inputs.ts';
import { makePlan } from './make-plan.ts';
import { openSource } from './open-source.ts';
import { sweepScratch } from './restore/scratch-directory.ts';
import { RestoreTarget } from './target.ts';

/** Everything that needs the clients of S3 and PostgreSQL. */
export const work = {
  async connect(inputs: BackupInputs, run: Run): Promise<RestoreTarget> {
    for (const secret of s3Secrets(process.env)) run.keepSecret(secret);
    // What a killed run has left behind would take the room that this one needs.
    if (!run.dryRun && inputs.depth !== 'series') await sweep(inputs);
    return new RestoreTarget(inputs, await openSource(inputs));
  },
  plan: makePlan,
  apply: applyPhase,
  sweep,
};

async function sweep(inputs: BackupInputs): Promise<string> {
  try {
    return await sweepScratch(inputs['work-directory']);
  } catch (error) {
    throw new Refusal('invalid-input', messageOf(error));
  }
}
