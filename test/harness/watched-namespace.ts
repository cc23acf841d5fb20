import { randomBytes } from 'node:crypto';
import { createScriptedModel } from '../../src/demo/scripted-model.ts';
import { startClaudeStandIn, type ClaudeScript, type ClaudeStandIn } from '../../src/demo/stand-ins/claude.ts';
import { startSlackStandIn, type SlackStandIn } from '../../src/demo/stand-ins/slack.ts';
import type { ControlPlane } from '../control-plane/client.ts';
import { mountDefinitions, type MountedDefinitions } from './definitions.ts';
import type { HandClock } from './hand-clock.ts';
import { startMonitor, type Monitor, type MonitorOptions } from './monitor.ts';

/** A monitor of one production namespace of its own, with everything around it. Its name says that it is production. */
export interface Watched extends AsyncDisposable {
  readonly namespace: string;
  readonly monitor: Monitor;
  readonly slack: SlackStandIn;
  /** Nobody asks it where agents are off. */
  readonly claude: ClaudeStandIn;
  readonly definitions: MountedDefinitions;
}

/**
 * @param options.definitions files as they are mounted at first; a function gets the namespace
 * @param options.model plays every role from what it is sent unless told; `none`: no key is configured
 */
export async function watchNamespace(
  options: Omit<MonitorOptions, 'definitions' | 'server' | 'slack' | 'claude' | 'config'> & {
    readonly server: ControlPlane;
    readonly clock: HandClock;
    readonly definitions: (namespace: string) => {
      readonly claude: string | undefined;
      readonly agents: Readonly<Record<string, string>>;
    };
    readonly model?: ClaudeScript | 'none';
    /** Lines of `config.yaml` beside the namespace's. */
    readonly config?: string;
  },
): Promise<Watched> {
  const { server, clock, model = createScriptedModel() } = options;
  await using acquired = new AsyncDisposableStack();
  const namespace = `prod-${randomBytes(4).toString('hex')}`;
  await server.adminRequest('POST', '/api/v1/namespaces', {
    metadata: { name: namespace },
  });
  const slack = acquired.use(await startSlackStandIn({ now: clock.now }));
  const script = model === 'none' ? [] : model;
  const claude = acquired.use(await startClaudeStandIn({ now: clock.now, script }));
  const definitions = acquired.use(await mountDefinitions(server, options.definitions(namespace)));
  const monitor = acquired.use(
    await startMonitor({
      ...options,
      definitions,
      slack,
      ...(model !== 'none' && { claude }),
      config: `namespaces:\n  include: [${namespace}]\n${options.config ?? ''}`,
    }),
  );
  const running = acquired.move();
  return { namespace, monitor, slack, claude, definitions, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
