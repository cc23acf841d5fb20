import { REASONS } from '../../domain/finding.ts';
import { choicesOf } from './fill-schema.ts';
import { blocksOf, promptText, systemText, textOfBlock, type ClaudeRequest } from '../stand-ins/claude-request.ts';

/** A finding as the prompt tells it. */
export interface ToldFinding {
  /** `f1`. */
  readonly id: string;
  /** Its owner's. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The object itself, where it is a pod. */
  readonly pod: string | undefined;
  readonly reason: string;
  readonly severity: string;
  readonly impact: string;
  readonly onsetAtMs: number | undefined;
  /** What the checks say is wrong, in one sentence. */
  readonly title: string;
  /** What the checks have quoted already. */
  readonly quotes: readonly { readonly id: string; readonly quote: string }[];
  /** Everything the digest says about it. */
  readonly text: string;
}

/** The answer to an earlier tool call. */
export interface ToldResult {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly isError: boolean;
  /** `e7`, where the result carries one. */
  readonly evidenceId: string | undefined;
}

const KNOWN_REASONS: readonly string[] = Object.values(REASONS).flat();
const KINDS = 'Deployment|StatefulSet|DaemonSet|ReplicaSet|CronJob|Job|Pod|Node|Service|PersistentVolumeClaim';

/** The text of the first user message: the volatile part of the prompt, with the findings. */
function digestOf(request: ClaudeRequest): string {
  const first = request.messages[0];
  return first === undefined ? '' : blocksOf(first.content).map(textOfBlock).join('\n');
}

/** Cuts the digest at the lines that begin with a finding's id, and reads each piece. */
export function findingsIn(request: ClaudeRequest): readonly ToldFinding[] {
  return pieces(digestOf(request), /^f\d+(?= \|)/gm)
    .map(({ id, text }) => readFinding(id, text.split('</data-')[0] ?? ''))
    .filter((finding) => finding.name !== '');
}

/** What the reports of other agents, behind the digest, say under a heading such as `cause`. */
export function reportedAbout(request: ClaudeRequest, finding: ToldFinding, heading: RegExp): string | undefined {
  const [, ...behind] = digestOf(request).split('</data-');
  const reports = behind.join('\n');
  const from = reports.search(new RegExp(`\\b${finding.id}\\b`));
  return from === -1 ? undefined : heading.exec(reports.slice(from))?.[1]?.trim();
}

function pieces(digest: string, pattern: RegExp): { id: string; text: string }[] {
  const starts = new Map<string, number>();
  for (const match of digest.matchAll(pattern)) if (!starts.has(match[0])) starts.set(match[0], match.index);
  const ordered = [...starts].toSorted((a, b) => a[1] - b[1]);
  return ordered.map(([id, from], index) => ({
    id,
    text: digest.slice(digest.lastIndexOf('\n', from) + 1, ordered[index + 1]?.[1] ?? digest.length),
  }));
}

function readFinding(id: string, text: string): ToldFinding {
  const named = new RegExp(`\\b(${KINDS}) (?:([a-z0-9-]+)/)?([a-z0-9][a-z0-9.-]*)`).exec(text);
  const owned = new RegExp(`\\bowner (${KINDS}) (?:([a-z0-9-]+)/)?([a-z0-9][a-z0-9.-]*)`).exec(text);
  const since = /since (\S+Z)/.exec(text)?.[1];
  const [, kind = '', namespace = '', name = ''] = owned ?? named ?? [];
  return {
    id,
    kind,
    namespace,
    name,
    pod: named?.[1] === 'Pod' ? named[3] : undefined,
    reason: KNOWN_REASONS.find((reason) => text.includes(`${reason} (`)) ?? '',
    severity: /SEV-[1-4]/.exec(text)?.[0] ?? 'SEV-3',
    impact: /\b(critical|error|warning|info)\)/.exec(text)?.[1] ?? 'error',
    onsetAtMs: since === undefined ? undefined : Date.parse(since),
    title: text.split('\n')[1]?.trim() ?? '',
    quotes: [...text.matchAll(/^\s+(e\d+) .*?: "(.{12,})"$/gm)].map(([, evidence = '', quote = '']) => ({
      id: evidence,
      quote: quote.replace(/…$/, ''),
    })),
    text,
  };
}

/** Tool calls made so far in this conversation, with their results. */
export function resultsIn(request: ClaudeRequest): readonly ToldResult[] {
  const blocks = request.messages.flatMap((message) => blocksOf(message.content));
  return blocks.flatMap((block) => {
    if (block.type !== 'tool_result') return [];
    const call = blocks.find((other) => other.type === 'tool_use' && other.id === block.tool_use_id);
    if (call?.type !== 'tool_use') return [];
    const text = textOfBlock(block);
    return [
      {
        tool: call.name,
        input: call.input,
        text,
        isError: block.is_error === true,
        evidenceId: /\be\d+\b/.exec(text.slice(0, 300))?.[0],
      },
    ];
  });
}

/** The line of a result that says most: one with a telling word, else the longest; cut to be quoted. */
export function tellingLine(text: string, words: readonly string[]): string | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length >= 12 && !/^(?:e\d+\b|<\/?data-)/.test(line));
  const telling = lines.findLast((line) => words.some((word) => line.toLowerCase().includes(word)));
  return (telling ?? lines.toSorted((a, b) => b.length - a.length)[0])?.slice(0, 200);
}

/** The SREs' own sentence that tells not to alert about this object, verbatim as the prompt has it. */
export function silencingPassage(request: ClaudeRequest, finding: ToldFinding): string | undefined {
  const line = systemText(request)
    .split('\n')
    .find(
      (each) =>
        each.includes(finding.name) &&
        /\b(do not|don't|never)\b.*\b(flag|alert|page|notify)|\bno alert|can be ignored|ignore this|expected during/i.test(
          each,
        ),
    );
  return line?.replace(/^\s*(?:[-*+]|\d+\.)\s+/, '').trim();
}

/** The repository which a tool's schema, its description or the prompt names as `owner/name`. */
export function repositoryIn(request: ClaudeRequest): string | undefined {
  const choices = (request.tools ?? []).flatMap((tool) => choicesOf(tool.input_schema, 'repository'));
  if (choices[0] !== undefined) return choices[0];
  const text = `${(request.tools ?? []).map((tool) => tool.description ?? '').join('\n')}\n${promptText(request)}`;
  const named = /github\.com\/([\w.-]+\/[\w.-]+)|repositor(?:y|ies)\W{1,8}([\w.-]+\/[\w.-]+)/i.exec(text);
  return named?.[1] ?? named?.[2];
}

/** An agent as the orchestrator's prompt lists it. */
export interface ListedAgent {
  readonly name: string;
  readonly role: string;
}

export function agentsIn(request: ClaudeRequest): readonly ListedAgent[] {
  const listed = systemText(request).matchAll(/^- ([\w.-]+) \((analyzer|correlator|escalation|notifier)\):/gm);
  return [...listed].map(([, name = '', role = '']) => ({ name, role }));
}

/** A check that the Markdown of an agent asks for as a command: `kubectl get KIND … -o json | jq 'PROGRAM'`. */
export function jqChecksIn(request: ClaudeRequest): readonly { kind: string; namespace: string; program: string }[] {
  const commands = systemText(request).matchAll(
    /kubectl get ([a-z.]+)([^|`\n]*-o json[^|`\n]*)\|\s*jq (?:-[rc]+ )?'([^']+)'/g,
  );
  return [...commands].map(([, kind = '', options = '', program = '']) => ({
    kind,
    namespace: /(?:-n|--namespace)[ =]([a-z0-9-]+)/.exec(options)?.[1] ?? '',
    program,
  }));
}
