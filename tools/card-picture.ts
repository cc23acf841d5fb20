import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { runDemo } from '../src/demo/run-demo.ts';
import { slackPage } from './card-picture/slack-page.ts';

/**
 * Draws the card that the demo's Slack holds for payments/checkout-api after the first cycle, as Slack would show it.
 *
 * `node tools/card-picture.ts [CHROMIUM]`; without an argument Chromium is looked for on PATH.
 */
const OUTFILE = 'docs/images/card.png';
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const { cycles } = await runDemo({
  version: 'picture',
  realModel: undefined,
  stopping: new AbortController().signal,
  log: process.stderr,
});
const message = cycles[0]?.slack
  .flatMap((channel) => channel.messages)
  .find(({ text }) => text.includes('payments/checkout-api'));
if (message === undefined) throw new Error('the demo told nothing about payments/checkout-api');

const browser = await chromium.launch({
  executablePath: process.argv[2] ?? onPath(BROWSERS, searchPath()),
  // Chromium's own sandbox refuses to start as root.
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const page = await browser.newPage({
    viewport: { width: 840, height: 600 },
    deviceScaleFactor: 2,
    colorScheme: 'light',
  });
  await page.setContent(slackPage({ channel: 'critical-alerts', message }));
  mkdirSync(dirname(OUTFILE), { recursive: true });
  await page.locator('main').screenshot({ path: OUTFILE });
} finally {
  await browser.close();
}
process.stdout.write(`wrote ${OUTFILE}\n`);

function searchPath(): readonly string[] {
  // oxlint-disable-next-line node/no-process-env -- a tool of the repository, not the program
  return (process.env['PATH'] ?? '').split(delimiter);
}

function onPath(names: readonly string[], directories: readonly string[]): string {
  const candidates = names.flatMap((name) => directories.map((directory) => join(directory, name)));
  const found = candidates.find(isExecutable);
  if (found === undefined) throw new Error(`no Chromium on PATH (${names.join(', ')}): give its path as the argument`);
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
