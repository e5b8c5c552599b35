import { expect, test } from 'vitest';
import { Unreadable } from '../../../src/core/inputs.ts';
import { nameOfPlace, parsePlace } from '../../../src/tasks/backup-restore-test/place.ts';

test.each([
  [
    's3://backups/postgres/',
    { kind: 's3', bucket: 'backups', prefix: 'postgres/' },
    'backups/postgres',
  ],
  ['s3://backups', { kind: 's3', bucket: 'backups', prefix: '' }, 'backups'],
  [
    import.meta.dirname,
    { kind: 'local', path: import.meta.dirname },
    'backup-restore-test',
  ],
  [import.meta.filename, { kind: 'local', path: import.meta.filename }, 'place.test.ts'],
] as const)('%s is a place with a name', (given, place, name) => {
  expect(parsePlace(given)).toEqual(place);
  expect(nameOfPlace(parsePlace(given))).toBe(name);
});

test.each([
  ['/nowhere/at/all', /no such file/],
  ['/dev/null', /neither a file nor a directory/],
  ['https://backups.example/postgres', /only s3:/],
  ['s3://Backups/postgres/', /bucket/],
  ['s3://key:secret@backups/', /no credentials/],
])('%s is none', (given, problem) => {
  expect(() => parsePlace(given)).toThrow(Unreadable);
  expect(() => parsePlace(given)).toThrow(problem);
});
