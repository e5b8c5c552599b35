import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { CrateContents } from './crate-contents.ts';
import { type JsonObject, valueAt } from './read-answer.ts';

const largestUnpackedBytes = 256 * 1024 ** 2;
const largestManifestBytes = 1024 ** 2;

/**
 * Looks into a `.crate`, a tar in gzip, for what it runs when it is built. Null where its
 * manifest cannot be read. Where an archive has several manifests, for the last would win,
 * it has a build script if any of them says so.
 */
export async function judgeCrate(
  crate: Buffer,
  folder: string,
): Promise<CrateContents | null> {
  try {
    const { manifests, hasBuildFile } = await readCrate(crate, folder);
    const { parse } = await import('smol-toml');
    const judged = manifests.map((text) => judgeManifest(parse(text), hasBuildFile));
    if (judged.length === 0) return null;
    return {
      hasBuildScript: judged.some(({ hasBuildScript }) => hasBuildScript),
      isProcMacro: judged.some(({ isProcMacro }) => isProcMacro),
    };
  } catch {
    return null;
  }
}

async function readCrate(
  crate: Buffer,
  folder: string,
): Promise<{ manifests: string[]; hasBuildFile: boolean }> {
  const { extract } = await import('tar-stream');
  const entries = extract();
  entries.end(gunzipSync(crate, { maxOutputLength: largestUnpackedBytes }));
  const manifests: string[] = [];
  let hasBuildFile = false;
  for await (const entry of entries) {
    const { name, type, size = 0 } = entry.header;
    const file = path.posix.normalize(name);
    if (file === `${folder}/build.rs`) hasBuildFile = true;
    if (file === `${folder}/Cargo.toml`) {
      const isReadable = type === 'file' && size <= largestManifestBytes;
      if (!isReadable) throw new Error('its manifest is a link, or too large');
      manifests.push(String(await buffer(entry)));
    }
    entry.resume();
  }
  return { manifests, hasBuildFile };
}

function judgeManifest(manifest: JsonObject, hasBuildFile: boolean): CrateContents {
  const build = valueAt(
    valueAt(manifest, 'package') ?? valueAt(manifest, 'project'),
    'build',
  );
  const library = valueAt(manifest, 'lib');
  const types = valueAt(library, 'crate-type') ?? valueAt(library, 'crate_type');
  return {
    hasBuildScript: build === undefined ? hasBuildFile : build !== false,
    isProcMacro:
      valueAt(library, 'proc-macro') === true ||
      valueAt(library, 'proc_macro') === true ||
      (Array.isArray(types) ? types : [types]).includes('proc-macro'),
  };
}
