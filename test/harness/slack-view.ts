import type { SlackStandIn } from '../../src/demo/stand-ins/slack.ts';

/** One write to Slack as it was received: what a person would have seen happen. */
export interface SlackWrite {
  readonly method: 'chat.postMessage' | 'chat.update';
  readonly channel: string;
  /** Of the message that is edited. */
  readonly ts: string | undefined;
  /** Of the message whose thread it goes to. */
  readonly threadTs: string | undefined;
  /** Everything readable: the text and all blocks. */
  readonly text: string;
  readonly receivedAtMs: number;
}

/** The accepted posts and edits, oldest first. */
export function writesTo(slack: Pick<SlackStandIn, 'requests'>): readonly SlackWrite[] {
  return slack.requests.flatMap(({ method, args, outcome, receivedAtMs }) => {
    if ((method !== 'chat.postMessage' && method !== 'chat.update') || outcome !== 'ok') return [];
    return [
      {
        method,
        channel: textOf(args['channel']) ?? '',
        ts: textOf(args['ts']),
        threadTs: textOf(args['thread_ts']),
        text: [textOf(args['text']) ?? '', ...wordsIn(args['blocks'])].join('\n'),
        receivedAtMs,
      },
    ];
  });
}

/** Everything readable in a message as it stands. */
export function wordsOf(message: { readonly text: string; readonly blocks: unknown }): string {
  return [message.text, ...wordsIn(message.blocks)].join('\n');
}

function wordsIn(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(wordsIn);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'text' && typeof value === 'string' ? [value] : wordsIn(value),
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
