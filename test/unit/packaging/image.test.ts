import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseEnvironment } from '../../../src/settings/environment.ts';
import { GO_RECIPES } from '../../control-plane/binaries/recipe.ts';
import packageJson from '../../../package.json' with { type: 'json' };

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const instructions = read('Dockerfile')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'));
const ignored = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '');

const { linkerFlags, package: opaPackage } = GO_RECIPES.opa;
/** As `npm test` builds the opa that the tests run. */
const BUILD_OPA = `RUN CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "${linkerFlags}" -o /build/opa ${opaPackage}`;

test('every RUN of the Dockerfile is `npm ci`, a script of package.json or the build of opa, so that each step also runs without Docker', () => {
  const steps = instructions.filter((line) => /^\s*RUN\b/i.test(line));
  const odd = steps.filter((step) => {
    const script = /^RUN npm run ([a-z:-]+)$/.exec(step)?.[1];
    return step !== 'RUN npm ci' && step !== BUILD_OPA && (script === undefined || !(script in packageJson.scripts));
  });
  expect(odd).toEqual([]);
  expect(steps.length).toBeGreaterThanOrEqual(2);
});

test('everything that the Dockerfile copies out of the repository is there, and is not kept out of the build context', () => {
  const sources = instructions
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(/\s+/).slice(1, -1));
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.filter((source) => !existsSync(new URL(`../../../${source}`, import.meta.url)))).toEqual([]);
  expect(sources.filter((source) => ignored.includes(source.replace('./', '')))).toEqual([]);
});

test('the opa of the image stands on the PATH, built by the Go that its module asks for, from modules with checksums', () => {
  const [, goVersion = ''] = /^go (\d+\.\d+)/m.exec(read('test/control-plane/modules/opa/go.mod')) ?? [];
  const [, opaVersion = ''] =
    /^\tgithub\.com\/open-policy-agent\/opa (v\S+)/m.exec(read('test/control-plane/modules/opa/go.mod')) ?? [];

  expect(instructions).toContain(`FROM golang:${goVersion} AS opa`);
  expect(instructions).toContain('COPY --from=opa /build/opa /usr/local/bin/opa');
  expect(read('test/control-plane/modules/opa/go.sum')).toContain(`github.com/open-policy-agent/opa ${opaVersion} h1:`);
});

test('the policies are mounted where the program looks for them, and the pod does not start without them', () => {
  const { containers, volumes } = podTemplate().spec;
  const { mountedPoliciesDir } = parseEnvironment({}, {}, () => true);

  expect(containers[0]?.volumeMounts).toContainEqual({
    name: 'policies',
    mountPath: mountedPoliciesDir,
    readOnly: true,
  });
  expect(volumes).toContainEqual({ name: 'policies', configMap: { name: 'k8s-monitor-policies', optional: false } });
});

test('history, installed packages, data of a checkout and files with secrets stay out of the build context', () => {
  expect(ignored).toEqual(expect.arrayContaining(['.git', 'node_modules', 'dist', '.k8s-monitor', '.env*']));
});

test('the image starts the bundle as the user that the Deployment demands', () => {
  const { runAsUser, runAsGroup } = podTemplate().spec.securityContext;
  expect(instructions).toContain(`USER ${runAsUser}:${runAsGroup}`);
  expect(instructions.findLast((line) => line.startsWith('ENTRYPOINT'))).toMatch(/"node".*"\/app\/k8s-monitor\.mjs"/);
});

test("the Deployment's image has the version of package.json, and so has the README's command that builds it", () => {
  const [container] = podTemplate().spec.containers;
  expect(container?.image.split(':').at(-1)).toBe(packageJson.version);
  expect(read('README.md')).toContain(`docker build -t REGISTRY/k8s-monitor:${packageJson.version} .`);
});

test('the README says where the image has not been built', () => {
  expect(read('README.md')).toMatch(/the image itself has not been built/);
});

test('every file of k8s/ is applied by the kustomization, and every manifest but the namespaced subject is free of namespaces', () => {
  const { resources } = z.object({ resources: z.array(z.string()) }).parse(parse(read('k8s/kustomization.yaml')));
  for (const file of resources) {
    const documents = read(`k8s/${file}`).split(/^---$/m);
    const withNamespace = documents.filter((text) => /^ {2}namespace:/m.test(text));
    expect(withNamespace, file).toEqual([]);
  }
  expect(resources).toEqual(
    expect.arrayContaining([
      'orchestrator-configmap.yaml',
      'agents-configmap.yaml',
      'policies-configmap.yaml',
      'rbac.yaml',
    ]),
  );
});

const Deployment = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        securityContext: z.object({ runAsUser: z.number(), runAsGroup: z.number() }),
        containers: z.array(z.object({ image: z.string(), volumeMounts: z.array(z.unknown()) })).length(1),
        volumes: z.array(z.unknown()),
      }),
    }),
  }),
});

function podTemplate() {
  return Deployment.parse(parse(read('k8s/deployment.yaml'))).spec.template;
}
