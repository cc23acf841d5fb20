import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, Scalar, type YAMLMap } from 'yaml';

interface ManifestFile {
  /** The key. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Line of the manifest on which line 1 of the file stands. */
  readonly line: number;
  /** `false` where the manifest folds or escapes the text, so that only `line` can be told. */
  readonly exact: boolean;
}

interface ManifestConfigMap {
  readonly name: string;
  readonly namespace: string;
  readonly line: number;
  readonly files: readonly ManifestFile[];
}

export interface ManifestReading {
  readonly configMaps: readonly ManifestConfigMap[];
  readonly problems: readonly { readonly line: number; readonly column: number; readonly message: string }[];
}

/** The ConfigMaps in a manifest (one or many YAML documents, lists among them; JSON too), each file with the line on which it begins. */
export function readConfigMaps(text: string): ManifestReading {
  const lines = new LineCounter();
  const configMaps: ManifestConfigMap[] = [];
  const problems: ManifestReading['problems'][number][] = [];
  for (const document of parseAllDocuments(text, {
    schema: 'failsafe',
    lineCounter: lines,
    logLevel: 'error',
    prettyErrors: false,
  })) {
    for (const problem of document.errors) {
      const { line, col } = lines.linePos(problem.pos[0]);
      problems.push({ line, column: col, message: problem.message });
    }
    if (document.errors.length === 0) collect(document.contents);
  }
  return { configMaps, problems };

  function collect(node: unknown): void {
    if (!isMap(node)) return;
    const kind = textAt(node, 'kind');
    const items = node.get('items');
    if (kind.endsWith('List') && isSeq(items)) for (const item of items.items) collect(item);
    if (kind !== 'ConfigMap') return;
    const metadata = node.get('metadata');
    configMaps.push({
      name: isMap(metadata) ? textAt(metadata, 'name') : '',
      namespace: isMap(metadata) ? textAt(metadata, 'namespace') : '',
      line: lines.linePos(node.range?.[0] ?? 0).line,
      files: [...filesAt(node, 'data'), ...filesAt(node, 'binaryData')],
    });
  }

  function filesAt(configMap: YAMLMap, field: 'data' | 'binaryData'): readonly ManifestFile[] {
    const data = configMap.get(field);
    if (!isMap(data)) return [];
    return data.items.flatMap(({ key, value }) => {
      if (!isScalar(key) || !isScalar(value) || typeof value.value !== 'string') return [];
      const isBlock = field === 'data' && value.type === Scalar.BLOCK_LITERAL;
      const { line } = lines.linePos(value.range?.[0] ?? 0);
      const bytes = Buffer.from(value.value, field === 'data' ? 'utf8' : 'base64');
      return [{ name: String(key.value), bytes, line: isBlock ? line + 1 : line, exact: isBlock }];
    });
  }
}

function textAt(node: YAMLMap, key: string): string {
  const value = node.get(key);
  return typeof value === 'string' ? value : '';
}
