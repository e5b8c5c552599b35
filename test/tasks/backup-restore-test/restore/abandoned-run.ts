/** Holds a scratch directory with a running server, until it is killed. */

import { findPrograms } from '../../../../src/tasks/backup-restore-test/restore/programs.ts';
import { startScratchCluster } from '../../../../src/tasks/backup-restore-test/restore/scratch-cluster.ts';
import { makeScratchDirectory } from '../../../../src/tasks/backup-restore-test/restore/scratch-directory.ts';

const [, , parent = '', bin = ''] = process.argv;
const [installation] = await findPrograms(bin);
if (!installation) throw new Error(`No PostgreSQL in ${bin}`);
const { path } = await makeScratchDirectory(parent);
const { signal } = new AbortController();
await startScratchCluster(installation, path, { encoding: 'UTF8', preload: [], signal });
console.log(path);
setInterval(() => {}, 1000);
