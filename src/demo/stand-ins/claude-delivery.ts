import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply, StreamEvent } from './claude-reply.ts';
import type { Refusal } from './claude-refusals.ts';
import type { ClaudeFault } from './claude-turn.ts';
import { sendHtml, sendJson, untilClosed } from './loopback-server.ts';

/** Sends an error in the service's form. */
export function sendRefusal(
  response: ServerResponse,
  requestId: string,
  refusal: Refusal,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = { type: 'error', error: errorBody(refusal), request_id: requestId };
  sendJson(response, refusal.status, body, { 'request-id': requestId, ...headers });
}

function errorBody({ type, message, details }: Omit<Refusal, 'status'>): Record<string, unknown> {
  return details === undefined ? { type, message } : { type, message, details };
}

/** Sends a reply in the asked mode, or goes wrong as the script wants. Ends when the response has ended. */
export async function deliver(
  response: ServerResponse,
  reply: Reply,
  { streamed, fault, requestId }: { streamed: boolean; fault: ClaudeFault | undefined; requestId: string },
): Promise<void> {
  if (fault?.kind === 'hang') return untilClosed(response);
  if (fault?.kind === 'html') return sendHtml(response, fault.status);
  if (fault?.kind === 'status') return sendRefusal(response, requestId, fault, fault.headers);

  const events = faultyEvents(reply.events, fault, requestId);
  const body = Buffer.from(streamed ? events.map(wireEvent).join('') : JSON.stringify(reply.message));
  response.writeHead(200, {
    'content-type': streamed ? 'text/event-stream; charset=utf-8' : 'application/json',
    'cache-control': 'no-cache',
    'request-id': requestId,
    ...(streamed || fault !== undefined ? {} : { 'content-length': String(body.length) }),
  });
  response.flushHeaders();

  if (fault?.kind === 'stall' || fault?.kind === 'pings') {
    if (streamed) response.write(events.slice(0, fault.afterEvents).map(wireEvent).join(''));
    if (fault.kind === 'stall') return untilClosed(response);
    while (!response.closed) {
      response.write(streamed ? wireEvent({ event: 'ping', data: { type: 'ping' } }) : ' ');
      await sleep(fault.everyMs);
    }
    return;
  }
  if (fault?.kind === 'drip') {
    for (let from = 0; from < body.length && !response.closed; from += fault.bytes) {
      response.write(body.subarray(from, from + fault.bytes));
      await sleep(fault.everyMs);
    }
    response.end();
    return;
  }
  if (fault?.kind === 'cut') {
    const part = body.subarray(0, fault.atByte);
    if (fault.end === 'clean') response.end(part);
    else response.write(part, () => response.socket?.resetAndDestroy());
    return;
  }
  response.end(body);
}

function faultyEvents(
  events: readonly StreamEvent[],
  fault: ClaudeFault | undefined,
  requestId: string,
): StreamEvent[] {
  if (fault?.kind === 'error-event') {
    const error = { type: 'error', error: errorBody(fault), request_id: requestId };
    return [...events.slice(0, fault.afterEvents), { event: 'error', data: error }];
  }
  if (fault?.kind === 'duplicate-events') return events.flatMap((event) => [event, event]);
  if (fault?.kind === 'reordered-events') {
    return [...events.slice(0, 2), ...events.slice(2, -2).toReversed(), ...events.slice(-2)];
  }
  return [...events];
}

function wireEvent({ event, data }: StreamEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
