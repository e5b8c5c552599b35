import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { endpoints } from '../../src/registries/endpoints.ts';
import { npmContents } from '../../src/registries/npm-contents.ts';
import { startRegistryServer } from '../rig/registry-server.ts';
import { tarOf } from '../rig/tar.ts';
import { quickHttp, signal } from './quick-http.ts';

const plain = { 'package/package.json': '{"name":"web","version":"1.0.0"}' };

async function lookInto(
  tarball: Buffer,
  integrity = `sha512-${hash('sha512', tarball, 'base64')}`,
) {
  await using server = await startRegistryServer({
    '/web/-/web-1.0.0.tgz': { body: tarball },
  });
  const asked = endpoints({ npm: server.url });
  return await npmContents('web', '1.0.0', integrity, quickHttp(), asked, signal);
}

const packed = (files: Readonly<Record<string, string>>) => gzipSync(tarOf(files));

describe('a tarball runs something when it is installed', () => {
  test.each([
    ['with nothing of the kind', plain, false],
    [
      'with a script',
      { 'package/package.json': '{"scripts":{"postinstall":"node x.js"}}' },
      true,
    ],
    [
      'with a script for tests',
      { 'package/package.json': '{"scripts":{"test":"x"}}' },
      false,
    ],
    ['with a binding.gyp', { ...plain, 'package/binding.gyp': '{}' }, true],
    [
      'with a binding.gyp of its tests',
      { ...plain, 'package/test/binding.gyp': '{}' },
      false,
    ],
    [
      'in a folder of another name',
      { 'x/package.json': '{"scripts":{"install":"x"}}' },
      true,
    ],
    [
      'in what it bundles',
      {
        'package/package.json': '{"bundleDependencies":["a"]}',
        'package/node_modules/a/package.json': '{"scripts":{"install":"x"}}',
      },
      true,
    ],
  ])('%s: %#', async (_, files, expected) => {
    expect(await lookInto(packed(files))).toEqual({ hasInstallScript: expected });
  });
});

test.each([
  ['is no archive', Buffer.from('text')],
  ['has no manifest', packed({ 'package/index.js': '' })],
  ['has a manifest that is no JSON', packed({ 'package/package.json': '{' })],
  ['ends early', packed(plain).subarray(0, 60)],
])('What %s tells nothing', async (_, tarball) => {
  expect(await lookInto(tarball)).toBeNull();
});

test.each(['sha512-AAAA', 'sha1-AAAA', '', 'md5-AAAA'])(
  'What does not hold to its checksum %j is refused',
  async (integrity) => {
    await expect(lookInto(packed(plain), integrity)).rejects.toThrow('checksum');
  },
);
