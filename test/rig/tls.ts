import { type CertificateRequest, createAuthority, type KeyPair } from './authority.ts';

export type { KeyPair } from './authority.ts';

export interface Certificates {
  /** The root's certificate, as PEM text. */
  readonly ca: string;
  /** For `localhost` and 127.0.0.1. */
  readonly server: KeyPair;
  /** Valid, but for `db.example` only. */
  readonly otherName: KeyPair;
  /** For `localhost` and 127.0.0.1, but of the year 2020. */
  readonly expired: KeyPair;
  readonly client: KeyPair;
}

/** Makes a root and what it signs; `clientName` is the client's CN. */
export async function makeCertificates(
  clientName = 'maintenance',
): Promise<Certificates> {
  await using authority = await createAuthority();
  return {
    ca: authority.certificate,
    server: await authority.issue(localhost),
    otherName: await authority.issue({
      commonName: 'db.example',
      usage: 'serverAuth',
      subjectAltName: 'DNS:db.example',
    }),
    expired: await authority.issue({
      ...localhost,
      notBefore: new Date('2020-01-01T00:00:00Z'),
      notAfter: new Date('2020-12-31T00:00:00Z'),
    }),
    client: await authority.issue({ commonName: clientName, usage: 'clientAuth' }),
  };
}

const localhost: CertificateRequest = {
  commonName: 'localhost',
  usage: 'serverAuth',
  subjectAltName: 'DNS:localhost,IP:127.0.0.1',
};
