import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';

const schema = JSON.parse(
  readFileSync(new URL('../docs/result.schema.json', import.meta.url), 'utf8'),
);
const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);

/** Holds a result against `docs/result.schema.json`. */
export function expectValidResult(result: unknown): void {
  validate(result);
  expect(validate.errors ?? []).toEqual([]);
}
