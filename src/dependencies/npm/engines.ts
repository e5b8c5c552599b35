import { bounded, isJsonObject } from './json.ts';

/**
 * The range of Node.js versions that the `engines` of a package ask for; null where it asks
 * for none. Packages of the first years write `["node >= 0.8"]`.
 */
export function nodeEngines(engines: unknown, path: string): string | null {
  if (Array.isArray(engines)) {
    const texts = engines.filter((text) => typeof text === 'string');
    const node = texts.find((text) => text.startsWith('node '));
    return node === undefined ? null : bounded(node.slice('node '.length), path);
  }
  if (!isJsonObject(engines)) return null;
  const range = engines['node'];
  return typeof range === 'string' && range !== '' ? bounded(range, path) : null;
}
