import { hash } from 'node:crypto';
import { judgeCrate } from './crate-archive.ts';
import { indexPrefix, isCrateName } from './crates-index.ts';
import type { Endpoints } from './endpoints.ts';
import type { Http } from './http.ts';
import { hostOf, jsonOf, textAt, unexpected } from './read-answer.ts';
import { SourceFailed } from './source-failed.ts';

/** What a crate runs on the machine that builds it. */
export interface CrateContents {
  readonly hasBuildScript: boolean;
  readonly isProcMacro: boolean;
}

/** Twice what crates.io takes. */
const largestCrateBytes = 20 * 1024 ** 2;

/**
 * Downloads a crate and looks into it; nothing of it is run or written. Null where it is not
 * there, or its manifest cannot be read. Throws `SourceFailed`, also where its sha256 is not
 * `checksum` (hexadecimal, as in Cargo.lock).
 */
export async function crateContents(
  name: string,
  version: string,
  checksum: string,
  http: Http,
  endpoints: Endpoints,
  signal: AbortSignal,
): Promise<CrateContents | null> {
  if (!isCrateName(name) || !/^\d[\w.+-]{0,100}$/.test(version)) return null;
  const template = await downloadTemplate(http, endpoints, signal);
  const url = downloadUrl(template, name, version, checksum);
  const answer = await http.get(url, { signal, maxBytes: largestCrateBytes });
  // The bucket behind crates.io answers 403 for what it does not have.
  if ([403, 404, 410, 451].includes(answer.status)) return null;
  if (answer.status !== 200) throw unexpected(answer, url);
  const crate = answer.bytes();
  if (hash('sha256', crate) !== checksum.toLowerCase()) {
    const message = `${hostOf(url)} answered a crate ${name} ${version} whose sha256 is not ${checksum.slice(0, 64)}`;
    throw new SourceFailed(hostOf(url), message);
  }
  return judgeCrate(crate, `${name}-${version}`);
}

const templates = new WeakMap<Http, Promise<string>>();

function downloadTemplate(
  http: Http,
  endpoints: Endpoints,
  signal: AbortSignal,
): Promise<string> {
  const template = templates.get(http) ?? askForTemplate(http, endpoints, signal);
  templates.set(http, template);
  return template;
}

async function askForTemplate(
  http: Http,
  { crates }: Endpoints,
  signal: AbortSignal,
): Promise<string> {
  const url = `${crates}/config.json`;
  const answer = await http.get(url, { signal, maxBytes: 1024 ** 2 });
  if (answer.status !== 200) throw unexpected(answer, url);
  const template = textAt(jsonOf(answer, url), 'dl');
  if (template !== null && URL.canParse(template)) return template;
  throw new SourceFailed(hostOf(url), `${hostOf(url)} does not say where crates are`);
}

/** Fills in `dl` of an index's config.json (the Cargo book, "Index Format"). */
export function downloadUrl(
  template: string,
  name: string,
  version: string,
  checksum: string,
): string {
  const markers = new Map([
    ['{crate}', name],
    ['{version}', version],
    ['{prefix}', indexPrefix(name)],
    ['{lowerprefix}', indexPrefix(name.toLowerCase())],
    ['{sha256-checksum}', checksum],
  ]);
  const pattern = /\{(?:crate|version|prefix|lowerprefix|sha256-checksum)\}/g;
  const isPlain = template.search(pattern) < 0;
  const whole = isPlain ? `${template}/{crate}/{version}/download` : template;
  return whole.replace(pattern, (marker) => encodePath(markers.get(marker) ?? marker));
}

function encodePath(text: string): string {
  return text.split('/').map(encodeURIComponent).join('/');
}
