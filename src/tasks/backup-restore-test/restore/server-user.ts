import { readFileSync } from 'node:fs';
import { chown, stat } from 'node:fs/promises';
import path from 'node:path';

/** Whom a server runs as. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root; then it runs as `nobody`. Null: as ourselves. */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  throw new Error(
    'PostgreSQL refuses to run as root, and this machine has no user nobody. Run the step as another user.',
  );
}

/** Gives a directory to the user of the server. */
export async function giveTo(user: ServerUser | null, directory: string): Promise<void> {
  if (user) await chown(directory, user.uid, user.gid);
}

/** Whether a user who owns none of it may enter a directory and all above it. */
export async function mayEnter(
  user: ServerUser | null,
  directory: string,
): Promise<boolean> {
  if (!user) return true;
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    const { mode, uid } = await stat(at);
    const entering = uid === user.uid ? 0o100 : 0o001;
    if ((mode & entering) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}
