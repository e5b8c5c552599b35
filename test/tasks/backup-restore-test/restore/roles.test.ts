import { describe, expect, test } from 'vitest';
import type { TocEntry } from '../../../../src/pg-dump/archive.ts';
import { rolesOf } from '../../../../src/tasks/backup-restore-test/restore/roles.ts';
import { archiveOf, entry } from './entries.ts';

describe('the roles that an entry refers to', () => {
  test.each<[string, string, string[]]>([
    ['ACL', 'GRANT SELECT ON TABLE public.trades TO alice;\n', ['alice']],
    ['ACL', 'GRANT ALL ON TABLE t TO alice WITH GRANT OPTION;\n', ['alice']],
    ['ACL', 'GRANT ALL ON TABLE t TO PUBLIC;\n', []],
    ['ACL', 'GRANT ALL ON TABLE t TO "PUBLIC";\n', ['PUBLIC']],
    ['ACL', 'GRANT SELECT ON TABLE t TO "odd, name", bob;\n', ['odd, name', 'bob']],
    ['ACL', 'GRANT SELECT ON TABLE t TO "we""ird";\n', ['we"ird']],
    [
      'ACL',
      'GRANT ALL ON TABLE "t\'" TO "O\'Hara";\nGRANT ALL ON TABLE t TO bob;\n',
      ["O'Hara", 'bob'],
    ],
    ['ACL', 'GRANT SELECT ON TABLE t TO "group";\n', ['group']],
    ['ACL', 'GRANT SELECT ON TABLE "x TO mallory" TO bob;\n', ['bob']],
    ['ACL', 'GRANT ALL ON FUNCTION f(text DEFAULT) TO größe;\n', ['größe']],
    [
      'ACL',
      'REVOKE ALL ON SCHEMA public FROM PUBLIC;\nREVOKE ALL ON SCHEMA public FROM carol;\n',
      ['carol'],
    ],
    [
      'ACL',
      'SET SESSION AUTHORIZATION carol;\nGRANT SELECT ON TABLE t TO dave;\nRESET SESSION AUTHORIZATION;\n',
      ['carol', 'dave'],
    ],
    ['ACL', 'GRANT SELECT ON TABLE t TO pg_read_all_data;\n', []],
    [
      'DEFAULT ACL',
      'ALTER DEFAULT PRIVILEGES FOR ROLE alice IN SCHEMA app GRANT SELECT ON TABLES  TO "Carol";\n',
      ['alice', 'Carol'],
    ],
    [
      'DEFAULT ACL',
      'ALTER DEFAULT PRIVILEGES FOR ROLE "a b" REVOKE ALL ON FUNCTIONS  FROM PUBLIC;\n',
      ['a b'],
    ],
    [
      'POLICY',
      'CREATE POLICY p ON t TO alice, "odd, name" USING ((x = \'x TO mallory\'::text));\n',
      ['alice', 'odd, name'],
    ],
    [
      'POLICY',
      'CREATE POLICY p ON t FOR INSERT TO alice WITH CHECK ((TO_mallory > 0));\n',
      ['alice'],
    ],
    [
      'POLICY',
      'CREATE POLICY "p TO x" ON "t USING (" TO alice USING (true);\n',
      ['alice'],
    ],
    ['POLICY', 'CREATE POLICY p ON t USING (true);\n', []],
    [
      'USER MAPPING',
      'CREATE USER MAPPING FOR alice SERVER s OPTIONS (\n    "user" \'FOR bob\'\n);\n',
      ['alice'],
    ],
    ['USER MAPPING', 'CREATE USER MAPPING FOR public SERVER s;\n', []],
    [
      'FUNCTION',
      'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$grant x TO mallory$$;\n',
      [],
    ],
  ])('%s %s', (kind, definition, expected) => {
    expect(namesOf([entry(kind, { definition })])).toEqual(expected);
  });

  test('are its owner and, each once, those of all other entries', () => {
    const owners = ['alice', 'bob', 'alice', 'postgres', 'pg_database_owner', '', null];
    const names = namesOf(owners.map((owner) => entry('TABLE', { owner })));
    expect(names).toEqual(['alice', 'bob']);
  });

  test('are superusers if they own what only superusers may own', () => {
    const archive = archiveOf([
      entry('EVENT TRIGGER', { owner: 'admin' }),
      entry('TABLE', { owner: 'alice' }),
      entry('TABLE', { owner: 'admin' }),
      entry('PUBLICATION', { owner: 'postgres' }),
    ]);
    expect(rolesOf(archive)).toEqual([
      { name: 'admin', isSuperuser: true },
      { name: 'alice', isSuperuser: false },
    ]);
  });
});

function namesOf(entries: readonly TocEntry[]): string[] {
  return rolesOf(archiveOf(entries)).map(({ name }) => name);
}
