import { readFileSync } from 'node:fs';
import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { CycleReport } from '../../../src/domain/report.ts';
import { REPORT_SCHEMA_FILE, reportSchemaText, type reportSchema } from '../../../tools/report-schema.ts';
import type { Json } from '../../builders/json.ts';

test('the type of the report and its schema say the same', () => {
  expectTypeOf<Json<z.infer<typeof reportSchema>>>().toEqualTypeOf<Json<CycleReport>>();
});

test('the published schema is the one of the code (npm run report-schema writes it)', () => {
  expect(readFileSync(REPORT_SCHEMA_FILE, 'utf8')).toBe(reportSchemaText());
});

test('every object of the published schema is closed, or maps names to values of one kind', () => {
  const open: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('type' in value && value.type === 'object') {
      const rest: unknown = 'additionalProperties' in value ? value.additionalProperties : undefined;
      if (rest !== false && (typeof rest !== 'object' || rest === null)) open.push(path);
    }
    for (const [key, part] of Object.entries(value)) visit(part, `${path}/${key}`);
  };
  visit(JSON.parse(readFileSync(REPORT_SCHEMA_FILE, 'utf8')), '#');

  expect(open).toEqual([]);
});
