import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** What `kubectl get KINDS --all-namespaces` costs: shown beside the product's numbers, because everybody knows how it feels. */
export async function timeKubectlGet(
  program: string,
  kubeconfig: string,
  resources: readonly string[],
): Promise<{ readonly milliseconds: number; readonly peakBytes: number }> {
  const startedAtMs = performance.now();
  const child = spawn(program, ['get', resources.join(','), '--all-namespaces', '--output', 'json'], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let peakBytes = 0;
  const watch = setInterval(() => (peakBytes = Math.max(peakBytes, peakOf(child.pid))), 20);
  const [code] = await once(child, 'close');
  clearInterval(watch);
  if (code !== 0) throw new Error(`kubectl get ended with ${String(code)}`);
  return { milliseconds: performance.now() - startedAtMs, peakBytes };
}

/** 0 where the system does not say. */
function peakOf(pid: number | undefined): number {
  try {
    const [, kibibytes = '0'] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
    return Number(kibibytes) * 1024;
  } catch {
    return 0;
  }
}
