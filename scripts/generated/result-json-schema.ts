import { z } from 'zod';
import { resultSchema } from '../../src/core/result-schema.ts';

/** Makes `docs/result.schema.json`, the JSON Schema of a result. */
export function resultJsonSchema(): string {
  const schema = {
    title: 'Result of a maintenance run',
    description: 'Made from src/core/result-schema.ts by `npm run generate`.',
    ...z.toJSONSchema(resultSchema),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
