import type { Archive } from '../../../pg-dump/archive.ts';

/** What the session of the dump had set, as far as the text of its rows depends on it. */
export interface DumpSettings {
  readonly encoding: string;
  readonly timeZone: string;
  readonly byteaOutput: string;
}

/**
 * Finds out how pg_dump had the rows printed. It sets most itself; the time zone and the
 * form of bytea come from the server, and are known where they were set for the database.
 */
export function dumpSettings({ entries }: Archive): DumpSettings {
  const ofText = entries.find(({ kind }) => kind === 'ENCODING')?.definition ?? '';
  const properties =
    entries.find(({ kind }) => kind === 'DATABASE PROPERTIES')?.definition ?? '';
  return {
    encoding: /^SET client_encoding = '([\w-]+)';/m.exec(ofText)?.[1] ?? 'UTF8',
    timeZone: property(properties, '"?TimeZone"?') ?? 'UTC',
    byteaOutput: property(properties, 'bytea_output') ?? 'hex',
  };
}

function property(definition: string, name: string): string | null {
  const form = `^ALTER DATABASE .+ SET ${name} TO '([\\w/+-]+)';`;
  return new RegExp(form, 'im').exec(definition)?.[1] ?? null;
}
