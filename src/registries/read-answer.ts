import type { HttpAnswer } from './http.ts';
import { SourceFailed } from './source-failed.ts';

/** A JSON object of an answer; what its keys hold is not known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads an answer as a JSON object; throws `SourceFailed` where it is something else. */
export function jsonOf(answer: HttpAnswer, url: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(answer.text());
  } catch (error) {
    throw new SourceFailed(
      hostOf(url),
      `${hostOf(url)} answered something that is not JSON (asked for ${pathOf(url)})`,
      { cause: error },
    );
  }
  if (isObject(value)) return value;
  throw new SourceFailed(
    hostOf(url),
    `${hostOf(url)} answered JSON that is not an object (asked for ${pathOf(url)})`,
  );
}

/** What to throw for a status that no answer of this kind should have. */
export function unexpected(
  { status }: Pick<HttpAnswer, 'status'>,
  url: string,
): SourceFailed {
  const host = hostOf(url);
  return new SourceFailed(host, `${host} answered ${status} (asked for ${pathOf(url)})`, {
    status,
  });
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a key that the object itself has, if it is a string. */
export function textAt(object: unknown, key: string): string | null {
  const value = valueAt(object, key);
  return typeof value === 'string' ? value : null;
}

/** The value of a key that the object itself has: not `constructor`. */
export function valueAt(object: unknown, key: string): unknown {
  return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;
}

export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? 'the source';
}

function pathOf(url: string): string {
  return (URL.parse(url)?.pathname ?? '/').slice(0, 200);
}
