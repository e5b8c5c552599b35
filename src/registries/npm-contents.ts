import { hash } from 'node:crypto';
import type { Endpoints } from './endpoints.ts';
import type { Http } from './http.ts';
import { judgeNpmTarball } from './npm-archive.ts';
import { packageUrl } from './npm-registry.ts';
import { hostOf, unexpected } from './read-answer.ts';
import { Slots } from './slots.ts';
import { SourceFailed } from './source-failed.ts';

/** What a package runs on the machine that installs it. */
export interface NpmContents {
  readonly hasInstallScript: boolean;
}

/** Tarballs with programs for one platform reach half of it. */
const largestTarballBytes = 128 * 1024 ** 2;

/** So many tarballs are held in memory at once. */
const slots = new Slots(8);

/**
 * Downloads the tarball of a package and looks into it; nothing of it is run or written.
 * Null where it is not there, or cannot be read. Throws `SourceFailed`, also where it is not
 * what `integrity` (SRI, sha512 or sha1) says.
 */
export async function npmContents(
  name: string,
  version: string,
  integrity: string,
  http: Http,
  { npm }: Pick<Endpoints, 'npm'>,
  signal: AbortSignal,
): Promise<NpmContents | null> {
  const url = tarballUrl(npm, name, version);
  if (url === null) return null;
  return slots.hold(signal, async () => {
    const answer = await http.get(url, { signal, maxBytes: largestTarballBytes });
    if ([403, 404, 410, 451].includes(answer.status)) return null;
    if (answer.status !== 200) throw unexpected(answer, url);
    const tarball = answer.bytes();
    if (!isHeldTo(tarball, integrity)) {
      const message = `${hostOf(url)} answered a tarball of ${name} ${version} that is not what its checksum says`;
      throw new SourceFailed(hostOf(url), message);
    }
    return judgeNpmTarball(tarball, signal);
  });
}

/** Where registries have the tarball of a version; null where there can be none. */
export function tarballUrl(
  registry: string,
  name: string,
  version: string,
): string | null {
  const folder = packageUrl(registry, name, { isPath: true });
  if (folder === null || !/^\d[\w.+-]{0,255}$/.test(version)) return null;
  return `${folder}/-/${name.slice(name.lastIndexOf('/') + 1)}-${version}.tgz`;
}

/** By the strongest of the checksums; one of an algorithm not known holds to nothing. */
function isHeldTo(tarball: Buffer, integrity: string): boolean {
  const listed = integrity.trim().split(/\s+/);
  for (const algorithm of ['sha512', 'sha384', 'sha256', 'sha1']) {
    const own = listed.filter((one) => one.startsWith(`${algorithm}-`));
    if (own.length === 0) continue;
    const found = `${algorithm}-${hash(algorithm, tarball, 'base64')}`;
    return own.some((one) => one.split('?')[0] === found);
  }
  return false;
}
