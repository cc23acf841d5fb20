import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createScriptedModel } from '../../../src/demo/scripted-model.ts';
import { resultsIn } from '../../../src/demo/scripted-model/read-prompt.ts';
import type { ClaudeScript } from '../../../src/demo/stand-ins/claude.ts';
import { apply } from '../../control-plane/builders/apply.ts';
import { aDeployment } from '../../control-plane/builders/deployment.ts';
import { aNode } from '../../control-plane/builders/node.ts';
import { controlPlane } from '../../control-plane/control-plane.ts';
import { startFakeKubelet } from '../../control-plane/fake-kubelet.ts';
import { anAccount, grantEverywhere } from '../../harness/accounts.ts';
import { runMonitorProgram } from '../../harness/command.ts';
import { startFaultProxy, type ProxiedRequest } from '../../harness/fault-proxy.ts';
import { handClock, HOUR_MS, MINUTE_MS } from '../../harness/hand-clock.ts';
import { promiseHeld } from '../../harness/promises.ts';
import { shippedDefinitions } from '../../harness/shipped-definitions.ts';
import { watchNamespace } from '../../harness/watched-namespace.ts';

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

test('K8: a monitor at work, with agents that also ask for what they may not have, sends nothing but reads and reviews of itself', async () => {
  const server = controlPlane();
  await using kubelet = await startFakeKubelet(server.connection);
  await using proxy = await startFaultProxy(server);
  const clock = handClock(Date.now() + HOUR_MS);
  const account = await anAccount(server, await server.uniqueNamespace('read-only'));
  // More than is ever needed: what is not sent was not held back by RBAC.
  await grantEverywhere(server, account, [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
  const shipped = await shippedDefinitions();
  const model = asksForSecretsFirst();
  await using watched = await watchNamespace({
    server: { ...server, kubeconfigFile: proxy.kubeconfigFile },
    token: account.token,
    clock,
    model: model.script,
    definitions: () => shipped,
    app: { sleepBetweenMessages: () => wait(2) },
  });
  const { namespace, monitor, claude } = watched;
  const node = `node-${namespace}`;
  await server.adminRequest('POST', `/api/v1/namespaces/${namespace}/secrets`, {
    metadata: { name: 'hidden' },
    stringData: { password: 'canary-in-a-secret' },
  });
  const api = (): ReturnType<typeof aDeployment> =>
    aDeployment('api').in(namespace).replicas(2).on(node).at(clock.now());
  const applied = await apply(server, aNode(node).servedBy(kubelet).at(clock.now()), api().crashLooping());
  for (const { kind, metadata } of applied.objects) {
    if (kind !== 'Pod') continue;
    kubelet.setLogs({ namespace, pod: metadata.name, container: 'app', previous: true }, 'panic: no ledger\n');
    kubelet.setLogs({ namespace, pod: metadata.name, container: 'app' }, 'starting\n');
  }

  const broken = await monitor.cycle('scheduled');
  clock.advance(5 * MINUTE_MS);
  await monitor.cycle('patrol');
  await applied.heal();
  for (let patrol = 0; patrol < 2; patrol += 1) {
    clock.advance(5 * MINUTE_MS);
    await monitor.cycle('patrol');
  }
  const kubeconfig = await proxy.kubeconfigFile({ token: account.token });
  const permissions = await runMonitorProgram([
    'permissions',
    '--kubeconfig',
    kubeconfig,
    '--config',
    monitor.configFile,
  ]);

  expect(broken.report.agents.length).toBeGreaterThan(1);
  expect(permissions.code).toBe(0);
  expect(model.refused()).toBeGreaterThan(0);
  const { seen } = proxy;
  expect(seen.some(({ url }) => url.pathname.endsWith('/log'))).toBe(true);
  expect(seen.some(({ url }) => url.pathname === REVIEWS)).toBe(true);
  expect(seen.filter((request) => !isRead(request) && !isReview(request)).map(sentence)).toEqual([]);
  expect(seen.filter(({ url }) => /secret/i.test(decodeURIComponent(url.pathname))).map(sentence)).toEqual([]);
  expect(JSON.stringify(claude.messages)).not.toContain('canary-in-a-secret');
  await promiseHeld('K8', seen.length, 'requests of a run with agents and `permissions`: 0 writes, 0 Secrets');
}, 120_000);

/** Plays every role, but first asks, in each conversation that has the tool, for Secrets under several names. */
function asksForSecretsFirst(): { readonly script: ClaudeScript; readonly refused: () => number } {
  const others = createScriptedModel();
  let refused = 0;
  return {
    refused: () => refused,
    script: (request) => {
      const offered = (request.tools ?? []).some(({ name }) => name === 'k8s_get');
      if (offered && request.messages.length === 1) {
        return {
          toolCalls: [
            { name: 'k8s_get', input: { kind: 'secrets', output: 'yaml' } },
            { name: 'k8s_get', input: { kind: 'Secret.v1.', namespace: 'default' } },
            { name: 'k8s_describe', input: { kind: 'secret/hidden', namespace: 'default' } },
            { name: 'k8s_get', input: { kind: 'pods/../secrets' } },
          ],
        };
      }
      refused += resultsIn(request).filter(({ isError }) => isError).length;
      return others(request);
    },
  };
}

function isRead({ method, url }: ProxiedRequest): boolean {
  return method === 'GET' && !/\/(?:exec|attach|portforward|proxy)(?:\/|$)/.test(url.pathname);
}

function isReview({ method, url }: ProxiedRequest): boolean {
  return method === 'POST' && url.pathname === REVIEWS;
}

function sentence({ method, url }: ProxiedRequest): string {
  return `${method} ${url.pathname}${url.search}`;
}
