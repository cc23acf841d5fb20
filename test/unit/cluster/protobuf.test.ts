import { PbfWriter } from 'pbf';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAcceptedEncoding, encodingOf } from '../../../src/cluster/accepted-encoding.ts';
import { failureOfStatus } from '../../../src/cluster/failure.ts';
import { snapshotKindNames, snapshotKinds } from '../../../src/cluster/kinds.ts';
import { MalformedField } from '../../../src/cluster/projection/fields.ts';
import {
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
} from '../../../src/cluster/protobuf/message.ts';
import { MICRO_TIME, NUMBER_OR_TEXT, QUANTITIES, TIME } from '../../../src/cluster/protobuf/meta.ts';
import { protobufLists } from '../../../src/cluster/protobuf/page.ts';
import { propertyRuns } from '../property-runs.ts';
