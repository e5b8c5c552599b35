import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { InvalidInputs, readInputs } from '../../src/core/inputs.ts';
import { s3Inputs, s3Url } from '../../src/s3/inputs.ts';

const spec = { ...s3Inputs, 'archive-to': s3Url({ description: 'Where to.' }) };

async function read(given: Record<string, string>) {
  try {
    return await readInputs(spec, (name) => given[name] ?? '');
  } catch (error) {
    if (!(error instanceof InvalidInputs)) throw error;
    return error.message;
  }
}

describe('the inputs of a task on S3', () => {
  test('may all be left to the environment', async () => {
    expect(await read({})).toEqual({
      'endpoint-url': null,
      region: null,
      'archive-to': null,
    });
  });

  test('are read', async () => {
    const given = {
      'endpoint-url': 'https://s3.example/',
      region: 'eu-central-1',
      'archive-to': 's3://archive/trades',
    };
    expect(await read(given)).toEqual({
      'endpoint-url': 'https://s3.example',
      region: 'eu-central-1',
      'archive-to': { bucket: 'archive', prefix: 'trades/' },
    });
  });

  test.each([
    ['endpoint-url', 's3.example', 'such as https://s3.example'],
    ['region', 'eu central', '`eu-central-1`'],
    ['region', 'eu-central-1.amazonaws.com', '`eu-central-1`'],
    ['archive-to', 's3://Archive/', 'lower-case'],
  ])('%s is not %j: %s', async (name, text, told) => {
    const message = await read({ [name]: text });
    expect(message).toContain(`- ${name}: cannot read ${JSON.stringify(text)}`);
    expect(message).toContain(told);
  });
});

test('only the store itself loads the SDK', async () => {
  const others = ['inputs', 's3-url', 's3-failure', 's3-secrets', 'download'];
  expect(await modulesOfSdk(...others)).toBe(0);
  expect(await modulesOfSdk('object-store')).toBeGreaterThan(0);
});

async function modulesOfSdk(...names: string[]): Promise<number> {
  const urls = names.map((name) =>
    new URL(`../../src/s3/${name}.ts`, import.meta.url).toString(),
  );
  const script = `Promise.all(${JSON.stringify(urls)}.map((url) => import(url))).then(() =>
    console.log(Object.keys(require.cache).filter((file) => file.includes('@aws-sdk')).length))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script]);
  return Number(stdout);
}
