import fs from 'node:fs/promises';
import path from 'node:path';
import { defaultHba, type Settings, writeHba } from './postgres-configuration.ts';
import { initializeDataDirectory, type ServerPlace } from './postgres-server.ts';
import { giveTo } from './server-user.ts';

export interface ServerTls {
  /** PEM texts. */
  readonly certificate: string;
  readonly key: string;
  /** Who signs the certificates of clients. */
  readonly ca?: string;
}

/** Makes the data directory where there is none yet, and sets who gets in. */
export async function prepareDataDirectory(
  place: ServerPlace,
  { hba, standby }: { readonly hba?: string; readonly standby?: true },
) {
  const { dataDirectory } = place;
  await fs.mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  await giveTo(place.user, dataDirectory);
  const isNew = (await fs.readdir(dataDirectory)).length === 0;
  if (isNew) await initializeDataDirectory(place);
  if (isNew || hba !== undefined) {
    await writeHba(dataDirectory, hba ?? defaultHba);
  }
  if (standby) await fs.writeFile(path.join(dataDirectory, 'standby.signal'), '');
}

/** Writes the server's certificate and key; returns the settings for them. */
export async function writeTls(
  { socketDirectory, user }: ServerPlace,
  tls: ServerTls,
): Promise<Settings> {
  const certificate = path.join(socketDirectory, 'server.crt');
  const key = path.join(socketDirectory, 'server.key');
  await fs.writeFile(certificate, tls.certificate);
  await fs.writeFile(key, tls.key, { mode: 0o600 });
  await giveTo(user, key);
  const files = { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key };
  if (tls.ca === undefined) return files;
  const ca = path.join(socketDirectory, 'ca.crt');
  await fs.writeFile(ca, tls.ca);
  return { ...files, ssl_ca_file: ca };
}
