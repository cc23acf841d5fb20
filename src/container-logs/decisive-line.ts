import { linesOf, type Level, type LogLine } from './log-lines.ts';
import { isCause, isFrame, isNoise, weightOf } from './shapes.ts';

/** As much as a person reads in one line of evidence. */
const QUOTE_CHARACTERS = 500;
/** Trouble that was followed by so much more work was survived: each such line takes this from its weight. */
const LOST_PER_LINE = 0.5;
/** Of a run of complaints the first ones are nearest to the cause, but a program may complain all day. */
const RUN_OF_COMPLAINTS = 10;
/** From here on a weight is a process's own last word, whatever stood above it. */
const SURELY_THE_END = 95;
const WARNED = 45;
const COMPLAINT = 60;
const EXCEPTION = 80;
/** A cause weighs a little more than what it caused; this much where the log begins in the middle of a trace. */
const LONE_CAUSE = 81;
/** An exception that follows a warning may be what was warned of, or the end. */
const WARNED_TRACE = 69;
/** Only to tell equals apart. */
const HAIR = 0.0001;

interface Candidate {
  readonly line: LogLine;
  readonly weight: number;
  /** Where causes are told in the order of their depth, the last one counts. */
  readonly lastCounts: boolean;
  /** Meaningful lines that follow it, complaints aside. */
  after: number;
  complaintsAfter: number;
}

/**
 * The one line of a log that says why its container ended or does not answer: a panic, an exception's first cause, what was fatal, an error, a
 * complaint; else the last line that is no noise. Pure.
 *
 * @returns one line of at most 500 characters, without colours; `undefined` for a log that says nothing or is no text
 */
export function decisiveLine(log: string): string | undefined {
  const lines = joined(linesOf(log));
  const best = candidatesIn(lines).toSorted((left, right) => scoreOf(right) - scoreOf(left))[0];
  if (best !== undefined && scoreOf(best) > 0) return excerpt(best.line.text);
  const spoken = lines.filter(({ text }) => text !== '');
  const last = spoken.findLast((line) => !isNoise(line) && !isFrame(line)) ?? spoken.at(-1);
  return last === undefined ? undefined : excerpt(last.text);
}

function scoreOf({ weight, after, complaintsAfter }: Candidate): number {
  return weight - LOST_PER_LINE * (after + Math.max(0, complaintsAfter - RUN_OF_COMPLAINTS));
}

function candidatesIn(lines: readonly LogLine[]): readonly Candidate[] {
  const found: Candidate[] = [];
  let inTraceback = false;
  let banner = false;
  let above: Level | undefined;
  for (const line of lines) {
    const { message, text, indented, level } = line;
    if (text === '') continue;
    if (message.startsWith('Traceback (most recent call last)')) {
      inTraceback = true;
      continue;
    }
    if (inTraceback) {
      if (indented || isFrame(line)) continue;
      inTraceback = false;
      add(found, line, above === 'warn' ? WARNED_TRACE : 96, true);
      continue;
    }
    if (message.startsWith('APPLICATION FAILED TO START')) banner = true;
    if (banner && !/^(?:APPLICATION FAILED|Description:|\*+$)/.test(message)) {
      banner = false;
      add(found, line, 100, false);
      continue;
    }
    if (banner || isFrame(line) || isNoise(line)) continue;
    if (isCause(line)) {
      const above = found.at(-1);
      add(found, line, above?.after === 0 ? above.weight + 1 : LONE_CAUSE, true);
      continue;
    }
    const own = weightOf(line);
    const weight: number = level === undefined ? continued(own, above) : own;
    above = level ?? (weight > 0 ? above : undefined);
    if (weight > 0) add(found, line, weight, false);
    else for (const earlier of found) earlier.after += 1;
  }
  return found.map((candidate, at) => ({
    ...candidate,
    weight: candidate.weight + (candidate.lastCounts ? at : -at) * HAIR,
  }));
}

/** What a line without a level weighs below one that has one: it is what was warned of, or the words of the failure. */
function continued(own: number, above: Level | undefined): number {
  if (own === 0 || own >= SURELY_THE_END) return own;
  if (above === 'warn') return Math.min(own, WARNED);
  if (above === 'fatal') return own >= EXCEPTION ? own - EXCEPTION + 91 : 90;
  return above === 'error' && own >= COMPLAINT && own < EXCEPTION ? own - COMPLAINT + 70 : own;
}

function add(found: Candidate[], line: LogLine, weight: number, lastCounts: boolean): void {
  for (const earlier of found) earlier.complaintsAfter += 1;
  found.push({ line, weight, lastCounts, after: 0, complaintsAfter: 0 });
}

/** Lines whose words stand in the next one: where Rust panicked, what C++ threw, whose failure .NET logs. */
const UNFINISHED =
  /^thread '[^']{1,80}'.{0,40} panicked at [^ ]{1,200}:\d+:\d+:$|^terminate called after throwing|^[A-Z]\w{2,20}(?:\.\w{1,60}){0,8}\[\d{1,6}\]$/;

function joined(lines: readonly LogLine[]): readonly LogLine[] {
  const result: LogLine[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    const next = lines[at + 1];
    if (line === undefined) continue;
    if (next === undefined || next.text === '' || !UNFINISHED.test(line.message)) {
      result.push(line);
      continue;
    }
    const words = next.text.replace(/^what\(\):\s+/, '');
    result.push({ ...line, text: `${line.text} ${words}`, message: `${line.message} ${words}` });
    at += 1;
  }
  return result;
}

/** One line, cut at its end; of a very long one the part with the complaint. */
function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= QUOTE_CHARACTERS) return line;
  const at = line.search(/\b(?:error|exception|fatal|panic|failed|refused|denied|cannot)\b/i);
  const start = at > QUOTE_CHARACTERS - 100 ? at - 100 : 0;
  const piece = line
    .slice(start, start + QUOTE_CHARACTERS - 2)
    .replace(/[\uD800-\uDBFF]$/, '')
    .replace(/^[\uDC00-\uDFFF]/, '');
  const rest = start + QUOTE_CHARACTERS - 2 < line.length;
  return `${start > 0 ? '…' : ''}${piece}${rest ? '…' : ''}`;
}
