import type { z } from 'zod';
import { nearest } from './schema-keys.ts';

const LONGEST = 60;

/** What is wrong with a value and what would be right, in one line: `must be a number, not "5": take the quotes away`. */
export function complaintOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined && issue.code === 'invalid_type') return 'must be given';
  if (value === null) return 'has no value: give it one, or take the key away for the default';
  if (issue.code === 'invalid_type') {
    if (!issue.message.startsWith('Invalid input')) return issue.message + not(value);
    return `must be ${NOUNS[issue.expected] ?? issue.expected}${not(value)}${remedy(issue.expected, value)}`;
  }
  if (issue.code === 'invalid_value') {
    const words = issue.values.map(String);
    const near = typeof value === 'string' ? nearest(value, words) : undefined;
    return `must be one of ${words.join(', ')}${not(value)}${near === undefined ? '' : `; did you mean ${near}?`}`;
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') return sizeOf(issue) + not(value);
  if (issue.code === 'invalid_union') return `must be a text, a number, true or false${not(value)}`;
  const isUrl = issue.code === 'invalid_format' && issue.format === 'url';
  return (isUrl ? 'must be a URL such as "https://example.com/"' : issue.message) + not(value);
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of fields',
  record: 'a map of fields',
};

function remedy(expected: string, value: unknown): string {
  const isText = typeof value === 'string';
  if ((expected === 'number' || expected === 'int') && isText && value.trim() !== '' && !Number.isNaN(Number(value))) {
    return ': take the quotes away';
  }
  if (expected === 'boolean' && isText && /^(?:true|false)$/i.test(value)) return ': take the quotes away';
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return ': put it in quotes';
  if (expected === 'array') return ': write [a, b], or a line with "- " for each';
  if (expected === 'object' || expected === 'record') return ': write its fields below it, indented';
  return '';
}

function sizeOf(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const [word, bound] =
    issue.code === 'too_small'
      ? [issue.inclusive === false ? 'more than' : 'at least', issue.minimum]
      : [issue.inclusive === false ? 'less than' : 'at most', issue.maximum];
  if (issue.origin === 'string')
    return Number(bound) === 1 ? 'must not be empty' : `must have ${word} ${bound} characters`;
  if (issue.origin === 'array') return `must have ${word} ${bound} of them`;
  return `must be ${word} ${bound}`;
}

/** What stands there, where it is one short value. */
function not(value: unknown): string {
  if (Array.isArray(value)) return ', not a list';
  if (typeof value === 'object' && value !== null) return ', not a map of fields';
  const text = ['string', 'number', 'boolean'].includes(typeof value) ? (JSON.stringify(value) ?? '') : '';
  return text === '' || text.length > LONGEST ? '' : `, not ${text}`;
}
