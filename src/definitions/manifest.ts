import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, Scalar, type YAMLMap } from 'yaml';

export interface ManifestFile {
  /** The key. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Line of the manifest on which line 1 of the file stands. */
  readonly line: number;
  /** Column of the manifest on which column 1 of the file stands; of the value, where it is not `exact`. */
  readonly column: number;
  /** `false` where the manifest folds or escapes the text, so that only the place of the whole value can be told. */
  readonly exact: boolean;
}

export interface ManifestConfigMap {
  readonly name: string;
  readonly namespace: string;
  readonly line: number;
  readonly files: readonly ManifestFile[];
}

export interface ManifestReading {
  readonly configMaps: readonly ManifestConfigMap[];
  /** What else is in the manifest: never more of it than its kind and name. */
  readonly others: readonly { readonly kind: string; readonly name: string; readonly line: number }[];
  readonly problems: readonly { readonly line: number; readonly column: number; readonly message: string }[];
}

/** The ConfigMaps in a manifest (one or many YAML documents, lists among them; JSON too), each file with the line on which it begins. */
export function readConfigMaps(text: string): ManifestReading {
  const lines = new LineCounter();
  const sourceLines = text.split('\n');
  const configMaps: ManifestConfigMap[] = [];
  const others: ManifestReading['others'][number][] = [];
  const problems: ManifestReading['problems'][number][] = [];
  const complain = (offset: number, message: string): void => {
    const { line, col } = lines.linePos(offset);
    problems.push({ line, column: col, message });
  };
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    lineCounter: lines,
    logLevel: 'error',
    prettyErrors: false,
  });
  for (const document of documents) {
    // Those behind the first are its echo.
    const [problem] = document.errors;
    if (problem === undefined) collect(document.contents, '');
    else complain(problem.pos[0], `not valid YAML: ${withoutSource(problem.message)}`);
  }
  return { configMaps, others, problems };

  /** @param usual kind of an item that does not say its own, as those of typed lists do not */
  function collect(node: unknown, usual: string): void {
    if (!isMap(node)) return;
    const kind = textAt(node, 'kind') || usual;
    const items = node.get('items');
    if (kind.endsWith('List') && isSeq(items)) {
      for (const item of items.items) collect(item, kind.slice(0, -'List'.length));
      return;
    }
    const metadata = node.get('metadata');
    const name = isMap(metadata) ? textAt(metadata, 'name') : '';
    const { line } = lines.linePos(node.range?.[0] ?? 0);
    if (kind !== 'ConfigMap') {
      others.push({ kind, name, line });
      return;
    }
    configMaps.push({
      name,
      namespace: isMap(metadata) ? textAt(metadata, 'namespace') : '',
      line,
      files: [...filesAt(node, 'data'), ...filesAt(node, 'binaryData')],
    });
  }

  function filesAt(configMap: YAMLMap, field: 'data' | 'binaryData'): readonly ManifestFile[] {
    const data = configMap.get(field);
    if (!isMap(data)) return [];
    return data.items.flatMap(({ key, value }) => {
      if (!isScalar(key)) return [];
      const name = String(key.value);
      if (!isScalar(value) || typeof value.value !== 'string') {
        complain(key.range?.[0] ?? 0, `${field}: the value of ${name} must be a text`);
        return [];
      }
      const start = lines.linePos(value.range?.[0] ?? 0);
      if (field === 'binaryData' && !isBase64(value.value)) {
        complain(value.range?.[0] ?? 0, `binaryData: the value of ${name} is not base64`);
        return [];
      }
      const isBlock = field === 'data' && value.type === Scalar.BLOCK_LITERAL;
      const bytes = Buffer.from(value.value, field === 'data' ? 'utf8' : 'base64');
      return [
        isBlock
          ? {
              name,
              bytes,
              line: start.line + 1,
              column: 1 + indentOf(value.value, sourceLines.slice(start.line)),
              exact: true,
            }
          : { name, bytes, line: start.line, column: start.col, exact: false },
      ];
    });
  }
}

/** How far a block is moved to the right in the manifest. */
function indentOf(block: string, source: readonly string[]): number {
  const blockLines = block.split('\n');
  const first = blockLines.findIndex((line) => line.trim() !== '');
  return Math.max(0, blanksBefore(source[first] ?? '') - blanksBefore(blockLines[first] ?? ''));
}

function blanksBefore(line: string): number {
  return line.length - line.trimStart().length;
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text.replaceAll(/\s/g, ''));
}

/** Some complaints quote what stands there, which may be a Secret's. */
function withoutSource(message: string): string {
  return message.replace(/(?:: | \()[^]*$/, '').replace(/^(Invalid escape sequence|Unknown directive) [^]*$/, '$1');
}

function textAt(node: YAMLMap, key: string): string {
  const value = node.get(key);
  return typeof value === 'string' ? value : '';
}
