import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '../core/message-of.ts';
import { AdvisoriesUnavailable, type OsvEcosystem } from './advisory.ts';
import type { Collector } from './collector.ts';
import { type Bytes, bytesOfFile } from './zip-bytes.ts';
import { eachJson, zipLimits } from './zip-entries.ts';

/** Puts every record of a zip into the collector. Throws `AdvisoriesUnavailable`. */
export async function collectZip(
  bytes: Bytes,
  place: string,
  collector: Collector,
  signal: AbortSignal,
): Promise<void> {
  try {
    const take = (text: string | null) => {
      if (text === null) collector.addUnreadable();
      else collector.addText(text);
    };
    await eachJson(bytes, take, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AdvisoriesUnavailable) throw error;
    throw new AdvisoriesUnavailable(
      place,
      `it is not a zip, or is damaged: ${messageOf(error)}. Download it again.`,
      { cause: error },
    );
  }
}

/**
 * Puts the records of a directory into the collector. It may hold `all.zip` or records, as
 * files, each at the top or in a folder of the ecosystem; the cache of osv-scanner
 * (`osv-scanner/<ecosystem>/all.zip`); or a clone of the branch `osv` of
 * rustsec/advisory-db (`crates/<name>/…`). All that is there is read. Throws
 * `AdvisoriesUnavailable`.
 */
export async function collectDirectory(
  directory: string,
  ecosystem: OsvEcosystem,
  names: Iterable<string>,
  collector: Collector,
  signal: AbortSignal,
): Promise<void> {
  const places = [
    directory,
    path.join(directory, ecosystem),
    path.join(directory, 'osv-scanner', ecosystem),
  ];
  for (const place of places) {
    const zip = path.join(place, 'all.zip');
    if (existsSync(zip)) {
      using bytes = opened(zip);
      await collectZip(bytes, zip, collector, signal);
    }
    await collectFiles(place, collector, signal);
  }
  if (ecosystem === 'crates.io') {
    await collectCrates(path.join(directory, 'crates'), names, collector, signal);
  }
}

async function collectFiles(
  place: string,
  collector: Collector,
  signal: AbortSignal,
): Promise<void> {
  const names = existsSync(place) ? listed(place) : [];
  for (const [index, name] of names.entries()) {
    if (index % 1000 === 0) await nextTurn();
    signal.throwIfAborted();
    if (isJson(name)) collectFile(path.join(place, name), collector);
  }
}

/** A folder for each crate: only those of the crates wanted are read. */
async function collectCrates(
  place: string,
  names: Iterable<string>,
  collector: Collector,
  signal: AbortSignal,
): Promise<void> {
  const folders = existsSync(place) ? listed(place) : [];
  // The branch `main` has the same folders, with records of another format in them.
  if (!folders.some((name) => listed(path.join(place, name)).some(isJson))) return;
  collector.sawEcosystem = true;
  const there = new Set(folders);
  // A name that is there is the name of a folder, and leads nowhere else.
  for (const name of names) {
    if (there.has(name)) await collectFiles(path.join(place, name), collector, signal);
  }
}

function isJson(name: string): boolean {
  return name.endsWith('.json');
}

function collectFile(file: string, collector: Collector): void {
  try {
    const stats = statSync(file);
    if (!stats.isFile()) return;
    if (stats.size > zipLimits.entryBytes) collector.addUnreadable();
    else collector.addText(readFileSync(file, 'utf8'));
  } catch (error) {
    throw unreadable(file, error);
  }
}

function listed(directory: string): string[] {
  try {
    return statSync(directory).isDirectory() ? readdirSync(directory).sort() : [];
  } catch (error) {
    throw unreadable(directory, error);
  }
}

/** Opens a file to read. Throws `AdvisoriesUnavailable`. */
export function opened(file: string): Bytes {
  try {
    return bytesOfFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): Error {
  if (error instanceof AdvisoriesUnavailable) return error;
  return new AdvisoriesUnavailable(
    file,
    `${messageOf(error)}. Check that it is there and that the runner may read it.`,
    { cause: error },
  );
}
