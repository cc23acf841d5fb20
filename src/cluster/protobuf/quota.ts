import { many, message, one, TEXT } from './message.ts';
import { OBJECT_META, QUANTITIES } from './meta.ts';

// Field numbers: api, core/v1/generated.proto.

export const RESOURCE_QUOTA = message({
  metadata: [1, one(OBJECT_META)],
  status: [3, one(message({ hard: [1, QUANTITIES], used: [2, QUANTITIES] }))],
});

export const LIMIT_RANGE = message({
  metadata: [1, one(OBJECT_META)],
  spec: [
    2,
    one(message({ limits: [1, many(message({ type: [1, TEXT], max: [2, QUANTITIES], min: [3, QUANTITIES] }))] })),
  ],
});
