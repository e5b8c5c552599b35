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

const leastValues: Readonly<Record<string, unknown>> = {
  object: {},
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
  const { allOf, ...fitting } = alternativeFor(resolve(schema), value, resolve);
  if (allOf) return allOf.reduce((whole, part) => filledIn(part, whole, resolve), value);
  if (value === undefined) {
    const least = leastOf(fitting);
    return least === null ? null : filledIn(fitting, least, resolve);
  }
  if (Array.isArray(value)) {
    const { items } = fitting;
    return items ? value.map((item) => filledIn(items, item, resolve)) : value;
  }
  if (value === null || typeof value !== 'object') return value;
  const { properties = {}, required = [] } = fitting;
  const members = value as Readonly<Record<string, unknown>>;
  const names = new Set([...required, ...Object.keys(members)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const property = properties[name];
      const member = members[name];
      return [name, property ? filledIn(property, member, resolve) : member];
    }),
  );
}

/** Of several schemas the one that a value can be of. */
function alternativeFor(
  schema: JsonSchema,
  value: unknown,
  resolve: Resolve,
): JsonSchema {
  const alternatives = alternativesOf(schema, resolve);
  const kind = value === undefined || value === null ? 'null' : typeof value;
  const isOfKind = (one: JsonSchema) =>
    typesOf(one).includes(Array.isArray(value) ? 'array' : kind);
  return alternatives.find(isOfKind) ?? alternatives[0] ?? schema;
}

/** The alternatives of a schema, and of those the ones that they have themselves. */
function alternativesOf(schema: JsonSchema, resolve: Resolve): JsonSchema[] {
  return (schema.oneOf ?? schema.anyOf ?? []).map(resolve).flatMap((one) => {
    const own = alternativesOf(one, resolve);
    return own.length > 0 ? own : [one];
  });
}

function leastOf(schema: JsonSchema): unknown {
  const [type = 'null', ...others] = typesOf(schema);
  if ([type, ...others].includes('null')) return null;
  if (schema.enum) return schema.enum[0];
  if (schema.format === 'date-time') return '2026-01-01T00:00:00Z';
  if (schema.format === 'uri') return 'https://github.example/';
  return leastValues[type];
}

function typesOf({ type, properties }: JsonSchema): readonly string[] {
  if (type === undefined) return properties ? ['object'] : [];
  return typeof type === 'string' ? [type] : type;
}
