import type { PublishedDependency, PublishedVersion } from '../dependencies/model.ts';
import { isObject, type JsonObject, textAt, valueAt } from './read-answer.ts';

/** The newest format of a line whose meaning is known: that with `features2`. */
const newestFormat = 2;

/**
 * The fields of a line that are asked of every version. No string of JSON can look like one
 * of them, for in a string the quotation mark has a backslash before it, and in `features`
 * every value is a list.
 */
const head =
  /"(vers|cksum|rust_version|pubtime)": ?"([^"\\]*)"|"(yanked)": ?(true|false)|"(v)": ?(\d+)/g;

/**
 * Reads one line of the index; null where it is none, or of a format not known. A line has
 * the dependencies and features of one version, and the index hundreds of lines a crate,
 * of which one is in use: so these are read when they are asked for.
 */
export function publishedCrate(line: string): PublishedVersion | null {
  if (!line.startsWith('{') || !line.trimEnd().endsWith('}')) return null;
  const fields = new Map<string, string>();
  for (const [, text, value, flag, word, format, digits] of line.matchAll(head)) {
    fields.set(text ?? flag ?? format ?? '', value ?? word ?? digits ?? '');
  }
  const version = fields.get('vers');
  if (!version || Number(fields.get('v') ?? 1) > newestFormat) return null;
  let details: Details | null = null;
  return {
    version,
    yanked: fields.get('yanked') === 'true',
    deprecated: null,
    publishedAt: fields.get('pubtime') ?? null,
    needs: fields.get('rust_version') ?? null,
    integrity: fields.get('cksum') ?? null,
    hasInstallScript: false,
    get dependencies() {
      details ??= detailsOf(line);
      return details.dependencies;
    },
    get features() {
      details ??= detailsOf(line);
      return details.features;
    },
  };
}

type Details = Pick<PublishedVersion, 'dependencies' | 'features'>;

function detailsOf(line: string): Details {
  let record: JsonObject = {};
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) record = value;
  } catch {
    // What is no JSON has neither.
  }
  const dependencies = valueAt(record, 'deps');
  return {
    dependencies: Array.isArray(dependencies) ? dependencies.flatMap(dependencyOf) : [],
    features: featuresOf(record),
  };
}

function dependencyOf(record: unknown): PublishedDependency[] {
  const alias = textAt(record, 'name');
  if (!alias) return [];
  const kind = textAt(record, 'kind');
  return [
    {
      alias,
      package: textAt(record, 'package') ?? alias,
      requirement: textAt(record, 'req') ?? '*',
      scope: kind === 'dev' || kind === 'build' ? kind : 'runtime',
      optional: valueAt(record, 'optional') === true,
      features: texts(valueAt(record, 'features')),
      defaultFeatures: valueAt(record, 'default_features') !== false,
      target: textAt(record, 'target'),
    },
  ];
}

/** `features2` has those whose syntax old versions of cargo do not know. */
function featuresOf(record: JsonObject): PublishedVersion['features'] {
  // The names are anybody's, and may be those of what every object has.
  const features: Record<string, readonly string[]> = Object.create(null);
  for (const key of ['features', 'features2']) {
    const table = valueAt(record, key);
    if (!isObject(table)) continue;
    for (const [name, activates] of Object.entries(table)) {
      features[name] = [...(features[name] ?? []), ...texts(activates)];
    }
  }
  return features;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
