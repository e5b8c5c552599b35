import { expect, test } from 'vitest';
import { sqlstate, sqlstateOf } from '../../src/postgres/sqlstate.ts';

const withCode = (code: unknown) => Object.assign(new Error('x'), { code });

test.each(['57014', '28P01', 'XX000', 'P0001', 'HV00L'])(
  'an error of the server with the code %s has it as its SQLSTATE',
  (code) => {
    expect(sqlstateOf(withCode(code))).toBe(code);
  },
);

test.each(['ECONNREFUSED', 'EPIPE', 'EPERM', 'ERR_TLS_CERT_ALTNAME_INVALID', 57014, ''])(
  'an error of ours with the code %s has none',
  (code) => {
    expect(sqlstateOf(withCode(code))).toBeUndefined();
  },
);

test.each([null, undefined, 'text', new Error('x')])('%s has none', (error) => {
  expect(sqlstateOf(error)).toBeUndefined();
});

test('every SQLSTATE with a name is one', () => {
  for (const code of Object.values(sqlstate).flat()) {
    expect(sqlstateOf(withCode(code))).toBe(code);
  }
  expect(new Set(Object.values(sqlstate).flat()).size).toBe(
    Object.values(sqlstate).flat().length,
  );
});
