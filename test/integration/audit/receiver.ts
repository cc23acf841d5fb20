import { createServer } from 'node:http';
import { once } from 'node:events';
import * as z from 'zod';
import { CHANGE_KINDS, CHANGE_TOPICS } from '../../../src/domain/change.ts';

/** What the next request gets; after the last one every request is taken. */
export type Fault = { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | 'hang' | 'reset';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Row = z.strictObject({
  id: z.uuid(),
  at: z.iso.datetime(),
  component: z.enum(['definitions', 'settings', 'policies']),
  file: z.string().min(1),
  outcome: z.enum(['accepted', 'rejected']),
  sha256Before: sha256.optional(),
  sha256After: sha256.optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  changes: z.array(
    z.strictObject({
      kind: z.enum(CHANGE_KINDS),
      about: z.enum(CHANGE_TOPICS),
      file: z.string(),
      line: z.number().optional(),
      words: z.string(),
    }),
  ),
});
const Body = z.strictObject({
  source: z.literal('k8s-monitor'),
  cluster: z.strictObject({ id: z.string(), name: z.string() }),
  rows: z.array(Row).min(1),
});
type Row = z.infer<typeof Row>;

/** A receiver of audit rows that takes nothing but what is documented, with faults on demand. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** Rows that were taken, in the order of their arrival, repeated ones too. */
  readonly rows: readonly Row[];
  /** Every request, whatever it got: how many rows it had. */
  readonly requests: readonly number[];
  /** What no receiver would have taken. */
  readonly violations: readonly string[];
  readonly fail: (...faults: readonly Fault[]) => void;
}

export async function startReceiver(): Promise<Receiver> {
  const rows: Row[] = [];
  const requests: number[] = [];
  const violations: string[] = [];
  const script: Fault[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Body.safeParse(parsed(Buffer.concat(pieces).toString()));
      if (request.method !== 'POST' || request.url !== '/audit') violations.push(`${request.method} ${request.url}`);
      if (request.headers['content-type'] !== 'application/json') violations.push('content-type');
      if (!body.success) violations.push(z.prettifyError(body.error));
      requests.push(body.data?.rows.length ?? 0);
      const fault = script.shift();
      if (fault === 'hang') return;
      if (fault === 'reset') return void request.socket.destroy();
      if (fault === undefined) rows.push(...(body.data?.rows ?? []));
      response.writeHead(fault?.status ?? 202, fault?.headers).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/audit`,
    rows,
    requests,
    violations,
    fail: (...faults) => void script.push(...faults),
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
