import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import packageJson from '../../../package.json' with { type: 'json' };

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const instructions = read('Dockerfile')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'));
const ignored = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '');

test('every RUN of the Dockerfile is `npm ci` or a script of package.json, so that each step also runs without Docker', () => {
  const steps = instructions.filter((line) => /^\s*RUN\b/i.test(line));
  const odd = steps.filter((step) => {
    const script = /^RUN npm run ([a-z:-]+)$/.exec(step)?.[1];
    return step !== 'RUN npm ci' && (script === undefined || !(script in packageJson.scripts));
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
    expect.arrayContaining(['orchestrator-configmap.yaml', 'agents-configmap.yaml', 'rbac.yaml']),
  );
});

const Deployment = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        securityContext: z.object({ runAsUser: z.number(), runAsGroup: z.number() }),
        containers: z.array(z.object({ image: z.string() })).length(1),
      }),
    }),
  }),
});

function podTemplate() {
  return Deployment.parse(parse(read('k8s/deployment.yaml'))).spec.template;
}
