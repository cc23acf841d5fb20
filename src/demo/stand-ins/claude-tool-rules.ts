import * as z from 'zod';
import type { ClaudePrompt, ClaudeTool } from './claude-request.ts';

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,128}$/;
/** Keywords that constrained decoding cannot promise; the SDK's helpers move them into the description. */
const UNSUPPORTED = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
  'uniqueItems',
  'contains',
  'minContains',
  'maxContains',
  'prefixItems',
  'minProperties',
  'maxProperties',
  'patternProperties',
  'propertyNames',
  'dependentRequired',
  'dependentSchemas',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
] as const;
const STRING_FORMATS = new Set('date-time time date duration email hostname uri ipv4 ipv6 uuid'.split(' '));
const schemaNode = z.record(z.string(), z.unknown());
/** Limits of the documentation, per request, over all strict schemas. */
const MAX_STRICT_TOOLS = 20;
const MAX_OPTIONAL_PARAMETERS = 24;

/** Why the service would refuse the tools or the output format of this prompt. */
export function toolsRefusal(prompt: ClaudePrompt): string | undefined {
  const names = new Set<string>();
  for (const [index, tool] of (prompt.tools ?? []).entries()) {
    const problem = toolProblem(tool, index);
    if (problem !== undefined) return problem;
    if (names.has(tool.name)) return 'tools: Tool names must be unique.';
    names.add(tool.name);
  }
  const strict = (prompt.tools ?? []).filter((tool) => tool.strict === true);
  if (strict.length > MAX_STRICT_TOOLS) {
    return `tools: Too many strict tools (${strict.length}). The maximum is ${MAX_STRICT_TOOLS}.`;
  }
  const optional = strict.reduce((sum, tool) => sum + optionalParameters(tool.input_schema), 0);
  if (optional > MAX_OPTIONAL_PARAMETERS) {
    return `tools: Schemas contain too many optional parameters (${optional}), limit: ${MAX_OPTIONAL_PARAMETERS}.`;
  }
  const format = prompt.output_config?.format ?? undefined;
  return format === undefined ? undefined : strictProblem(format.schema, 'output_config.format.schema');
}

function toolProblem(tool: ClaudeTool, index: number): string | undefined {
  const at = `tools.${index}.custom`;
  if (!TOOL_NAME.test(tool.name)) return `${at}.name: String should match pattern '${TOOL_NAME.source}'`;
  if (tool.input_schema['type'] !== 'object') {
    return `${at}.input_schema.type: ${tool.input_schema['type'] === undefined ? 'Field required' : "Input should be 'object'"}`;
  }
  for (const keyword of ['oneOf', 'allOf', 'anyOf']) {
    if (keyword in tool.input_schema) {
      return `${at}.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`;
    }
  }
  for (const [name, property] of propertiesOf(tool.input_schema)) {
    if (!/^[a-zA-Z0-9_.-]{1,64}$/.test(name)) {
      return `${at}.input_schema.properties: Property keys should match pattern '^[a-zA-Z0-9_.-]{1,64}$'`;
    }
    if (property === undefined)
      return `${at}.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12`;
  }
  return tool.strict === true ? strictProblem(tool.input_schema, `${at}.input_schema`) : undefined;
}

function propertiesOf(schema: Readonly<Record<string, unknown>>): [string, Record<string, unknown> | undefined][] {
  const properties = schemaNode.safeParse(schema['properties'] ?? {});
  if (!properties.success) return [['properties', undefined]];
  return Object.entries(properties.data).map(([name, value]) => [name, schemaNode.safeParse(value).data]);
}

/** Walks a schema that the service would have to compile. */
function strictProblem(schema: Readonly<Record<string, unknown>>, at: string): string | undefined {
  for (const keyword of UNSUPPORTED) {
    if (keyword in schema) return `${at}: For '${typeName(schema)}' type, property '${keyword}' is not supported`;
  }
  if (schema['type'] === 'object') {
    if (schema['additionalProperties'] !== false) {
      return `${at}: For 'object' type, 'additionalProperties' must be explicitly set to false`;
    }
    const names = new Set(propertiesOf(schema).map(([name]) => name));
    const missing = requiredOf(schema).find((name) => !names.has(name));
    if (missing !== undefined) return `${at}: required property '${missing}' is not in properties`;
  }
  if (schema['minItems'] !== undefined && schema['minItems'] !== 0 && schema['minItems'] !== 1) {
    return `${at}: For 'array' type, 'minItems' values other than 0 or 1 are not supported`;
  }
  if (typeof schema['format'] === 'string' && !STRING_FORMATS.has(schema['format'])) {
    return `${at}: For 'string' type, format '${schema['format']}' is not supported`;
  }
  const pattern = schema['pattern'];
  if (typeof pattern === 'string' && /\(\?[=!<]|\\[1-9]|\\b/i.test(pattern)) {
    return `${at}: pattern uses look-around, back-references or word boundaries, which are not supported`;
  }
  if (Array.isArray(schema['enum']) && schema['enum'].some((value) => value !== null && typeof value === 'object')) {
    return `${at}: enum values must be primitive`;
  }
  if (typeof schema['$ref'] === 'string' && !schema['$ref'].startsWith('#/')) {
    return `${at}: external $ref '${schema['$ref']}' is not supported`;
  }
  for (const [name, child] of childrenOf(schema)) {
    const problem = strictProblem(child, `${at}.${name}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function childrenOf(schema: Readonly<Record<string, unknown>>): [string, Record<string, unknown>][] {
  const children: [string, unknown][] = [['items', schema['items']]];
  for (const keyword of ['properties', '$defs', 'definitions']) {
    const group = schemaNode.safeParse(schema[keyword]);
    if (group.success)
      children.push(...Object.entries(group.data).map(([k, v]): [string, unknown] => [`${keyword}.${k}`, v]));
  }
  for (const keyword of ['anyOf', 'allOf']) {
    const variants = z.array(z.unknown()).safeParse(schema[keyword]);
    if (variants.success) children.push(...variants.data.map((v, i): [string, unknown] => [`${keyword}.${i}`, v]));
  }
  return children.flatMap(([name, value]) => {
    const node = schemaNode.safeParse(value);
    return node.success ? [[name, node.data]] : [];
  });
}

function requiredOf(schema: Readonly<Record<string, unknown>>): readonly string[] {
  return z.array(z.string()).safeParse(schema['required']).data ?? [];
}

function optionalParameters(schema: Readonly<Record<string, unknown>>): number {
  const required = new Set(requiredOf(schema));
  const own = propertiesOf(schema).filter(([name]) => !required.has(name)).length;
  return childrenOf(schema).reduce((sum, [, child]) => sum + optionalParameters(child), own);
}

function typeName(schema: Readonly<Record<string, unknown>>): string {
  return typeof schema['type'] === 'string' ? schema['type'] : 'any';
}
