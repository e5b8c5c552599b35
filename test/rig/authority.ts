import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export interface KeyPair {
  /** PEM text. */
  readonly certificate: string;
  /** PEM text. */
  readonly key: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  readonly usage: 'serverAuth' | 'clientAuth';
  /** In OpenSSL's words: `DNS:localhost,IP:127.0.0.1`. */
  readonly subjectAltName?: string;
  /** Default an hour ago. */
  readonly notBefore?: Date;
  /** Default tomorrow. */
  readonly notAfter?: Date;
}

export interface CertificateAuthority extends AsyncDisposable {
  /** PEM text. */
  readonly certificate: string;
  /** Signs one certificate; one at a time. */
  issue(request: CertificateRequest): Promise<KeyPair>;
}

const hourMs = 3_600_000;
const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'.split(' ');

const configuration = `
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ca]
default_ca = authority
[authority]
database = index.txt
rand_serial = yes
unique_subject = no
new_certs_dir = .
certificate = root.crt
private_key = root.key
default_md = sha256
policy = policy
[policy]
commonName = supplied
`;

/** Creates a root certificate with the `openssl` program. */
export async function createAuthority(): Promise<CertificateAuthority> {
  await using unfinished = new AsyncDisposableStack();
  const cwd = await fs.mkdtemp(path.join(os.tmpdir(), 'matchbook-tls-'));
  unfinished.defer(() => fs.rm(cwd, { recursive: true, force: true }));
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd });
  const write = (name: string, text: string) => fs.writeFile(path.join(cwd, name), text);
  const read = (name: string) => fs.readFile(path.join(cwd, name), 'utf8');
  await write('openssl.cnf', configuration);
  await write('index.txt', '');
  await openssl(
    ...['req', '-config', 'openssl.cnf', '-x509', '-extensions', 'root'],
    ...['-subj', '/CN=Matchbook test root', '-days', '30', ...newKey],
    ...['-keyout', 'root.key', '-out', 'root.crt'],
  );
  const issue = async (request: CertificateRequest): Promise<KeyPair> => {
    const {
      notBefore = new Date(Date.now() - hourMs),
      notAfter = new Date(Date.now() + 24 * hourMs),
    } = request;
    await write('extensions.cnf', extensions(request));
    await openssl(
      ...['req', '-config', 'openssl.cnf', '-new', ...newKey],
      ...['-subj', `/CN=${request.commonName}`],
      ...['-keyout', 'leaf.key', '-out', 'leaf.csr'],
    );
    await openssl(
      ...['ca', '-config', 'openssl.cnf', '-batch', '-notext'],
      ...['-extfile', 'extensions.cnf', '-in', 'leaf.csr', '-out', 'leaf.crt'],
      ...['-startdate', opensslTime(notBefore)],
      ...['-enddate', opensslTime(notAfter)],
    );
    return { certificate: await read('leaf.crt'), key: await read('leaf.key') };
  };
  const resources = unfinished.move();
  return {
    certificate: await read('root.crt'),
    issue,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function extensions({ usage, subjectAltName }: CertificateRequest): string {
  const names = subjectAltName ? [`subjectAltName = ${subjectAltName}`] : [];
  return [
    'basicConstraints = critical,CA:false',
    `extendedKeyUsage = ${usage}`,
    ...names,
  ].join('\n');
}

/** `20200101000000Z` */
function opensslTime(time: Date): string {
  return `${time.toISOString().replace(/[-:T]|\..*/g, '')}Z`;
}
