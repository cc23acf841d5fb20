import { readFileSync } from 'node:fs';
import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { ValidationDocument } from '../../../src/cli/validate/document.ts';
import { VALIDATE_SCHEMA_FILE, validateSchemaText, type validateSchema } from '../../../tools/validate-schema.ts';
import type { Json } from '../../builders/json.ts';

test('the type of what validate prints and its schema say the same', () => {
  expectTypeOf<Json<z.infer<typeof validateSchema>>>().toEqualTypeOf<Json<ValidationDocument>>();
});

test('the published schema is the one of the code (npm run validate-schema writes it)', () => {
  expect(readFileSync(VALIDATE_SCHEMA_FILE, 'utf8')).toBe(validateSchemaText());
});
