import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, runModule } from './command.ts';
import { root } from './root.ts';

/** GitHub's own description of its API. Too big to be a dependency: 385 MB. */
const source = '@octokit/openapi@23.0.2';
const license = 'MIT, Copyright (c) 2020 Octokit contributors';

const repository = '/repos/{owner}/{repo}';
const wanted = [
  ['get', repository],
  ['get', `${repository}/activity`],
  ['get', `${repository}/issues`],
  ['post', `${repository}/issues`],
  ['get', `${repository}/issues/{issue_number}`],
  ['patch', `${repository}/issues/{issue_number}`],
  ['get', `${repository}/issues/{issue_number}/comments`],
  ['post', `${repository}/issues/{issue_number}/comments`],
  ['patch', `${repository}/issues/comments/{comment_id}`],
  ['get', `${repository}/labels`],
  ['post', `${repository}/labels`],
  ['get', `${repository}/pulls/{pull_number}`],
  ['get', `${repository}/pulls/{pull_number}/commits`],
  ['get', `${repository}/pulls/{pull_number}/reviews`],
  ['post', `${repository}/pulls/{pull_number}/reviews`],
  ['put', `${repository}/pulls/{pull_number}/reviews/{review_id}/dismissals`],
  ['get', `${repository}/compare/{basehead}`],
  ['get', `${repository}/contents/{path}`],
  ['get', `${repository}/git/trees/{tree_sha}`],
  ['get', `${repository}/git/blobs/{file_sha}`],
] as const;

type Json = Readonly<Record<string, unknown>>;

/** What says nothing about whether a value is right. */
const notes = new Set([
  ...['example', 'examples', 'x-github', 'externalDocs', 'description', 'discriminator'],
  ...['deprecated', 'xml', 'title', 'default', 'readOnly', 'nullable'],
]);

/**
 * Cuts the operations that the stand-in serves out of GitHub's OpenAPI description, with
 * the schemas that they refer to, as JSON Schema.
 */
export function slice(description: Json): Json {
  const schemas: Record<string, unknown> = {};

  /** Follows a reference within the description. */
  function resolve(value: unknown): Json {
    const reference = (value as Json)['$ref'];
    if (typeof reference !== 'string') return value as Json;
    const path = reference.replace(/^#\//, '').split('/');
    return path.reduce((at, key) => at[key] as Json, description);
  }

  function refer(reference: string): Json {
    const name = reference.split('/').at(-1) as string;
    if (!(name in schemas)) {
      schemas[name] = null;
      schemas[name] = toJsonSchema(resolve({ $ref: reference }));
    }
    return { $ref: `api#/schemas/${name}` };
  }

  function toJsonSchema(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(toJsonSchema);
    if (value === null || typeof value !== 'object') return value;
    const schema = value as Json;
    if (typeof schema['$ref'] === 'string') return refer(schema['$ref']);
    const converted: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(schema)) {
      if (notes.has(key)) continue;
      if (key === 'properties') converted[key] = mapValues(part as Json, toJsonSchema);
      else if (key === 'enum' || key === 'required') converted[key] = part;
      else converted[key] = toJsonSchema(part);
    }
    return schema['nullable'] === true ? orNull(converted) : converted;
  }

  const operations = wanted.map(([method, path]) => {
    const operation = resolve((description['paths'] as Record<string, Json>)[path])[
      method
    ] as Json;
    const parameters = operation['parameters'] as unknown[];
    return {
      operationId: operation['operationId'],
      method,
      path,
      parameters: parameters.map(resolve).map((parameter) => ({
        name: parameter['name'],
        in: parameter['in'],
        required: parameter['required'] === true,
        schema: toJsonSchema(parameter['schema']),
      })),
      body: operation['requestBody']
        ? toJsonSchema(jsonContent(operation['requestBody'] as Json))
        : null,
      responses: mapValues(operation['responses'] as Json, (response) =>
        toJsonSchema(jsonContent(resolve(response))),
      ),
    };
  });
  return { source, license, operations, schemas };
}

/** OpenAPI 3.0 says `nullable`, JSON Schema has a type for it. */
function orNull(schema: Record<string, unknown>): Json {
  const isPlain = typeof schema['type'] === 'string' && !('enum' in schema);
  if (isPlain) return { ...schema, type: [schema['type'], 'null'] };
  return { anyOf: [{ type: 'null' }, schema] };
}

function jsonContent(part: Json): unknown {
  const content = part['content'] as Record<string, Json> | undefined;
  return content?.['application/json']?.['schema'] ?? null;
}

function mapValues(record: Json, change: (value: unknown) => unknown): Json {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, change(value)]),
  );
}

async function download(): Promise<Json> {
  const directory = await mkdtemp(join(tmpdir(), 'api-slice-'));
  try {
    const { code, output } = await runCommand('npm', [
      ...['pack', source, '--silent', '--pack-destination', directory],
    ]);
    if (code !== 0) throw new Error(`npm pack ${source} failed:\n${output}`);
    const file = 'package/generated/api.github.com.json';
    const archive = join(directory, output.trim().split('\n').at(-1) as string);
    await runCommand('tar', ['-xzf', archive, '-C', directory, file]);
    return JSON.parse(await readFile(join(directory, file), 'utf8')) as Json;
  } finally {
    await rm(directory, { recursive: true });
  }
}

if (import.meta.main) {
  const file = join(root, 'test/rig/github/api-slice.json');
  await writeFile(file, JSON.stringify(slice(await download()), null, 2));
  await runModule('@biomejs/biome/bin/biome', ['format', '--write', file]);
}
