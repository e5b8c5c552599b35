import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { NotAnArchive, parseArchive } from '../../src/pg-dump/parse-archive.ts';
import { whatElse } from '../../src/pg-dump/what-else.ts';
import { fixture } from './samples.ts';

const dump = fixture('1.16-none');
const tar = Buffer.alloc(1_024);
tar.write('toc.dat');
tar.write('ustar', 257);

test.each([
  ['no bytes', Buffer.alloc(0), 'empty'],
  ['a part of the magic word', Buffer.from('PGD'), 'ends after 3 bytes'],
  ['zeros', Buffer.alloc(10_000), 'full of zeros'],
  ['an archive within gzip', gzipSync(dump), 'compressed by gzip as a whole'],
  ['an archive within zstd', zstdCompressSync(dump), 'compressed by zstd as a whole'],
  ['an lz4 frame', Buffer.from('04224d18604082', 'hex'), 'compressed by lz4 as a whole'],
  ['bzip2', Buffer.from('BZh91AY&SY'), 'compressed by bzip2'],
  ['xz', Buffer.from('fd377a585a000004', 'hex'), 'compressed by xz'],
  ['zip', Buffer.from('504b030414000000', 'hex'), 'a zip file'],
  ['a tar file', tar, 'a tar file'],
  ['age', Buffer.from('age-encryption.org/v1\n-> X25519 '), 'encrypted by age'],
  [
    'armored age',
    Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----\n'),
    'encrypted by age',
  ],
  ['armored PGP', Buffer.from('-----BEGIN PGP MESSAGE-----\n'), 'encrypted by PGP'],
  ['PGP', Buffer.from('85020c03e5c1', 'hex'), 'looks encrypted, as by PGP'],
  [
    'PGP with a passphrase',
    Buffer.from('8c0d04090302', 'hex'),
    'looks encrypted, as by PGP',
  ],
  ['a plain dump', Buffer.from('--\n-- PostgreSQL database dump\n--\n'), 'SQL text'],
  [
    'a plain dump of 18',
    Buffer.from('--\n-- PostgreSQL database dump\n--\n\n\\restrict a'),
    'SQL text',
  ],
  ['statements', Buffer.from('\n  CREATE TABLE t (id int);\n'), 'SQL text'],
  ['settings', Buffer.from('SET statement_timeout = 0;\n'), 'SQL text'],
  [
    'an error of a store',
    Buffer.from('<?xml version="1.0"?><Error>'),
    'does not begin as',
  ],
  ['anything else', Buffer.from('hello'), 'does not begin as'],
  ['an image', Buffer.from('89504e470d0a1a0a', 'hex'), 'does not begin as'],
])('%s is told from an archive', (_, bytes, message) => {
  expect(whatElse(bytes)).toContain(message);
  expect(() => parseArchive(bytes, true)).toThrow(NotAnArchive);
  expect(() => parseArchive(bytes, true)).toThrow(message);
});
