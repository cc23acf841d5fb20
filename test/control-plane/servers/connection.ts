import { z } from 'zod';
import { BINARY_NAMES } from '../binaries/recipe.ts';

/** What a process needs to talk to one API server of a run; plain JSON, so it travels between processes. */
export const Connection = z.object({
  url: z.string(),
  caFile: z.string(),
  keyFile: z.string(),
  adminToken: z.string(),
  etcdUrl: z.string(),
  etcdPrefix: z.string(),
  /** The run's own folder, gone after the run. */
  directory: z.string(),
  /** Whoever connects to this socket gets an API server with an empty cluster, for as long as the connection lives. */
  freshSocket: z.string(),
  /** Process ids of the supervisor and its servers, so that a test can see that they end. */
  processIds: z.array(z.number()),
  binaries: z.record(z.enum(BINARY_NAMES), z.string()),
});
export type Connection = z.infer<typeof Connection>;

/** What a client of the fresh socket wants, in one line. */
export const Wish = z.object({
  /** Of a cluster that another API server serves: one more is wanted beside it. Left out: an empty cluster, one at a time. */
  etcdPrefix: z.string().optional(),
  /** Minor version that the API server shall behave like, such as `1.34`. */
  emulatedVersion: z.string().optional(),
});
export type Wish = z.infer<typeof Wish>;

/** The one line that the supervisor says when it is ready, and the one that the fresh socket says. */
export const Answer = z.union([z.object({ ready: Connection }), z.object({ failed: z.string() })]);
export type Answer = z.infer<typeof Answer>;

/** @throws {Error} when the other side said that it failed, or said nothing that we know */
export function parseAnswer(line: string): Connection {
  const answer = Answer.parse(JSON.parse(line));
  if ('failed' in answer) throw new Error(answer.failed);
  return answer.ready;
}
