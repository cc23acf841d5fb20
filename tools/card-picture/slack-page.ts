import type { SlackBlock } from '../../src/demo/stand-ins/slack-blocks.ts';
import type { SlackMessage } from '../../src/demo/stand-ins/slack-messages.ts';

/** A page that shows one message of a channel, in Slack's light theme, with fonts of the machine only. */
export function slackPage({ channel, message }: { readonly channel: string; readonly message: SlackMessage }): string {
  const postedAt = new Date(Number(message.ts) * 1000).toISOString().slice(11, 16);
  const replies = message.replies.length;
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>
<main>
  <h1><span>#</span> ${escape(channel)}</h1>
  <article>
    <svg class="face" viewBox="0 0 36 36" aria-hidden="true">
      <rect width="36" height="36" rx="8" fill="#326ce5"/>
      <path d="M5 19h6l3-8 5 15 4-10 2 3h6" fill="none" stroke="#fff" stroke-width="2.6" stroke-linejoin="round" stroke-linecap="round"/>
    </svg>
    <div>
      <p class="who"><b>k8s-monitor</b><i>APP</i><time>${postedAt}</time></p>
      ${message.blocks.map(blockHtml).join('\n')}
      ${message.edits.length === 0 ? '' : '<p class="edited">(edited)</p>'}
      ${replies === 0 ? '' : `<p class="thread"><svg viewBox="0 0 36 36"><rect width="36" height="36" rx="8" fill="#326ce5"/><path d="M5 19h6l3-8 5 15 4-10 2 3h6" fill="none" stroke="#fff" stroke-width="3"/></svg><a>${replies} ${replies === 1 ? 'reply' : 'replies'}</a><span>Evidence</span></p>`}
    </div>
  </article>
</main>`;
}

function blockHtml(block: SlackBlock): string {
  switch (block.type) {
    case 'header':
      return `<h2>${emoji(escape(block.text.text))}</h2>`;
    case 'section':
      return `<div class="section">${lines(block.text?.text ?? '')}</div>`;
    case 'context':
      return `<div class="context">${block.elements.map((element) => ('text' in element ? lines(element.text) : '')).join(' ')}</div>`;
    case 'divider':
    case 'actions':
    case 'markdown':
    case 'image':
      // Cards have none of these.
      return '';
  }
}

/** Each line a row of its own; list rows hang behind their bullet or number. */
function lines(mrkdwn: string): string {
  return mrkdwn
    .split('\n')
    .map((line) => {
      const [, mark, rest = ''] = /^(•|\d+\.) (.*)$/.exec(line) ?? [];
      return mark === undefined
        ? `<p>${inline(line)}</p>`
        : `<p class="row"><span>${mark}</span><span>${inline(rest)}</span></p>`;
    })
    .join('');
}

/** Slack's own markup is escaped as HTML already but for its tags, which are made into HTML here. */
function inline(mrkdwn: string): string {
  const code: string[] = [];
  const html = mrkdwn
    .replace(/`([^`]+)`/g, (_, inside: string) => `\u0000${code.push(inside) - 1}\u0000`)
    .replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1')
    .replace(/<(https:[^|>]+)\|([^>]*)>/g, '<a>$2</a>')
    .replace(/(^|[\s(])\*([^*]+)\*/g, '$1<b>$2</b>')
    .replace(/(^|[\s(])_([^_]+)_(?=$|[\s),.])/g, '$1<em>$2</em>')
    // oxlint-disable-next-line no-control-regex -- our own marks from above
    .replace(/\u0000(\d+)\u0000/g, (_, index: string) => `<code>${code[Number(index)] ?? ''}</code>`);
  return emoji(html);
}

/** Slack draws its own pictures; these few are drawn here, so that no machine's emoji font is needed. */
const PICTURES: Readonly<Record<string, string>> = {
  '🔴': '#e01e5a',
  '🟠': '#e8912d',
  '🟡': '#ecb22e',
  '🔵': '#1d9bd1',
};

function emoji(html: string): string {
  return html.replace(
    /🔴|🟠|🟡|🔵/gu,
    (circle) => `<span class="dot" style="background:${PICTURES[circle] ?? ''}"></span>`,
  );
}

function escape(text: string): string {
  // Slack's header is plain text in which the three characters are escaped already.
  return text
    .replaceAll(/&(?!(?:amp|lt|gt);)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

const STYLE = `
* { box-sizing: border-box; margin: 0; padding: 0; }
body { background: #fff; }
main { width: 800px; background: #fff; color: #1d1c1d; font: 15px/1.46668 Lato, 'Liberation Sans', Arial, 'Noto Sans', system-ui, sans-serif; padding-bottom: 20px; border: 1px solid #ddd; border-radius: 10px; overflow: hidden; }
h1 { font-size: 18px; line-height: 1.3; font-weight: 800; padding: 12px 20px; border-bottom: 1px solid #e8e8e8; margin-bottom: 14px; }
h1 span { color: #616061; font-weight: 400; }
article { display: grid; grid-template-columns: 36px 1fr; gap: 8px; padding: 4px 22px 0 20px; }
.face { width: 36px; height: 36px; margin-top: 3px; }
.who { display: flex; align-items: center; gap: 6px; margin-bottom: 2px; }
.who b { font-weight: 800; }
.who i { font-style: normal; font-weight: 700; font-size: 10px; line-height: 1; background: #e8e8e8; color: #616061; border-radius: 2px; padding: 3px 4px; }
.who time { color: #616061; font-size: 12px; }
h2 { font-size: 18px; line-height: 1.33; font-weight: 800; margin: 6px 0 4px; }
.dot { display: inline-block; width: .95em; height: .95em; border-radius: 50%; vertical-align: -.1em; box-shadow: inset -1px -2px 3px rgba(0,0,0,.16); }
.section { margin: 8px 0 10px; }
.section p { overflow-wrap: anywhere; }
.row { display: grid; grid-template-columns: 22px 1fr; padding-left: 8px; }
.context { color: #616061; font-size: 13px; line-height: 1.5; margin: 5px 0; }
a { color: #1264a3; }
b { font-weight: 700; }
code { font: 12px/1.5 Monaco, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace; color: #c01343; background: #f8f8f8; border: 1px solid #ddd; border-radius: 3px; padding: 2px 3px 1px; overflow-wrap: anywhere; }
.context code { font-size: 11px; padding: 1px 3px; }
.edited { color: #868686; font-size: 13px; }
.thread { display: flex; align-items: center; gap: 8px; font-size: 13px; margin-top: 8px; }
.thread svg { width: 22px; height: 22px; }
.thread a { font-weight: 700; }
.thread span { color: #616061; }
`;
