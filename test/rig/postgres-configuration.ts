import fs from 'node:fs/promises';
import path from 'node:path';

export type Settings = Readonly<Record<string, string>>;

/** The rig's own way in, whatever else a test's pg_hba.conf says. */
const superuserThroughSocket = 'local all postgres trust';

/** Superuser without a password, everyone else with one over TCP. */
export const defaultHba = `
local all         all                   trust
local replication all                   trust
host  all         postgres 127.0.0.1/32 trust
host  replication postgres 127.0.0.1/32 trust
host  all         all      127.0.0.1/32 scram-sha-256
`;

/** Replaces pg_hba.conf; the superuser can always enter by the socket. */
export async function writeHba(dataDirectory: string, hba: string) {
  const file = path.join(dataDirectory, 'pg_hba.conf');
  await fs.writeFile(file, `${superuserThroughSocket}\n${hba.trim()}\n`);
}

/**
 * Writes the settings of this start. A file of its own, because settings on the
 * command line would win over a test's `alter system`.
 */
export async function writeSettings(dataDirectory: string, settings: Settings) {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = ${quote(value)}\n`,
  );
  await fs.writeFile(path.join(dataDirectory, 'rig.conf'), lines);
  const main = path.join(dataDirectory, 'postgresql.conf');
  const include = "include_if_exists = 'rig.conf'\n";
  if ((await fs.readFile(main, 'utf8')).includes(include)) return;
  await fs.appendFile(main, `\n${include}`);
}

function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
