import { describe, test } from 'vitest';
import {
  findPrograms,
  type Installation,
} from '../../../../src/tasks/backup-restore-test/restore/programs.ts';
import { debianPrograms, pg0Programs } from '../../../rig/postgres-programs.ts';
import { ToolMissing } from '../../../rig/tools.ts';

/**
 * What is on this machine with a server, pg_dump and pg_restore. In CI there must be one,
 * for what is skipped there would not be tested anywhere.
 */
export const installations: readonly Installation[] = await find();

async function find(): Promise<Installation[]> {
  const debian = debianPrograms(15);
  const bins = [...(debian ? [debian.bin] : []), ...(await fromPyPi())];
  const found = await Promise.all(bins.map((bin) => findPrograms(bin)));
  return found.flat();
}

async function fromPyPi(): Promise<string[]> {
  try {
    return [(await pg0Programs()).bin];
  } catch (error) {
    if (!(error instanceof ToolMissing) || process.env['CI']) throw error;
    // The default reporter does not show why a test was skipped.
    console.warn(`Skipped: ${error.message}`);
    return [];
  }
}

/** Describes what is to hold with each installation. */
export function withEachInstallation(describeOne: (one: Installation) => void): void {
  for (const one of installations) {
    describe(`with PostgreSQL ${one.version}`, () => describeOne(one));
  }
  if (installations.length > 0) return;
  test('with PostgreSQL', ({ skip }) => skip('There is none with pg_restore.'));
}
