import { spawn } from 'node:child_process';
import { lstat, mkdtemp, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { expect, test } from 'vitest';
import { controlPlane, freshControlPlane } from '../control-plane/control-plane.ts';
import { mountVolume } from '../control-plane/mounted-volume.ts';

test('a minted token may do what its role says and nothing else', async () => {
  const server = controlPlane();
  const namespace = await server.uniqueNamespace('rbac');
  await server.kubectl(['create', 'serviceaccount', 'reader', '-n', namespace]);
  await server.kubectl(['create', 'role', 'reader', '--verb=get,list', '--resource=pods', '-n', namespace]);
  const who = `--serviceaccount=${namespace}:reader`;
  await server.kubectl(['create', 'rolebinding', 'reader', '--role=reader', who, '-n', namespace]);

  const token = await server.mintToken(namespace, 'reader');

  const pods = await server.request({ path: `/api/v1/namespaces/${namespace}/pods`, token });
  const secrets = await server.request({ path: `/api/v1/namespaces/${namespace}/secrets`, token });
  const elsewhere = await server.request({ path: '/api/v1/pods', token });
  expect([pods.status, secrets.status, elsewhere.status]).toEqual([200, 403, 403]);
});

test('kubectl is of the version of the server, and takes a kubeconfig of a user', async () => {
  const server = controlPlane();
  const namespace = await server.uniqueNamespace('kubectl');
  await server.kubectl(['create', 'serviceaccount', 'nobody', '-n', namespace]);
  const kubeconfig = await server.kubeconfigFile({ token: await server.mintToken(namespace, 'nobody'), namespace });

  const version = JSON.parse(await server.kubectl(['version', '-o', 'json']));
  const mayI = server.kubectl(['get', 'pods'], { kubeconfig });

  expect(version.clientVersion.gitVersion).toBe(version.serverVersion.gitVersion);
  await expect(mayI).rejects.toThrow(`cannot list resource "pods" in API group "" in the namespace "${namespace}"`);
});

test('a fresh control plane is an empty cluster beside the shared one', async () => {
  const namespace = await controlPlane().uniqueNamespace('shared');
  let url: string;
  {
    await using fresh = await freshControlPlane();
    const names = await fresh.kubectl(['get', 'namespaces', '-o', 'name']);
    ({ url } = fresh);
    expect(names).not.toContain(namespace);
    expect(names).toContain('namespace/default');
  }

  await expect(fetch(`${url}/readyz`)).rejects.toThrow('fetch failed');
  expect((await controlPlane().request({ path: `/api/v1/namespaces/${namespace}` })).status).toBe(200);
});

test('a mounted volume has the layout of the kubelet and swaps as a whole', async () => {
  const { connection } = controlPlane();
  const directory = await mkdtemp(path.join(connection.directory, 'volume-'));
  await using volume = await mountVolume(connection.binaries['volume-writer'], directory);

  await volume.swap({ 'CLAUDE.md': 'first', 'gone.md': 'old' });
  const before = await readlink(path.join(directory, '..data'));
  await volume.swap({
    'CLAUDE.md': 'second',
    'data.bin': { data: Buffer.from([0, 255]).toString('base64'), mode: 0o600 },
  });

  expect(await readlink(path.join(directory, '..data'))).not.toBe(before);
  expect(await readlink(path.join(directory, 'CLAUDE.md'))).toBe('..data/CLAUDE.md');
  expect(await readFile(path.join(directory, 'CLAUDE.md'), 'utf8')).toBe('second');
  expect((await readFile(path.join(directory, 'data.bin'))).toJSON().data).toEqual([0, 255]);
  expect((await lstat(path.join(directory, '..data', 'data.bin'))).mode & 0o777).toBe(0o600);
  expect((await readdir(directory)).filter((name) => !name.startsWith('..')).toSorted()).toEqual([
    'CLAUDE.md',
    'data.bin',
  ]);
  await expect(volume.swap({ '../out.md': 'no' })).rejects.toThrow('cannot be written');
});

test('nothing of a run that was killed survives it', async () => {
  const launch = path.join(import.meta.dirname, '..', 'control-plane', 'servers', 'launch.ts');
  const script = `
    const { launchControlPlane } = await import(${JSON.stringify(launch)});
    const { connection } = await launchControlPlane(${JSON.stringify(controlPlane().connection.binaries)});
    console.log(JSON.stringify(connection));
    setInterval(() => undefined, 1_000);`;
  const run = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line = ''] = await first(run.stdout);
  const { processIds, directory } = JSON.parse(line) as { processIds: number[]; directory: string };
  expect(processIds.map(isAlive)).toEqual([true, true, true]);

  run.kill('SIGKILL');

  await expect.poll(() => processIds.some(isAlive), { timeout: 15_000 }).toBe(false);
  await expect(lstat(directory)).rejects.toThrow('ENOENT');
});

async function first(stream: NodeJS.ReadableStream): Promise<string[]> {
  for await (const line of createInterface({ input: stream })) return [line];
  return [];
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}
