import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { filledIn, type JsonSchema } from './json-schema.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: JsonSchema;
}

interface DescribedOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: JsonSchema | null;
  readonly responses: Readonly<Record<string, JsonSchema | null>>;
}

interface ApiSlice {
  readonly operations: readonly DescribedOperation[];
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

/** What is wrong with a value; empty where nothing is. */
export type Mismatch = Pick<
  ErrorObject,
  'instancePath' | 'keyword' | 'message' | 'params'
>;

const slice: ApiSlice = JSON.parse(
  readFileSync(new URL('api-slice.json', import.meta.url), 'utf8'),
);

const strictly = new Ajv({ strict: false, allErrors: true, logger: false });
/** Parameters come as text. */
const fromText = new Ajv({
  ...{ strict: false, allErrors: true, logger: false },
  coerceTypes: true,
});
for (const ajv of [strictly, fromText]) {
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'api', schemas: slice.schemas });
}

/** One operation of GitHub's API, as GitHub describes it. */
export class Operation {
  readonly id: string;
  readonly #described: DescribedOperation;
  readonly #pattern: RegExp;
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(described: DescribedOperation) {
    this.id = described.operationId;
    this.#described = described;
    this.#pattern = new RegExp(
      `^${described.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`,
    );
  }

  /** The parameters in a path, or `null` where it is not this operation's. */
  match(method: string, path: string): Record<string, string> | null {
    if (method.toLowerCase() !== this.#described.method) return null;
    const groups = this.#pattern.exec(path)?.groups;
    if (!groups) return null;
    return Object.fromEntries(
      Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]),
    );
  }

  /** Checks parameters, and turns texts into the numbers that they stand for. */
  checkParameters(kind: Parameter['in'], values: Record<string, unknown>): Mismatch[] {
    const parameters = this.#described.parameters.filter((one) => one.in === kind);
    const schema = {
      type: 'object',
      properties: Object.fromEntries(parameters.map((one) => [one.name, one.schema])),
      required: parameters.filter((one) => one.required).map((one) => one.name),
      additionalProperties: false,
    };
    return this.#check(kind, fromText, schema, values);
  }

  /** Checks a body. GitHub passes over a field that it does not know; here it is wrong. */
  checkBody(body: unknown): Mismatch[] {
    const schema = this.#described.body;
    if (!schema) return body === undefined ? [] : [mismatch('takes no body')];
    return this.#check(
      'body',
      strictly,
      { ...schema, additionalProperties: false },
      body,
    );
  }

  /** Makes an answer whole. */
  fillIn(status: number, body: unknown): unknown {
    const schema = this.#described.responses[status];
    return schema ? filledIn(schema, body, resolve) : body;
  }

  /** Checks an answer: as it is described, or as GitHub writes errors everywhere. */
  checkAnswer(status: number, body: unknown): Mismatch[] {
    const schema = this.#described.responses[status];
    if (schema) return this.#check(String(status), strictly, schema, body);
    if (status < 400) return [mismatch(`has no answer with status ${status}`)];
    return this.#check('error', strictly, { $ref: 'api#/schemas/basic-error' }, body);
  }

  #check(name: string, ajv: Ajv, schema: object, value: unknown): Mismatch[] {
    // Compiled when it is first needed: all of them together take a second.
    const validate = this.#validators.get(name) ?? ajv.compile(schema);
    this.#validators.set(name, validate);
    return validate(value) ? [] : (validate.errors ?? []);
  }
}

/** Every operation that the stand-in knows. */
export const operations = slice.operations.map((described) => new Operation(described));

function resolve(schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const name = schema.$ref.replace('api#/schemas/', '');
  return slice.schemas[name] as JsonSchema;
}

function mismatch(message: string): Mismatch {
  return { instancePath: '', keyword: 'described', message, params: {} };
}
