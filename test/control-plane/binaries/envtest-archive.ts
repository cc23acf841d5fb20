import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { installBinary } from './install.ts';
import { KUBERNETES_VERSION, type BinaryName } from './recipe.ts';

/** The list of the official archives, with a SHA-512 and an address for each. */
const INDEX_URL = 'https://raw.githubusercontent.com/kubernetes-sigs/controller-tools/HEAD/envtest-releases.yaml';
/** A machine without network must learn it at once. */
const INDEX_TIMEOUT_MS = 5_000;
const ARCHIVE_TIMEOUT_MS = 5 * 60_000;

const Index = z.object({
  releases: z.record(z.string(), z.record(z.string(), z.object({ hash: z.string(), selfLink: z.url() }))),
});

/** What an archive holds, under controller-tools/envtest/. */
export const ENVTEST_BINARIES = ['etcd', 'kube-apiserver', 'kubectl'] as const satisfies readonly BinaryName[];

/**
 * Puts the binaries of the official envtest archive of our version into `directory`.
 *
 * @throws {Error} when the index cannot be reached, does not name our version and platform, or the content is not the one it names
 */
export async function installEnvtestArchive(directory: string): Promise<void> {
  const archive = await findArchive();
  const answer = await fetch(archive.selfLink, { signal: AbortSignal.timeout(ARCHIVE_TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`${archive.selfLink} answered ${answer.status}`);
  const content = Buffer.from(await answer.arrayBuffer());
  if (createHash('sha512').update(content).digest('hex') !== archive.hash) {
    throw new Error(`${archive.selfLink} is not what the index names: its SHA-512 differs`);
  }
  const unpacked = await mkdtemp(path.join(directory, '.envtest-'));
  try {
    await unpack(content, unpacked);
    for (const name of ENVTEST_BINARIES) {
      await installBinary(path.join(unpacked, 'controller-tools', 'envtest', name), path.join(directory, name));
    }
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

async function findArchive(): Promise<{ hash: string; selfLink: string }> {
  const answer = await fetch(INDEX_URL, { signal: AbortSignal.timeout(INDEX_TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`the index of envtest archives answered ${answer.status}`);
  const { releases } = Index.parse(parse(await answer.text()));
  const version = `v${KUBERNETES_VERSION}`;
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const archive = releases[version]?.[`envtest-${version}-${process.platform}-${architecture}.tar.gz`];
  if (archive === undefined)
    throw new Error(`there is no envtest archive of ${version} for ${process.platform} ${architecture}`);
  return archive;
}

async function unpack(content: Buffer, directory: string): Promise<void> {
  const tar = spawn('tar', ['-xzf', '-', '-C', directory], { stdio: ['pipe', 'ignore', 'ignore'] });
  tar.stdin.on('error', () => undefined); // its exit code tells
  tar.stdin.end(content);
  const [code] = await once(tar, 'close');
  if (code !== 0) throw new Error('the envtest archive cannot be unpacked');
}
