import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlPlane } from '../control-plane/client.ts';
import { mountVolume, type MountedFile } from '../control-plane/mounted-volume.ts';

/** The two mounted ConfigMaps of definitions, written by the kubelet's own code. */
export interface MountedDefinitions extends AsyncDisposable {
  readonly claudeDir: string;
  readonly agentsDir: string;
  /** One swap of the orchestrator's mount; `undefined` takes `CLAUDE.md` out of it. */
  readonly swapClaude: (text: string | undefined) => Promise<void>;
  /** One swap of the agents' mount: the whole content, by file name. */
  readonly swapAgents: (files: Readonly<Record<string, MountedFile>>) => Promise<void>;
}

export async function mountDefinitions(
  server: Pick<ControlPlane, 'connection'>,
  content: { readonly claude: string | undefined; readonly agents: Readonly<Record<string, MountedFile>> },
): Promise<MountedDefinitions> {
  const directory = await mkdtemp(join(tmpdir(), 'k8s-monitor-definitions-'));
  const claudeDir = join(directory, 'claude');
  const agentsDir = join(directory, 'agents');
  await mkdir(claudeDir);
  await mkdir(agentsDir);
  const writer = server.connection.binaries['volume-writer'];
  const claude = await mountVolume(writer, claudeDir);
  const agents = await mountVolume(writer, agentsDir);
  const swapClaude: MountedDefinitions['swapClaude'] = (text) =>
    claude.swap(text === undefined ? {} : { 'CLAUDE.md': text });
  await swapClaude(content.claude);
  await agents.swap(content.agents);
  return {
    claudeDir,
    agentsDir,
    swapClaude,
    swapAgents: (files) => agents.swap(files),
    async [Symbol.asyncDispose]() {
      await claude[Symbol.asyncDispose]();
      await agents[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
