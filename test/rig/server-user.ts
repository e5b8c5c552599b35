import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Who runs a server that refuses root: `nobody`, or null for ourselves. */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Gives a file, or a directory with all in it, to the server's user. */
export async function giveTo(user: ServerUser | null, file: string) {
  if (user === null) return;
  const { uid, gid } = user;
  await fs.lchown(file, uid, gid);
  if (!(await fs.lstat(file)).isDirectory()) return;
  for (const entry of await fs.readdir(file, { recursive: true })) {
    await fs.lchown(path.join(file, entry), uid, gid);
  }
}
