export const magicWord = 'PGDMP';

const magics: readonly [string | RegExp, string][] = [
  [
    '\x1f\x8b',
    'it is compressed by gzip as a whole: unpack it before it is stored, for pg_dump -Fc compresses by itself',
  ],
  [
    '\x28\xb5\x2f\xfd',
    'it is compressed by zstd as a whole: unpack it before it is stored, or give the input decrypt a command that does',
  ],
  [
    '\x04\x22\x4d\x18',
    'it is compressed by lz4 as a whole: unpack it before it is stored, or give the input decrypt a command that does',
  ],
  ['BZh', 'it is compressed by bzip2 as a whole: unpack it before it is stored'],
  ['\xfd7zXZ\x00', 'it is compressed by xz as a whole: unpack it before it is stored'],
  ['PK\x03\x04', 'it is a zip file'],
  ['age-encryption.org/', 'it is encrypted by age: give the input decrypt'],
  ['-----BEGIN AGE ENCRYPTED FILE', 'it is encrypted by age: give the input decrypt'],
  ['-----BEGIN PGP MESSAGE', 'it is encrypted by PGP: give the input decrypt'],
  [/^[\x84\x85\x8c\xc1\xc3]/, 'it looks encrypted, as by PGP: give the input decrypt'],
];
const tarMagicAt = 257;
const sql = /^\s*(--|\/\*|\\|set |select |create |copy |begin|insert |drop |alter )/i;

/** Says what bytes without the magic word of an archive are, and what to do. */
export function whatElse(head: Uint8Array): string {
  if (head.length === 0) return 'it is empty';
  const bytes = Buffer.from(head.subarray(0, 4096));
  const start = bytes.toString('latin1');
  const known = magics.find(([magic]) =>
    typeof magic === 'string' ? start.startsWith(magic) : magic.test(start),
  );
  if (known) return known[1];
  if (start.startsWith('ustar', tarMagicAt)) {
    return 'it is a tar file; only the custom format (pg_dump -Fc) is tested';
  }
  if (sql.test(start) || start.includes('PostgreSQL database')) {
    return 'it is SQL text, a plain dump: make it with pg_dump -Fc, for a plain one can only be run, not tested';
  }
  if (magicWord.startsWith(start)) return `it ends after ${head.length} bytes`;
  if (bytes.every((byte) => byte === 0)) return 'it is full of zeros';
  return 'it does not begin as an archive of pg_dump -Fc does';
}
