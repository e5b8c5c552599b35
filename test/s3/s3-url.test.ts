import { describe, expect, test } from 'vitest';
import { formatS3Url, InvalidS3Url, parseS3Url } from '../../src/s3/s3-url.ts';

function messageFor(text: string): string {
  try {
    return `read as ${JSON.stringify(parseS3Url(text))}`;
  } catch (error) {
    if (!(error instanceof InvalidS3Url)) throw error;
    return error.message;
  }
}

describe('an S3 URL', () => {
  test.each([
    ['s3://archive', 'archive', ''],
    ['s3://archive/', 'archive', ''],
    ['s3://archive//', 'archive', ''],
    ['s3://archive/trades', 'archive', 'trades/'],
    ['s3://archive/trades/', 'archive', 'trades/'],
    ['s3://archive/trades///', 'archive', 'trades/'],
    ['s3://archive/a/b c/ü', 'archive', 'a/b c/ü/'],
    ['s3://archive/a%20b/', 'archive', 'a%20b/'],
    ['s3://archive/..a/b../...', 'archive', '..a/b../.../'],
    ['s3://my.archive-1/', 'my.archive-1', ''],
    [`s3://${'a'.repeat(63)}/`, 'a'.repeat(63), ''],
    ['s3://ab1/', 'ab1', ''],
  ])('%s names a bucket and a prefix', (text, bucket, prefix) => {
    expect(parseS3Url(text)).toEqual({ bucket, prefix });
  });

  test.each(['', 'trades/', 'a/b c/ü/'])(
    'with the prefix %j is read as written',
    (prefix) => {
      const url = formatS3Url('archive', prefix);
      expect(parseS3Url(url)).toEqual({ bucket: 'archive', prefix });
    },
  );

  test('of an object ends with its key', () => {
    expect(formatS3Url('archive', 'a/b.gz')).toBe('s3://archive/a/b.gz');
  });

  test.each([
    ['', 'must begin with s3://'],
    ['archive/trades', 'must begin with s3://'],
    ['S3://archive', 'must begin with s3://'],
    ['https://archive.s3.amazonaws.com/', 'must begin with s3://'],
    ['s3://', '3 to 63 characters, not 0'],
    ['s3:///trades', '3 to 63 characters, not 0'],
    ['s3://ab', '3 to 63 characters, not 2'],
    [`s3://${'a'.repeat(64)}`, '3 to 63 characters, not 64'],
    ['s3://Archive', 'lower-case'],
    ['s3://arch_ive', 'lower-case'],
    ['s3://-archive', 'begin and end'],
    ['s3://archive.', 'begin and end'],
    ['s3://archive:9000/', 'lower-case'],
    ['s3://arch..ive', 'two dots'],
    ['s3://192.168.5.4', 'IP address'],
    ['s3://xn--archive', 'xn--'],
    ['s3://archive/../other', '. or ..'],
    ['s3://archive/a/..', '. or ..'],
    ['s3://archive/./a', '. or ..'],
    ['s3://archive/a//b', 'empty folder'],
    ['s3://archive//b', 'empty folder'],
    ['s3://archive/a\nb', 'control characters'],
    ['s3://archive/a\u0000', 'control characters'],
    ['s3://archive/a\u0085', 'control characters'],
    ['s3://archive?versionId=1', 'lower-case'],
    ['s3://archive/a?b', 'query'],
    ['s3://archive/a#b', 'fragment'],
  ])('%j is refused, with what is wrong: %s', (text, problem) => {
    const message = messageFor(text);
    expect(message).toContain(problem);
    expect(message).toContain(
      `${JSON.stringify(text)} is no S3 URL such as s3://bucket/prefix/`,
    );
  });

  test.each(['s3://AKIA:sw0rdf1sh@archive/a', 's3://AKIA:sw0rd/f1sh@archive/a?'])(
    'with credentials in it is not shown: %s',
    (text) => {
      const message = messageFor(text);
      expect(message).toContain('is no S3 URL');
      expect(message).not.toMatch(/sw0rd|f1sh/);
    },
  );
});
