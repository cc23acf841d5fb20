import { z } from 'zod';

/** Where the schema of a settings file for editors is. */
export function schemaFileOf(file: string): string {
  return `docs/${file.replace(/\.(?:yaml|json)$/, '')}.schema.json`;
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** One field that holds a value: `a.b`, `a.<id>.b` for maps of objects, `a[].b` for lists of objects behind the list itself. */
export interface Field {
  readonly path: string;
  readonly schema: JsonSchema;
}

/** In the order of the schema. */
export function fieldsOf(file: z.ZodType): readonly Field[] {
  return leavesOf('', z.toJSONSchema(file, { io: 'input', unrepresentable: 'any' }));
}

/**
 * A schema for editors, with what the page says of each field.
 *
 * @param wrapper the key that the file may stand below
 */
export function schemaTextOf(
  file: string,
  fileSchema: z.ZodType,
  descriptionOf: (path: string) => string,
  wrapper?: string,
): string {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-7',
  });
  const flat = described('', schema, descriptionOf);
  const named = { ...flat, properties: { $schema: { type: 'string' }, ...flat.properties } };
  const inForm = file.endsWith('.json') ? named : flat;
  const whole = {
    $schema,
    title: `k8s-monitor ${file}`,
    description: 'How the monitor behaves; every field has a default. docs/configuration.md is the same as a page.',
    ...(wrapper === undefined
      ? inForm
      : {
          anyOf: [
            inForm,
            { type: 'object', properties: { [wrapper]: flat }, required: [wrapper], additionalProperties: false },
          ],
        }),
  };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

/** Texts are put in, and keys that nobody knows are marked by the editor as the program reports them. */
function described(path: string, schema: JsonSchema, descriptionOf: (path: string) => string): JsonSchema {
  const { required: _, ...rest } = schema;
  const description = descriptionOf(path);
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`);
  return {
    ...rest,
    ...(description !== '' && { description }),
    ...(schema.required !== undefined && schema.required.length > 0 && { required: schema.required }),
    ...(schema.properties !== undefined && {
      additionalProperties: false,
      properties: Object.fromEntries(
        Object.entries(schema.properties).map(([name, child]) => [
          name,
          described(below(name), asSchema(child), descriptionOf),
        ]),
      ),
    }),
    ...(typeof schema.additionalProperties === 'object' && {
      additionalProperties: described(below('<id>'), schema.additionalProperties, descriptionOf),
    }),
    ...(schema.items !== undefined && { items: described(`${path}[]`, asSchema(schema.items), descriptionOf) }),
  };
}

function leavesOf(path: string, schema: JsonSchema): readonly Field[] {
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`);
  if (schema.properties !== undefined) {
    return Object.entries(schema.properties).flatMap(([name, child]) => leavesOf(below(name), asSchema(child)));
  }
  const entry = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  if (entry?.properties !== undefined) return leavesOf(below('<id>'), entry);
  const items = schema.items === undefined ? undefined : asSchema(schema.items);
  if (items?.properties !== undefined) {
    return [{ path, schema: { ...schema, items: {} } }, ...leavesOf(`${path}[]`, items)];
  }
  return [{ path, schema }];
}

function asSchema(child: unknown): JsonSchema {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return child as JsonSchema;
}
