/** JSON Schema, as far as GitHub's description makes use of it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

type Resolve = (schema: JsonSchema) => JsonSchema;

const scalars: Readonly<Record<string, unknown>> = {
  boolean: false,
  integer: 0,
  number: 0,
  array: [],
  string: '',
};

/**
 * Fills in what a schema requires and a value does not have, with the least that the
 * schema allows: GitHub's answers have dozens of members that nobody here looks at.
 */
export function filledIn(schema: JsonSchema, value: unknown, resolve: Resolve): unknown {
  const { properties = {}, required = [], items, ...rest } = alternativeFor(value);
  if (value === undefined) return least();
  if (Array.isArray(value)) {
    return items ? value.map((item) => filledIn(items, item, resolve)) : value;
  }
  if (value === null || typeof value !== 'object') return value;
  const members = value as Readonly<Record<string, unknown>>;
  const names = new Set([...required, ...Object.keys(members)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const property = properties[name];
      const member = members[name];
      return [name, property ? filledIn(property, member, resolve) : member];
    }),
  );

  function alternativeFor(given: unknown): JsonSchema {
    const resolved = resolve(schema);
    const alternatives = (resolved.oneOf ?? resolved.anyOf ?? []).map(resolve);
    if (alternatives.length === 0) return resolved;
    const kind = kindOf(given);
    const fitting = alternatives.find((one) => typesOf(one).includes(kind));
    return fitting ?? (alternatives[0] as JsonSchema);
  }

  function least(): unknown {
    const resolved = { properties, required, ...rest };
    const [type = 'null'] = typesOf(resolved);
    if (typesOf(resolved).includes('null')) return null;
    if (rest.enum) return rest.enum[0];
    if (type === 'object') return filledIn(schema, {}, resolve);
    if (rest.format === 'date-time') return '2026-01-01T00:00:00Z';
    if (rest.format === 'uri') return 'https://github.example/';
    return scalars[type];
  }
}

function typesOf({ type, properties }: JsonSchema): readonly string[] {
  if (type === undefined) return properties ? ['object'] : [];
  return typeof type === 'string' ? [type] : type;
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
