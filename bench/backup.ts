import { ensureBuilt } from '../scripts/demo/built-action.ts';
import { debianPrograms, pg0Programs } from '../test/rig/postgres-programs.ts';
import { detect } from './backup/detection.ts';
import { exchangeDump } from './backup/exchange-dump.ts';
import { race } from './backup/pace.ts';
import { score } from './backup/score.ts';
import { printHeading, printPart } from './print.ts';

const speeds = [50, 100, 400];

/** For trying out: fewer rounds, a smaller database, or `detection` or `pace` alone. */
const rounds = Number(process.env['BACKUP_ROUNDS'] ?? 5);
const scale = Number(process.env['BACKUP_SCALE'] ?? 1);
const only = process.env['BACKUP_ONLY'];

/** Measures `backup-restore-test` against the runbook: what it finds, and how fast. */
export async function bench(): Promise<void> {
  printHeading('Testing a backup', 'backup');
  await ensureBuilt();
  const debian = debianPrograms(15);
  if (!debian) throw new Error('It needs the Debian package postgresql-15.');
  if (only !== 'pace') {
    const bins = { 15: debian.bin, 18: (await pg0Programs()).bin };
    const title = 'Backups of which is known what is wrong with them';
    await printPart(title, async () => score(await detect(bins)));
  }
  if (only === 'detection') return;
  const dump = await exchangeDump(debian.bin, scale);
  const [gigabytes, megabytes] = [dump.databaseBytes / 1e9, dump.bytes / 1e6];
  const rows = dump.rows.toLocaleString('en-US');
  console.log(
    `\nA database of ${gigabytes.toFixed(2)} GB, ${rows} rows, a dump of ${megabytes.toFixed(0)} MB`,
  );
  await race(debian.bin, dump, { speeds, rounds });
}
