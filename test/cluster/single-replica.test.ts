import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply } from '../control-plane/builders/apply.ts';
import { aDeployment } from '../control-plane/builders/deployment.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { freshControlPlane } from '../control-plane/control-plane.ts';
import { handClock, HOUR_MS, MINUTE_MS } from '../harness/hand-clock.ts';
import { installShippedAccount } from '../harness/shipped-account.ts';
import { shippedDefinitions } from '../harness/shipped-definitions.ts';
import { watchNamespace } from '../harness/watched-namespace.ts';

let server: ControlPlane;
let token = '';
let agents: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  server = await freshControlPlane();
  token = await installShippedAccount(server);
  ({ agents } = await shippedDefinitions());
});
afterAll(() => server[Symbol.asyncDispose]());

test('a P0 service of CLAUDE.md that runs alone is a line of the report and no message, until the file says otherwise', async () => {
  const clock = handClock(Date.now() + HOUR_MS);
  await using watched = await watchNamespace({
    server,
    token,
    clock,
    model: 'none',
    definitions: (namespace) => ({ claude: `# Operations\n\n## P0\n\n- ${namespace}/ledger: the book\n`, agents }),
  });
  const { namespace, monitor, slack, definitions } = watched;
  await apply(
    server,
    aDeployment('ledger').in(namespace).replicas(1).at(clock.now()),
    aDeployment('billing').in(namespace).replicas(1).at(clock.now()),
  );
  const alone = async () => {
    const { report } = await monitor.cycle('scheduled');
    return report.findings.filter(({ reason }) => reason === 'SingleReplica');
  };

  expect(await alone()).toMatchObject([
    {
      check: 'single-replica',
      impact: 'info',
      tier: 'P0',
      floor: 'SEV-4',
      object: { kind: 'Deployment', namespace, name: 'ledger' },
    },
  ]);
  expect(['critical-alerts', 'alerts'].flatMap((channel) => slack.messages(channel))).toEqual([]);
  await definitions.swapClaude(`# Operations\n\n## P1\n\n- ${namespace}/ledger: the book\n`);
  clock.advance(10 * MINUTE_MS);
  expect(await alone()).toEqual([]);
});
