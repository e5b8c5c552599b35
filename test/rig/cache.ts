import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

const folder = 'matchbook-maintenance';

/** Where the rig keeps what it installs, outside the tree. */
export function cacheDirectory(): string {
  const given = process.env['XDG_CACHE_HOME'];
  if (given) return path.join(given, folder);
  // Servers started by root run as another user, who cannot enter /root.
  if (process.getuid?.() === 0) return path.join('/var/cache', folder);
  return path.join(os.homedir(), '.cache', folder);
}
