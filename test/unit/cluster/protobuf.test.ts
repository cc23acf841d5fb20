import fc from 'fast-check';
import { decodePage } from '../../builders/pages.ts';
import { expect, test } from 'vitest';
import { createAcceptedEncoding, encodingOf } from '../../../src/cluster/accepted-encoding.ts';
import { failureOfStatus } from '../../../src/cluster/failure.ts';
import { snapshotKindNames, snapshotKinds } from '../../../src/cluster/kinds.ts';
import { MalformedField } from '../../../src/cluster/projection/fields.ts';
import {
  BLOB,
  FLAG,
  inline,
  INTEGER,
  many,
  mapOf,
  message,
  one,
  PRESENT,
  readUpTo,
  sourceOf,
  TEXT,
  TEXTS,
  type Message,
} from '../../../src/cluster/protobuf/message.ts';
import { MICRO_TIME, NUMBER_OR_TEXT, QUANTITIES, TIME } from '../../../src/cluster/protobuf/meta.ts';
import { propertyRuns } from '../../harness/property-runs.ts';
import { bytesOf, envelope, type Field } from './protobuf-bytes.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const read = (type: Message, bytes: Buffer) => readUpTo(type, sourceOf(bytes), bytes.length);

const INNER = message({ name: [1, TEXT] });
const SAMPLE = message({
  text: [1, TEXT],
  count: [2, INTEGER],
  flag: [3, FLAG],
  texts: [4, TEXTS],
  inner: [5, one(INNER)],
  inners: [6, many(INNER)],
  map: [7, mapOf(TEXT)],
  present: [8, PRESENT],
  parts: [9, inline(message({ part: [1, TEXT] }))],
  at: [10, TIME],
  exactlyAt: [11, MICRO_TIME],
  port: [12, NUMBER_OR_TEXT],
  quantities: [13, QUANTITIES],
  bytes: [14, BLOB],
});

const second = (seconds: number, nanos = 0): readonly Field[] => [
  [1, seconds],
  [2, nanos],
];

test.each<readonly [what: string, fields: readonly Field[], value: object]>([
  ['nothing', [], {}],
  ['a text', [[1, 'größer 🚀']], { text: 'größer 🚀' }],
  ['a text that begins with a byte-order mark', [[1, '\uFEFFx']], { text: '\uFEFFx' }],
  ['a long text', [[1, 'é'.repeat(500)]], { text: 'é'.repeat(500) }],
  ['bytes that are no UTF-8', [[1, Buffer.from([0x61, 0xff])]], { text: 'a\uFFFD' }],
  [
    'a text that is set twice',
    [
      [1, 'a'],
      [1, 'b'],
    ],
    { text: 'b' },
  ],
  ['a large number', [[2, 2 ** 53 - 1]], { count: 2 ** 53 - 1 }],
  ['a negative number', [[2, -1]], { count: -1 }],
  ['the smallest number of 32 bits', [[2, -(2 ** 31)]], { count: -(2 ** 31) }],
  ['true', [[3, 1]], { flag: true }],
  ['false that is written', [[3, 0]], { flag: false }],
  [
    'texts in their order',
    [
      [4, 'b'],
      [4, ''],
      [4, 'a'],
    ],
    { texts: ['b', '', 'a'] },
  ],
  ['an empty message', [[5, []]], { inner: {} }],
  ['a message', [[5, [[1, 'x']]]], { inner: { name: 'x' } }],
  [
    'messages, with others between them',
    [
      [6, [[1, 'x']]],
      [2, 7],
      [6, []],
    ],
    { inners: [{ name: 'x' }, {}], count: 7 },
  ],
  [
    'a map',
    [
      [
        7,
        [
          [1, 'a'],
          [2, 'b'],
        ],
      ],
      [7, [[1, 'c']]],
    ],
    { map: { a: 'b', c: '' } },
  ],
  [
    'a map with the later value of a key',
    [
      [
        7,
        [
          [1, 'a'],
          [2, 'b'],
        ],
      ],
      [
        7,
        [
          [1, 'a'],
          [2, 'c'],
        ],
      ],
    ],
    { map: { a: 'c' } },
  ],
  [
    'a message that only has to be there',
    [
      [
        8,
        [
          [1, 'x'],
          [99, 5],
        ],
      ],
    ],
    { present: {} },
  ],
  ["a message whose fields are the parent's", [[9, [[1, 'x']]]], { part: 'x' }],
  ['a time', [[10, second(1_700_000_000, 999_999_999)]], { at: new Date(1_700_000_000_000) }],
  ['a time before 1970', [[10, second(-2)]], { at: new Date(-2_000) }],
  ['the second zero', [[10, second(0)]], { at: new Date(0) }],
  ['no time', [[10, []]], { at: undefined }],
  ['a time with microseconds', [[11, second(-1, 500_999_000)]], { exactlyAt: new Date(-500) }],
  [
    'a port number',
    [
      [
        12,
        [
          [1, 0],
          [2, 8080],
          [3, ''],
        ],
      ],
    ],
    { port: 8080 },
  ],
  [
    'a port name',
    [
      [
        12,
        [
          [1, 1],
          [2, 0],
          [3, 'http'],
        ],
      ],
    ],
    { port: 'http' },
  ],
  [
    'quantities',
    [
      [
        13,
        [
          [1, 'cpu'],
          [2, [[1, '500m']]],
        ],
      ],
    ],
    { quantities: { cpu: '500m' } },
  ],
  ['bytes', [[14, Buffer.from([0, 255, 1])]], { bytes: Buffer.from([0, 255, 1]) }],
  ['no bytes', [[14, '']], { bytes: Buffer.alloc(0) }],
  [
    'fields that nobody wants',
    [
      [99, 'x'],
      [15, 5],
      [500, [[1, 'y']]],
      [1, 'z'],
    ],
    { text: 'z' },
  ],
])('a message with %s', (_, fields, value) => {
  expect(read(SAMPLE, bytesOf(fields))).toStrictEqual(value);
});

test('fields of 32 and 64 bits are skipped', () => {
  const fixed = Buffer.from([
    ((20 << 3) & 0x7f) | 0x80 | 5,
    1,
    1,
    2,
    3,
    4,
    ((20 << 3) & 0x7f) | 0x80 | 1,
    1,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
  ]);

  expect(read(SAMPLE, Buffer.concat([fixed, bytesOf([[1, 'x']])]))).toEqual({ text: 'x' });
});

test('a key that JavaScript would take for something else is a key', () => {
  const { map } = read(
    SAMPLE,
    bytesOf([
      [
        7,
        [
          [1, '__proto__'],
          [2, 'x'],
        ],
      ],
      [
        7,
        [
          [1, 'constructor'],
          [2, 'y'],
        ],
      ],
    ]),
  );

  expect(Object.entries(map as object)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});

test.each<readonly [what: string, bytes: Buffer, why: string]>([
  ['a text that is a number', bytesOf([[1, 5]]), 'text is not a string'],
  ['a number that is a text', bytesOf([[2, 'x']]), 'count is not a number'],
  ['a flag that is a text', bytesOf([[3, 'x']]), 'flag is not true or false'],
  ['a list that is a number', bytesOf([[6, 1]]), 'inners is not a list'],
  ['a time that is a number', bytesOf([[10, 1]]), 'at is not a time'],
  ['bytes that are a number', bytesOf([[14, 1]]), 'bytes is not bytes'],
  ['a field longer than its message', Buffer.from([0x0a, 9, 0x61]), 'a field is longer than its message'],
  [
    'an inner field longer than its message',
    Buffer.from([0x2a, 2, 0x0a, 9, 0x61]),
    'a field is longer than its message',
  ],
  [
    'a length of 2 to the 64',
    Buffer.from([0x0a, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
    'a field is longer than its message',
  ],
  ['a number that does not end', Buffer.from([0x10, 255]), 'a number has more than ten bytes'],
  ['a number of eleven bytes', Buffer.alloc(30, 255).fill(0x10, 0, 1), 'a number has more than ten bytes'],
  ['a skipped number that does not end', Buffer.from([0x78, 255]), 'a field is longer than its message'],
  ['a group', Buffer.from([0x7b]), 'a field is of the unknown wire type 3'],
  ['zeros', Buffer.alloc(4), 'a field has no number'],
])('%s makes the message malformed', (_, bytes, why) => {
  expect(() => read(SAMPLE, bytes)).toThrow(new MalformedField(why));
});

test('any bytes at all are a message or malformed, and reading them ends', () => {
  const types = [SAMPLE, ...snapshotKindNames().map((kind) => snapshotKinds[kind].message)];
  const property = fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 200 }), (type, content) => {
    try {
      read(type, Buffer.from(content));
      return true;
    } catch (error) {
      return error instanceof MalformedField;
    }
  });

  expect(fc.check(property, { numRuns: propertyRuns(5_000), seed: 1 })).toMatchObject({ failed: false });
});

const pod = (name: string, ...more: readonly Field[]): Field => [
  2,
  [
    [
      1,
      [
        [1, name],
        [3, 'shop'],
      ],
    ],
    ...more,
  ],
];
const listMeta: Field = [1, [[3, 'next']]];

test('an item that is broken inside costs only itself, and says who it was', () => {
  const body = envelope('PodList', [
    listMeta,
    pod('a'),
    pod('odd', [2, [[10, 7]]]),
    pod('odder', [2, Buffer.from([0x0a, 99])]),
    [2, Buffer.from([0x7b])],
    [2, []],
    pod('b'),
  ]);

  const page = decodePage(encodingOf(PROTOBUF), snapshotKinds.Pod, body);

  expect(page).toEqual({
    objects: [
      expect.objectContaining({ meta: expect.objectContaining({ name: 'a' }) }),
      expect.objectContaining({ meta: expect.objectContaining({ name: 'b' }) }),
    ],
    malformed: [
      { namespace: 'shop', name: 'odd', why: 'nodeName is not a string' },
      { namespace: 'shop', name: 'odder', why: 'a field is longer than its message' },
      { namespace: '', name: '', why: 'a field is of the unknown wire type 3' },
      { namespace: '', name: '', why: 'metadata.name is missing' },
    ],
    continueToken: 'next',
  });
});

test.each<readonly [what: string, body: Buffer, why: RegExp]>([
  ['nothing', Buffer.alloc(0), /not protobuf, or only a part of it/],
  ['JSON', Buffer.from('{"kind":"PodList"}'), /does not begin as protobuf does/],
  ['only the beginning', Buffer.from('k8s\0'), /there is no object in it/],
  ['a broken-off list', envelope('PodList', [listMeta, pod('a')]).subarray(0, 40), /only a part of it/],
  ['another kind', envelope('ServiceList', [listMeta]), /^the answer is of kind ServiceList, not PodList$/],
  ['a list without metadata', envelope('PodList', [pod('a')]), /^the answer is a PodList without metadata$/],
  ['items that are no messages', envelope('PodList', [listMeta, [2, 1]]), /items is not a list/],
])('%s is no page of pods', (_, body, why) => {
  expect(decodePage(encodingOf(PROTOBUF), snapshotKinds.Pod, body)).toMatch(why);
});

test('a list that comes in pieces of any size is the same list', () => {
  const body = envelope('PodList', [listMeta, pod('a'), pod('odd', [2, [[10, 7]]]), pod('b'.repeat(250)), pod('c')]);
  const whole = decodePage(encodingOf(PROTOBUF), snapshotKinds.Pod, body);

  for (const bytes of [1, 2, 3, 7, 64, 1_000]) {
    expect(decodePage(encodingOf(PROTOBUF), snapshotKinds.Pod, body, bytes)).toEqual(whole);
  }
  expect(whole).toMatchObject({ objects: { length: 3 }, malformed: { length: 1 } });
});

test('only one object of a list is held, and one that is too large for that is not wanted', () => {
  const body = envelope('PodList', [listMeta, ...Array.from({ length: 2_000 }, (_, index) => pod(`pod-${index}`))]);
  const decoder = encodingOf(PROTOBUF).start(snapshotKinds.Pod, { maxBytes: 4_000 });
  const pieces = Array.from({ length: Math.ceil(body.length / 1_000) }, (_, at) =>
    body.subarray(at * 1_000, (at + 1) * 1_000),
  );

  expect(pieces.every((piece) => decoder.push(piece))).toBe(true);
  expect(decoder.end()).toMatchObject({ objects: { length: 2_000 } });

  const large = encodingOf(PROTOBUF).start(snapshotKinds.Pod, { maxBytes: 4_000 });
  expect(large.push(envelope('PodList', [listMeta, pod('x'.repeat(5_000))]).subarray(0, 100))).toBe(false);
});

test.each([
  [
    'the message',
    envelope('Status', [
      [2, 'Failure'],
      [3, 'pods is\nforbidden'],
      [6, 403],
    ]),
    'pods is forbidden',
  ],
  ['nothing of another kind', envelope('Pod', [[3, 'x']]), ''],
  ['nothing of what breaks off', envelope('Status', [[3, 'forbidden']]).subarray(0, 20), ''],
])('a refusal in protobuf says %s', (_, body, said) => {
  expect(failureOfStatus(403, body).what).toBe(said);
});

test.each([
  [406, true],
  [415, true],
  [403, false],
  [500, false],
  [undefined, false],
])('status %s refuses protobuf: %s', (status, isRefusal) => {
  const encoding = createAcceptedEncoding();
  const both = encoding.accept();

  expect(encoding.refused(status, both)).toBe(isRefusal);
  expect(encoding.accept()).toBe(isRefusal ? 'application/json' : both);
});

test('lists that were asked for side by side may each be asked for again, and JSON that is refused is a failure', () => {
  const encoding = createAcceptedEncoding();
  const both = encoding.accept();

  expect([encoding.refused(406, both), encoding.refused(406, both), encoding.refused(406, 'application/json')]).toEqual(
    [true, true, false],
  );
});

test('a time further away than any date makes its object malformed', () => {
  const creationTimestamp = (seconds: number): Field => [8, [[1, seconds]]];
  const pod = (name: string, seconds: number): Field => [
    2,
    [[1, [[1, name], [3, 'shop'], creationTimestamp(seconds)]]],
  ];
  const list = envelope('PodList', [[1, []], pod('odd', 2 ** 52), pod('fine', 1_000)]);

  expect(decodePage(encodingOf(PROTOBUF), snapshotKinds.Pod, list)).toMatchObject({
    objects: [{ meta: { name: 'fine', createdAtMs: 1_000_000 } }],
    malformed: [{ name: 'odd', why: 'metadata.creationTimestamp is not a time' }],
  });
});
