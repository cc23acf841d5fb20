import type { LogLine } from './log-lines.ts';

/** How a process says that it ends now, in the words of its language, runtime, kernel or shell. Matched behind time and level. */
const LAST_WORDS: readonly RegExp[] = [
  // Go
  /^panic: /,
  /^fatal error: /,
  /^runtime: out of memory/,
  /\bSIG(?:SEGV|BUS|ILL|ABRT|FPE)\b/,
  // Rust, C and C++
  /^thread '[^']{1,80}'(?: \(\d+\))? (?:panicked at|has overflowed its stack)/,
  /^terminate called /,
  /\bstd::bad_alloc\b/,
  /^Segmentation fault|^Bus error|^Illegal instruction|^Aborted(?: \(core dumped\))?$|^Assertion .{1,300} failed/,
  /^(?:free|malloc|munmap_chunk|double free|corrupted)\b.{0,40}(?:invalid|corrupt)/,
  // JVM, Node, .NET, PHP, Ruby, Erlang
  /\bOutOfMemoryError\b/,
  /^# A fatal error has been detected by the Java Runtime Environment/,
  /^Error: (?:Could not find or load main class|Unable to access jarfile|A JNI error|LinkageError)/,
  /^(?:Unrecognized (?:VM )?option|Invalid maximum heap size|Error occurred during initialization of VM)/,
  /heap out of memory/,
  /^Unhandled exception[.:] /i,
  /^(?:PHP )?(?:Fatal|Parse) error: {1,2}/,
  /:\d+:in [`'].{1,300}: .{1,2000} \([A-Z]\w*(?:::\w+){0,8}\)$/,
  /^\*\* \([A-Z][\w.]{0,80}\) /,
  /^Kernel pid terminated/,
  // Kernel, runtime, shell
  /^Killed$|\bOut of memory: Kill|\boom-kill\b|^MemoryError\b|\bCannot allocate memory\b/i,
  /\bexec format error\b/i,
  /\bstandard_init_\w+\.go:/,
];

/** An exception that nobody caught. */
const UNCAUGHT = /^(?:Exception in thread\b|Uncaught \S|Unhandled (?:promise )?rejection\b|UnhandledPromiseRejection)/i;
const CAUSE = /^(?:Caused by:|Root cause:|---> )/;
const EXCEPTION =
  /^(?:[\w$]{1,60}[./:\\]{1,2}){0,12}[A-Z][\w$]{0,80}(?:Error|Exception|Fault|Failure)\b(?: ?\[[^\]]{1,60}\]| ?\(\w{1,20}\))?(?::|$)/;
const PLAIN_ERROR = /^Error(?: \[\w{1,60}\])?: /;

/** Concrete enough that somebody knows what to do. */
const CONCRETE =
  /\b(?:refused|denied|forbidden|not permitted|unauthori[sz]ed|no such|not found|does(?: not|n't) exist|invalid|illegal|missing|required|must be set|not set|unset|too (?:low|small|old|large|long)|undefined|unknown|unrecognized|unsupported|timed? ?out|deadline exceeded|already in use|unreachable|no route to host|name resolution|no space left|read-only file system|too many|exceeded|quota|corrupt\w*|mismatch|authentication failed|certificate|E(?:NOENT|CONN\w{1,12}|ADDR\w{1,12}|ACCES|NOTFOUND|TIMEDOUT|PERM|MFILE|PIPE))\b/i;
const COMPLAINT =
  /\b(?:errors?|err|failed|fails|failure|failing|fatal|cannot|can(?:'t|not| not)|could(?: not|n't)|unable to|aborted|aborting|crash(?:ed|ing)?|killed|exception)\b/i;

/** What only sounds like trouble. */
const HARMLESS: readonly RegExp[] = [
  /\b(?:no|0|zero|without(?: any)?|ignor(?:ed?|ing)|non-?fatal|if|on)[ -](?:any |more |new |known )?(?:errors?|failures?|warnings?|exceptions?|failed|fails?|missing|invalid)\b/gi,
  /\b\w{0,30}(?:err(?:ors?|or_?count)?|exceptions?|failures?|failed|failing|missing|invalid|fatal|killed|crashed|denied|refused|timeouts?|aborted)["']?\s?[=:]\s?["']?(?:nil|null|none|false|no|0(?:\.0+)?|<nil>|undefined|\[\]|\{\})["']?(?![\w.])/gi,
  /\b\w{0,30}(?:err|error)["']?[=:]\s?(?:""|'')/gi,
  /\b(?:errors?|exceptions?|failures?|crash|fatal)[-_. /]?(?:handl\w{2,4}|log(?:s|ger|ging)?\b|pages?|report\w{0,4}|track\w{0,4}|boundary|budget|rates?|codes?|threshold|count\w{0,2}|level|counters?|policy|detection|recovery|middleware|collector|listeners?|channel|monitor\w{0,3})\b/gi,
  /\b(?:errors?|fatal)\.(?:log|html|json|txt|tmpl)\b|\/error\b|\bstderr\b|--?[\w-]{0,40}(?:error|fail|missing|invalid|timeout)[\w-]{0,40}/gi,
];

/** Words of going down that follow from the trouble before them. */
const AFTERMATH =
  /^\W{0,3}(?:(?:the |main |child |worker |http |grpc )?(?:server|process|application|app|worker|service|program|container|master|supervisor|command|script|job)\b.{0,60}?\b)?(?:exit(?:ed|ing|s)?\b|shutting down|shut ?down|stopp(?:ed|ing)\b|terminat(?:ed|ing)\b|clos(?:ed|ing)\b|clean(?:ing)? ?up|gracefully|bye\b|quitting)/i;
const FOLLOWS =
  /^(?:npm (?:ERR!|error)|yarn run|error Command failed|ELIFECYCLE|.{0,30}\bELIFECYCLE\b|make(?:\[\d+\])?: \*\*\*|error: script "|error: Recipe|command terminated with exit|Command failed with exit code|exit status \d|subprocess exited|Fatal assertion$|\W{0,9}aborting after fassert|.{1,80} did not exit normally)|context canceled$|Server closed$|use of closed network connection$|\bSystemExit\b/;

const FRAMES: readonly RegExp[] = [
  /^at (?:async |new |static )?[\w$<>.[\]/@ ]{1,300}\(|^at (?:async )?(?:file:|node:|\/|<|[\w$.<>]{1,200}$)/,
  /^\.{3} \d+ (?:more|common frames omitted)/,
  /^File "[^"]{1,300}", line \d+/,
  /^from .{1,200}:\d+:in /,
  /^goroutine \d+ (?:gp=\S+ )?.{0,60}\[/,
  /^(?:created by |[\w./*()-]{1,200}\.\(?[\w*().]{1,120}\(.{0,300}\)$)/,
  /^\/?[\w./@~-]{1,300}:\d+(?::\d+)?(?: \+0x[0-9a-f]+)?$/,
  /^#\d+ /,
  /^--- End of /,
  /^(?:note: run with `RUST_BACKTRACE|stack backtrace:|\d+: +(?:0x[0-9a-f]+ - )?[\w<:>{}$ ]{3,200}$)/,
  /^Node\.js v\d|^throw |^(?:errno|code|syscall|address|port|requireStack): |^[\^~|]+$|^(?:during handling|the above exception)/i,
];

const NOISE: readonly RegExp[] = [
  // Access lines and probes
  /"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \S{1,2000}(?: HTTP\/[\d.]+)?"? \d{3}\b/,
  /\b(?:GET|HEAD) \/\S{0,40}(?:health|ready|live|ping|metrics|status)\S{0,20}/i,
  /kube-probe\/|\bGoogleHC\/|\bELB-HealthChecker\//,
  /^health[ -_]?check\b.{0,60}\b(?:ok|passed|success\w*|healthy|200)\b/i,
  // Progress and decoration
  /^\W{0,80}$/,
  /^(?:\S{1,40} )?\[?[=#>. -]{0,120}\]? ?\d{1,3}(?:\.\d+)? ?%/,
  /\b\d{1,3}% ?\|[^|]{0,120}\|/,
];

/** A line of a stack trace, or what stands around it. */
export function isFrame({ message, text, indented }: LogLine): boolean {
  if (indented && /^(?:[\])}]|raise |return |await |throw )/.test(text)) return true;
  return FRAMES.some((shape) => shape.test(message));
}

/** A line that says nothing about why: probes, requests, progress, rules. */
export function isNoise({ message, text }: LogLine): boolean {
  return NOISE.some((shape) => shape.test(message) || shape.test(text.slice(0, 2_000)));
}

/** Whether this line names what stands behind the exception above it. */
export function isCause({ message }: LogLine): boolean {
  return CAUSE.test(message);
}

/** How much a line says about why the container is in trouble; 0 = nothing. Weights are compared, never shown. */
export function weightOf({ message, text, level }: LogLine): number {
  if (LAST_WORDS.some((shape) => shape.test(message))) return level === 'info' || level === 'warn' ? 60 : 100;
  if (UNCAUGHT.test(message)) return 95;
  const said = withoutHarmless(text.slice(0, 4_000));
  const concrete = CONCRETE.test(said) ? 3 : 0;
  if (FOLLOWS.test(message) || AFTERMATH.test(message)) return level === 'fatal' ? 40 : 0;
  const isException = EXCEPTION.test(message) || PLAIN_ERROR.test(message);
  switch (level) {
    case 'fatal':
      return 90 + concrete;
    case 'error':
      return (isException ? 80 : 70) + concrete;
    case 'warn':
      return (isException ? 45 : 35) + concrete;
    case 'info':
      return COMPLAINT.test(said) && concrete > 0 ? 25 : 0;
    case undefined:
      if (isException) return 80 + concrete;
      if (COMPLAINT.test(said)) return 60 + concrete;
      return concrete > 0 ? 50 : 0;
  }
}

function withoutHarmless(text: string): string {
  return HARMLESS.reduce((rest, shape) => rest.replaceAll(shape, ' '), text);
}
