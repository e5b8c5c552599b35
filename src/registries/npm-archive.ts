import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { NpmContents } from './npm-contents.ts';
import { isObject, type JsonObject, textAt, valueAt } from './read-answer.ts';

const largestUnpackedBytes = 1024 ** 3;
const largestManifestBytes = 1024 ** 2;

/**
 * Looks into the tarball of a package for what npm runs when it installs it: scripts of its
 * package.json, and a `binding.gyp`, which npm builds unasked. What it bundles counts with
 * it. Null where it cannot be read. Of several manifests, for the last would win, any counts.
 */
export async function judgeNpmTarball(
  tarball: Buffer,
  signal: AbortSignal,
): Promise<NpmContents | null> {
  try {
    const { own, bundled } = await readTarball(tarball, signal);
    if (own.manifests.length === 0) return null;
    const isBundling = own.manifests.some(bundlesAny);
    const hasInstallScript = runsAnything(own) || (isBundling && runsAnything(bundled));
    return { hasInstallScript };
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

interface Found {
  readonly manifests: JsonObject[];
  hasGypFile: boolean;
}

async function readTarball(
  tarball: Buffer,
  signal: AbortSignal,
): Promise<{ own: Found; bundled: Found }> {
  const { extract } = await import('tar-stream');
  const own: Found = { manifests: [], hasGypFile: false };
  const bundled: Found = { manifests: [], hasGypFile: false };
  const entries = extract();
  const reading = (async () => {
    for await (const entry of entries) {
      const { name, type, size = 0 } = entry.header;
      // npm takes the first folder away, whatever it is called.
      const file = path.posix.normalize(name.split('/').slice(1).join('/'));
      const [, within = ''] = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+\/([^/]+)$/.exec(
        file,
      ) ?? ['', ''];
      const found = within === '' ? own : bundled;
      const base = (within || file).toLowerCase();
      if (base.endsWith('.gyp') && !base.includes('/')) found.hasGypFile = true;
      if (base === 'package.json') {
        const isReadable = type === 'file' && size <= largestManifestBytes;
        if (!isReadable) throw new Error('its manifest is a link, or too large');
        found.manifests.push(manifestOf(await buffer(entry), found === own));
      }
      entry.resume();
    }
  })();
  const gunzip = createGunzip();
  await Promise.all([
    reading,
    pipeline(Readable.from([tarball]), gunzip, bounded, entries, { signal }),
  ]);
  return { own, bundled };
}

async function* bounded(chunks: AsyncIterable<Buffer>) {
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > largestUnpackedBytes) throw new Error('it is too large');
    yield chunk;
  }
}

/** Tests of packages have broken manifests in folders that look like bundled packages. */
function manifestOf(bytes: Buffer, isOwn: boolean): JsonObject {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
    if (isObject(value)) return value;
  } catch (error) {
    if (isOwn) throw error;
  }
  if (isOwn) throw new Error('its manifest is no object');
  return {};
}

function runsAnything({ manifests, hasGypFile }: Found): boolean {
  return (
    hasGypFile ||
    manifests.some((manifest) =>
      ['preinstall', 'install', 'postinstall'].some(
        (name) => textAt(valueAt(manifest, 'scripts'), name) !== null,
      ),
    )
  );
}

function bundlesAny(manifest: JsonObject): boolean {
  return ['bundleDependencies', 'bundledDependencies'].some((key) => {
    const listed = valueAt(manifest, key);
    return listed === true || Object.keys(listed ?? {}).length > 0;
  });
}
