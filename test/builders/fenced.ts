/** A fenced block of a document, without the indent of the list that it stands in. */
export interface FencedBlock {
  readonly language: string;
  readonly text: string;
}

export function fencedBlocks(markdown: string): readonly FencedBlock[] {
  return [...markdown.matchAll(/^( *)```(\w+)\n([\s\S]*?)\n\1```$/gm)].map(
    ([, indent = '', language = '', text = '']) => ({
      language,
      text: text
        .split('\n')
        .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
        .join('\n'),
    }),
  );
}

/** The words after which a shell begins another command: pipes, `&&` and the like end one. */
const ENDS = new Set(['|', '&&', '||', ';', '>', '&']);

/**
 * The commands of a program that a document shows, in its shell blocks and between backticks, as words; quotes are taken away.
 *
 * @param program its first words: `kubectl`, `node /app/k8s-monitor.mjs`
 */
export function commandsOf(markdown: string, program: string): readonly (readonly string[])[] {
  const shells = fencedBlocks(markdown)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, ' ').split('\n'));
  const inline = [...markdown.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, text = '']) =>
    text.replaceAll('\\|', '|'),
  );
  return [...shells, ...inline].flatMap((line) =>
    [...line.matchAll(new RegExp(String.raw`(?:^|(?:--|\||&&) )${program.replaceAll('.', '\\.')}(?= )`, 'g'))].map(
      (match) => {
        const words = wordsOf(line.slice(match.index + match[0].length));
        const end = words.findIndex((word) => ENDS.has(word));
        return end === -1 ? words : words.slice(0, end);
      },
    ),
  );
}

function wordsOf(line: string): readonly string[] {
  return (line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) => word.replaceAll(/["']/g, ''));
}
