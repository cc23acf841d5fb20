import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { narrowSource } from './bundle-plugins.ts';

/** Each thread of the product as one text, by the name under which the product looks for it: it is one file, with no second to start a thread from. */
export async function workerSources(): Promise<Readonly<Record<string, string>>> {
  return {
    JQ_WORKER_SOURCE: await textOfWorker('../src/tools/kubernetes/jq-worker.ts'),
    POLICY_WORKER_SOURCE: await textOfWorker('../src/policy/policy-worker.ts'),
    PARSE_WORKER_SOURCE: await textOfWorker('../src/definitions/parse-worker.ts'),
  };
}

async function textOfWorker(entryPoint: string): Promise<string> {
  const built = await build({
    entryPoints: [fileURLToPath(new URL(entryPoint, import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: true,
    plugins: [narrowSource],
    write: false,
  });
  const [output] = built.outputFiles;
  if (output === undefined) throw new Error(`nothing was built of ${entryPoint}`);
  return output.text;
}
