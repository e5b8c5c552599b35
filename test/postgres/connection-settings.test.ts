import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConnectionSettings,
  completeSettings,
  InvalidSettings,
  settingsFromEnvironment,
} from '../../src/postgres/connection-settings.ts';
import { parseDatabaseUrl } from '../../src/postgres/database-url.ts';

let directory: string;
let rootFile: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'settings-test-'));
  rootFile = join(directory, 'root.crt');
  writeFileSync(rootFile, 'the root');
});
afterAll(() => rmSync(directory, { recursive: true }));

type Env = Record<string, string>;

function settings(url: string | null, env: Env = {}, rootCert: string | null = null) {
  const fromUrl = url === null ? {} : parseDatabaseUrl(url);
  return completeSettings(fromUrl, settingsFromEnvironment(env), rootCert);
}

const db = 'postgres://keeper@db.example/matchbook';

describe('a URL', () => {
  test('says all that is needed to reach a database', () => {
    const url =
      'postgresql://keeper:s3cret@db.example:6432/matchbook?sslmode=require&connect_timeout=3';
    expect(settings(url)).toEqual({
      host: 'db.example',
      port: 6432,
      user: 'keeper',
      password: 's3cret',
      database: 'matchbook',
      sslMode: 'require',
      sslRootCert: null,
      sslCert: null,
      sslKey: null,
      connectTimeoutMs: 3000,
    });
  });

  test('may leave out what libpq knows a default for', () => {
    expect(settings('postgres://keeper@db.example')).toMatchObject({
      port: 5432,
      password: null,
      database: 'keeper',
      sslMode: 'prefer',
      connectTimeoutMs: 10_000,
    });
  });

  test.each<[string, Partial<ConnectionSettings>]>([
    ['postgres://k%40x:p%2Fq%3F%23%40%3A@h/d%20b', userWith('p/q?#@:')],
    ['postgres://k%40x:p@q@h/d%20b', userWith('p@q')],
    ['postgres://k%40x:p:q@h/d%20b', userWith('p:q')],
    ['postgres://k%40x:p%25q@h/d%20b', userWith('p%q')],
    ['postgres://k%40x:p+q@h/d%20b', userWith('p+q')],
    ['postgres://[2001:db8::1]/d', { host: '2001:db8::1', port: 5432 }],
    ['postgres://[::1]:5433/d', { host: '::1', port: 5433 }],
    ['postgres:///d?host=/var/run/pg', { host: '/var/run/pg', database: 'd' }],
    ['postgres://%2Fvar%2Frun%2Fpg/d', { host: '/var/run/pg', database: 'd' }],
    ['postgres:///?host=h&port=6&dbname=d&user=u&password=p', parameters()],
    [
      'postgres://other:1@other:1/other?host=h&port=6&dbname=d&user=u&password=p',
      {
        ...parameters(),
      },
    ],
    ['postgres://h:65535/d?&sslmode=disable&', { port: 65_535, sslMode: 'disable' }],
    ['postgres://h:/d?sslmode=', { host: 'h', port: 5432, sslMode: 'prefer' }],
    ['postgres://h/d?application_name=x&schema=public&channel_binding=require', {}],
  ])('%s is read', (url, expected) => {
    expect(settings(url, { PGUSER: 'keeper' })).toMatchObject(expected);
  });

  function userWith(password: string) {
    return { host: 'h', user: 'k@x', database: 'd b', password };
  }

  function parameters() {
    return { host: 'h', port: 6, database: 'd', user: 'u', password: 'p' };
  }

  test.each([
    '',
    'db.example',
    'mysql://keeper@db.example/matchbook',
    'postgres:db.example',
    'host=db.example user=keeper',
  ])('has a form, and %j has not', (url) => {
    expect(() => parseDatabaseUrl(url)).toThrow(InvalidSettings);
    expect(() => parseDatabaseUrl(url)).toThrow('postgres://user@host:5432/database');
  });

  test.each(['/', '?', '#'])(
    'with a bare %s in its password says the cure',
    (character) => {
      const url = `postgres://keeper:a${character}b@db.example/matchbook`;
      expect(() => parseDatabaseUrl(url)).toThrow(InvalidSettings);
      expect(() => parseDatabaseUrl(url)).toThrow('percent-encoded');
    },
  );

  test('with a bare % says the cure', () => {
    expect(() => settings('postgres://keeper:a%zz@db.example/m')).toThrow('%25');
  });

  test.each(['a:1,b:2', 'a,b', 'a:b:1', 'a:port', '[::1', '::1'])(
    'names one host, not %s',
    (hosts) => {
      expect(() => settings(`postgres://k@${hosts}/d`)).toThrow(InvalidSettings);
    },
  );

  test.each(['target_session_attrs', 'ssl', 'toString', 'constructor'])(
    'with the unknown parameter %s names it, and the known ones',
    (name) => {
      expect(() => parseDatabaseUrl(`${db}?${name}=x`)).toThrow(InvalidSettings);
      expect(() => parseDatabaseUrl(`${db}?${name}=x`)).toThrow(name);
      expect(() => parseDatabaseUrl(`${db}?${name}=x`)).toThrow('sslmode, sslrootcert');
    },
  );
});

describe('the environment', () => {
  const env = {
    PGHOST: 'env.example',
    PGPORT: '7000',
    PGUSER: 'env-user',
    PGPASSWORD: 'env-password',
    PGDATABASE: 'env-database',
    PGSSLMODE: 'require',
    PGCONNECT_TIMEOUT: '4',
  };

  test('says what no URL says', () => {
    expect(settings(null, env)).toMatchObject({
      host: 'env.example',
      port: 7000,
      user: 'env-user',
      password: 'env-password',
      database: 'env-database',
      sslMode: 'require',
      connectTimeoutMs: 4000,
    });
  });

  test('comes after the URL', () => {
    const url = 'postgres://u:p@h:1/d?sslmode=disable&connect_timeout=2';
    expect(settings(url, env)).toEqual(settings(url));
  });

  test('completes the URL', () => {
    expect(settings('postgres://h', env)).toMatchObject({
      host: 'h',
      port: 7000,
      password: 'env-password',
    });
  });

  test('counts as absent where it is empty', () => {
    const empty = Object.fromEntries(Object.keys(env).map((name) => [name, '']));
    expect(settings(db, empty)).toEqual(settings(db));
  });

  test('must name a host and a user between them', () => {
    expect(() => settings(null, {})).toThrow('host');
    expect(() => settings('postgres://h', {})).toThrow('user');
    expect(settings('postgres://h/d', {})).toMatchObject({ user: 'd', database: 'd' });
  });
});

describe('what cannot be right', () => {
  test.each(['0', '65536', '-1', '5.5', 'x'])('the port %s', (port) => {
    expect(() => settings(db, { PGPORT: port })).toThrow('from 1 to 65535');
  });

  test.each(['0', '-1', 'soon'])('the timeout %s', (timeout) => {
    expect(() => settings(`${db}?connect_timeout=${timeout}`)).toThrow('connect_timeout');
  });

  test('an unknown sslmode, which is told with the known ones', () => {
    expect(() => settings(`${db}?sslmode=on`)).toThrow(/verify-full.*\bon\b/);
  });

  test.each(['sslrootcert', 'sslcert', 'sslkey'])('a missing file of %s', (name) => {
    const file = join(directory, 'none.pem');
    expect(() => settings(`${db}?${name}=${file}`)).toThrow(name);
    expect(() => settings(`${db}?${name}=${file}`)).toThrow(file);
    expect(() => settings(`${db}?${name}=${file}`)).toThrow(InvalidSettings);
  });

  test('a key given as text is refused, and not repeated', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----';
    const reading = () => settings(db, { PGSSLKEY: key });
    expect(reading).toThrow(InvalidSettings);
    expect(reading).toThrow('sslkey');
    expect(reading).not.toThrow('MIGHAgEAMBMG');
  });
});

describe('sslmode', () => {
  test('is verify-full where a root certificate is given', () => {
    expect(settings(db, {}, 'a root')).toMatchObject({
      sslMode: 'verify-full',
      sslRootCert: 'a root',
    });
    expect(settings(`${db}?sslrootcert=${rootFile}`)).toMatchObject({
      sslMode: 'verify-full',
      sslRootCert: 'the root',
    });
  });

  test.each(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'])(
    'is %s where the URL says so, also with a root certificate',
    (mode) => {
      const { sslMode } = settings(`${db}?sslmode=${mode}`, {}, 'a root');
      expect(sslMode).toBe(mode);
    },
  );

  test.each(['verify-ca', 'verify-full'])('%s is refused without a root', (mode) => {
    expect(() => settings(`${db}?sslmode=${mode}`)).toThrow(InvalidSettings);
    expect(() => settings(`${db}?sslmode=${mode}`)).toThrow(/ssl-root-cert.*=system/);
  });

  test('is verify-full with the authorities of the system', () => {
    const expected = { sslMode: 'verify-full', sslRootCert: 'system' };
    expect(settings(`${db}?sslrootcert=system`)).toMatchObject(expected);
    expect(settings(db, { PGSSLROOTCERT: 'system' })).toMatchObject(expected);
  });

  test.each(['disable', 'prefer', 'require', 'verify-ca'])(
    '%s is refused with the authorities of the system',
    (mode) => {
      const url = `${db}?sslrootcert=system&sslmode=${mode}`;
      expect(() => settings(url)).toThrow('verify-full');
    },
  );

  test('takes the certificate of the input before any file', () => {
    const url = `${db}?sslrootcert=${join(directory, 'none.pem')}`;
    expect(settings(url, {}, 'a root').sslRootCert).toBe('a root');
  });

  test('reads the certificate and key of the client from their files', () => {
    const [cert, key] = [join(directory, 'c.crt'), join(directory, 'c.key')];
    writeFileSync(cert, 'the certificate');
    writeFileSync(key, 'the key');
    expect(settings(`${db}?sslcert=${cert}&sslkey=${key}`)).toMatchObject({
      sslCert: 'the certificate',
      sslKey: 'the key',
    });
  });
});
