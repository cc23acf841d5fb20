import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** The Kubernetes release of kube-apiserver, kubectl and the volume writer; modules/kubernetes/go.mod says the same. */
export const KUBERNETES_VERSION = '1.36.3';

/** `volume-writer` is the kubelet's own writer of ConfigMap volumes as a command: modules/kubernetes/volume-writer. */
export const BINARY_NAMES = ['etcd', 'kube-apiserver', 'kubectl', 'opa', 'volume-writer'] as const;
export type BinaryName = (typeof BINARY_NAMES)[number];

/** Absolute path of each binary. */
export type Binaries = Readonly<Record<BinaryName, string>>;

/** How Go builds one binary: `go build PACKAGE` inside the module, a folder of modules/. */
export interface GoRecipe {
  readonly module: 'etcd' | 'kubernetes' | 'opa';
  readonly package: string;
  readonly linkerFlags: string;
  /** What a first build takes on two cores, for the person who waits. */
  readonly coldSeconds: number;
}

const VERSION_PACKAGE = 'k8s.io/component-base/version';
const [MAJOR, MINOR] = KUBERNETES_VERSION.split('.');
const STAMP = [`gitVersion=v${KUBERNETES_VERSION}`, `gitMajor=${MAJOR}`, `gitMinor=${MINOR}`]
  .map((value) => `-X ${VERSION_PACKAGE}.${value}`)
  .join(' ');

/** One module a tool: their dependencies' versions conflict. */
export const GO_RECIPES: Readonly<Record<BinaryName, GoRecipe>> = {
  etcd: { module: 'etcd', package: 'go.etcd.io/etcd/server/v3', linkerFlags: '-s -w', coldSeconds: 45 },
  'kube-apiserver': {
    module: 'kubernetes',
    package: 'k8s.io/kubernetes/cmd/kube-apiserver',
    linkerFlags: `-s -w ${STAMP}`,
    coldSeconds: 200,
  },
  kubectl: {
    module: 'kubernetes',
    package: 'k8s.io/kubernetes/cmd/kubectl',
    linkerFlags: `-s -w ${STAMP}`,
    coldSeconds: 30,
  },
  'volume-writer': { module: 'kubernetes', package: './volume-writer', linkerFlags: '-s -w', coldSeconds: 5 },
  opa: { module: 'opa', package: 'github.com/open-policy-agent/opa', linkerFlags: '-s -w', coldSeconds: 50 },
};

export const MODULES_DIRECTORY = path.join(import.meta.dirname, '..', 'modules');

const PINNED_FILES = [
  ...['etcd', 'kubernetes', 'opa'].flatMap((module) => [`${module}/go.mod`, `${module}/go.sum`]),
  'kubernetes/volume-writer/main.go',
];

/** Names everything the binaries depend on, so that a cache folder never holds those of other versions. */
export async function recipeId(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([process.platform, process.arch, GO_RECIPES]));
  for (const file of PINNED_FILES) hash.update(await readFile(path.join(MODULES_DIRECTORY, file)));
  return `v${KUBERNETES_VERSION}-${hash.digest('hex').slice(0, 12)}`;
}
