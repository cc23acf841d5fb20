import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

const WIDE = /[\u0100-\uffff]/g;
const CLIENT_NODE = /[/\\]node_modules[/\\]@kubernetes[/\\]client-node[/\\]/;

/**
 * One character beyond Latin-1 makes Node keep the whole file with two bytes for each character, for as long as it runs. Written as an escape it
 * means the same in texts and patterns; esbuild itself leaves patterns and `String.raw` as they are, and here the latter only makes patterns.
 */
export const narrowSource: Plugin = {
  name: 'narrow-source',
  setup: (bundler) => {
    bundler.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(WIDE, escapeOf),
      loader: 'ts',
    }));
  },
};

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** @throws {Error} when a file of the bundle was not read by `narrowSource` and holds such a character */
export function refuseWideSource(file: string): void {
  if (readFileSync(file, 'utf8').search(WIDE) !== -1) throw new Error(`${file} holds a character beyond Latin-1`);
}

/**
 * client-node does not say that its modules have no side effects, and would bring a class for every kind of object of Kubernetes into each start.
 * They come with `src/cluster/typed-apis.ts` instead.
 */
export const slimClientNode: Plugin = {
  name: 'slim-client-node',
  setup: (bundler) => {
    // Its kubeconfig needs two functions of the generated code, and asks for them where all of it is.
    bundler.onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ importer }) =>
      CLIENT_NODE.test(importer) && /[/\\]config\.js$/.test(importer)
        ? { path: importer, namespace: 'client-node-gen', sideEffects: false }
        : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'client-node-gen' }, ({ path }) => ({
      resolveDir: dirname(path),
      contents: [
        "export { createConfiguration } from './gen/configuration.js';",
        "export { ServerConfiguration } from './gen/servers.js';",
      ].join('\n'),
    }));
    // `src/cluster/kubeconfig.ts` refuses a SOCKS proxy.
    bundler.onResolve({ filter: /^socks(?:-proxy-agent)?$/ }, ({ importer }) =>
      CLIENT_NODE.test(importer) ? { path: 'socks', namespace: 'client-node-socks', sideEffects: false } : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'client-node-socks' }, () => ({
      contents: 'export class SocksProxyAgent {}\nexport class SocksClient {}',
    }));
    bundler.onResolve({ filter: /^(?:\.|@kubernetes\/client-node)/ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === 'resolved' || (path.startsWith('.') && !CLIENT_NODE.test(options.importer))) return undefined;
      return { ...(await bundler.resolve(path, { ...options, pluginData: 'resolved' })), sideEffects: false };
    });
  },
};

/**
 * Node's own modules by `require`: an `import` looks at each of their exports, and with `WebSocket` of `node:http` comes a whole HTTP client
 * that nobody has asked for yet.
 */
export const quietNodeModules: Plugin = {
  name: 'quiet-node-modules',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^node:/ }, ({ path, kind, namespace }) =>
      kind === 'import-statement' && namespace === 'file' ? { path, namespace: 'node-module' } : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'node-module' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};
