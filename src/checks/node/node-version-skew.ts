import { about } from '../about.ts';
import { DEFAULT_GRACE_MS, type Check } from '../check.ts';
import { fields, quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';

/** Kubernetes supports kubelets up to three minor versions older than the API server. */
const MAX_SKEW = 3;

export const nodeVersionSkew: Check = {
  id: 'node-version-skew',
  family: 'node',
  sees: 'Kubelets more than three minor versions older than the API server, and newer ones. Not: nodes in the middle of an upgrade, which follow the control plane.',
  cannotSee: 'Versions of other components, since when the skew exists: it counts from the making of the node.',
  needs: ['Node'],
  uses: [],
  worstImpact: 'warning',
  graceMs: DEFAULT_GRACE_MS,
  run: (view) => {
    const server = minorOf(view.clusterVersion);
    return view.objects.Node.flatMap(({ meta, kubeletVersion }) => {
      const kubelet = minorOf(kubeletVersion);
      if (server === undefined || kubelet === undefined || meta.deletedAtMs !== undefined) return [];
      const behind = server.minor - kubelet.minor;
      if (server.major !== kubelet.major || (behind >= 0 && behind <= MAX_SKEW)) return [];
      const minors = `${String(Math.abs(behind))} minor ${Math.abs(behind) === 1 ? 'version' : 'versions'}`;
      return [
        {
          ...about(view, 'Node', 'v1', meta),
          family: 'node',
          reason: 'VersionSkew',
          impact: 'warning',
          title:
            behind > 0
              ? `kubelet ${kubeletVersion} is ${minors} older than the API server (${view.clusterVersion}), ${String(MAX_SKEW)} are supported`
              : `kubelet ${kubeletVersion} is ${minors} newer than the API server (${view.clusterVersion}), none is supported`,
          onsetAtMs: meta.createdAtMs,
          evidence: [quoteField('Node', meta, 'status.nodeInfo', fields({ kubeletVersion }))],
          nextSteps: [describeObject('node', meta), 'kubectl get nodes', 'kubectl version'],
        },
      ];
    });
  },
};

/** `v1.36.3-eks-1` → 1 and 36. */
function minorOf(version: string): { readonly major: number; readonly minor: number } | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}
