import type { ImageChange } from './delta/dockerfile-delta.ts';
import type { Incoming } from './evidence.ts';
import { type Member, withoutCredentials } from './reason.ts';

/** The member that an incoming version is, for reasons and findings. */
export function memberOf({ ecosystem, name, version, lockfile }: Incoming): Member {
  return { ecosystem, name, version: withoutCredentials(version), path: lockfile };
}

/** The member that a changed image is. */
export function memberOfImage({ path, line, after }: ImageChange): Member {
  const version = after.tag ?? after.digest ?? 'latest';
  return { ecosystem: 'docker', name: after.name, version, path: `${path}:${line}` };
}
