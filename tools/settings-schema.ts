import { z } from 'zod';
import { SettingsFile } from '../src/settings/schema.ts';

/** The schema of `config.yaml` for editors. */
export const SETTINGS_SCHEMA_FILE = 'docs/config.schema.json';

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

/** The text of `docs/config.schema.json`, with what the page says of each field. */
export function settingsSchemaText(descriptionOf: (path: string) => string): string {
  const { $schema, ...schema } = z.toJSONSchema(SettingsFile, {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-7',
  });
  const whole = {
    $schema,
    title: 'k8s-monitor config.yaml',
    description: 'How the monitor behaves; every field has a default. docs/configuration.md is the same as a page.',
    ...described('', schema, descriptionOf),
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
