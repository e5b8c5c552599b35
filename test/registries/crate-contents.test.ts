import { hash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { crateContents, downloadUrl } from '../../src/registries/crate-contents.ts';
import { endpoints } from '../../src/registries/endpoints.ts';
import { startRegistryServer } from '../rig/registry-server.ts';
import { quickHttp, signal } from './quick-http.ts';

type Entry = readonly [name: string, text: string, type?: 'symlink'];

/** Packs a crate as `cargo package` does. */
async function packCrate(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const [name, text, type = 'file'] of entries) {
    if (type === 'symlink') archive.entry({ name, type, linkname: text });
    else archive.entry({ name }, text);
  }
  archive.finalize();
  return gzipSync(await buffer(archive));
}

async function look(crate: Buffer, checksum = hash('sha256', crate)) {
  await using server = await startRegistryServer({
    '/dl/demo/1.0.0/download': { body: crate },
  });
  server.routes['/config.json'] = { body: { dl: `${server.url}/dl` } };
  const asked = endpoints({ 'crates.io': server.url });
  return await crateContents('demo', '1.0.0', checksum, quickHttp(), asked, signal);
}

const manifest = (text: string): Entry => ['demo-1.0.0/Cargo.toml', text];
const library: Entry = ['demo-1.0.0/src/lib.rs', ''];
const buildFile: Entry = ['demo-1.0.0/build.rs', 'fn main() {}'];
const plain = '[package]\nname = "demo"\nversion = "1.0.0"\n';

describe('a crate', () => {
  test.each<[string, readonly Entry[], boolean, boolean]>([
    ['that runs nothing', [manifest(plain), library], false, false],
    ['with build.rs', [manifest(plain), buildFile], true, false],
    ['with build.rs in front', [buildFile, manifest(plain)], true, false],
    ['with a script named', [manifest(`${plain}build = "make.rs"`)], true, false],
    ['with scripts named', [manifest(`${plain}build = ["a.rs", "b.rs"]`)], true, false],
    [
      'with a script refused',
      [manifest(`${plain}build = false`), buildFile],
      false,
      false,
    ],
    [
      'with build.rs elsewhere',
      [manifest(plain), ['demo-1.0.0/src/build.rs', '']],
      false,
      false,
    ],
    ['of macros', [manifest(`${plain}[lib]\nproc-macro = true`)], false, true],
    [
      'of macros, the old way',
      [manifest(`${plain}[lib]\nproc_macro = true`)],
      false,
      true,
    ],
    [
      'of macros by its type',
      [manifest(`${plain}[lib]\ncrate-type = ["proc-macro"]`)],
      false,
      true,
    ],
    [
      'with a second manifest',
      [manifest(plain), manifest(`${plain}build = "b.rs"`)],
      true,
      false,
    ],
    [
      'with a roundabout name',
      [manifest(plain), ['demo-1.0.0/./x/../build.rs', '']],
      true,
      false,
    ],
  ])('%s', async (_, entries, hasBuildScript, isProcMacro) => {
    expect(await look(await packCrate(entries))).toEqual({ hasBuildScript, isProcMacro });
  });

  test.each<[string, readonly Entry[]]>([
    ['without a manifest', [library]],
    ['with that of another folder', [['other-1.0.0/Cargo.toml', plain]]],
    ['with one that is no TOML', [manifest('[package')]],
    ['with one that is a link', [['demo-1.0.0/Cargo.toml', '/etc/passwd', 'symlink']]],
    ['with one that is huge', [manifest(`${plain}#${'x'.repeat(2_000_000)}`)]],
  ])('%s is not judged', async (_, entries) => {
    expect(await look(await packCrate(entries))).toBeNull();
  });

  test.each([
    ['no gzip', Buffer.from('hello')],
    ['no tar', gzipSync(Buffer.alloc(3000, 'x'))],
    ['half of one', gzipSync(Buffer.alloc(3000, 'x')).subarray(0, 20)],
  ])('that is %s is not judged', async (_, bytes) => {
    expect(await look(bytes)).toBeNull();
  });

  test('must have the checksum of the lockfile', async () => {
    const crate = await packCrate([manifest(plain)]);
    await expect(look(crate, 'ab'.repeat(32))).rejects.toThrow(
      /a crate demo 1\.0\.0 whose sha256 is not abab/,
    );
  });

  test('that is not there is not judged', async () => {
    await using server = await startRegistryServer({});
    server.routes['/config.json'] = { body: { dl: `${server.url}/dl/{crate}` } };
    const asked = endpoints({ 'crates.io': server.url });
    const ask = (name: string, version: string) =>
      crateContents(name, version, '', quickHttp(), asked, signal);
    expect(await ask('demo', '1.0.0')).toBeNull();
    expect(server.requests.map(({ path }) => path)).toEqual(['/config.json', '/dl/demo']);
    expect(await ask('../demo', '1.0.0')).toBeNull();
    expect(await ask('demo', '1.0.0/../../x')).toBeNull();
    expect(server.requests).toHaveLength(2);
  });

  test.each([{}, { dl: 'nowhere' }, { dl: 1 }])('cannot be found by %j', async (body) => {
    await using server = await startRegistryServer({ '/config.json': { body } });
    const asked = endpoints({ 'crates.io': server.url });
    await expect(
      crateContents('demo', '1.0.0', '', quickHttp(), asked, signal),
    ).rejects.toThrow('does not say where crates are');
  });
});

test.each([
  ['https://a/crates', 'https://a/crates/Demo/1.0.0+b/download'],
  ['https://a/{crate}-{version}.crate', 'https://a/Demo-1.0.0+b.crate'],
  ['https://a/{prefix}/{lowerprefix}/{crate}', 'https://a/De/mo/de/mo/Demo'],
  ['https://a/{sha256-checksum}', 'https://a/ab'],
])('%s leads to %s', (template, url) => {
  const filled = downloadUrl(template, 'Demo', '1.0.0+b', 'ab');
  expect(filled.replace('%2B', '+')).toBe(url);
});
