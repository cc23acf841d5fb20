import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { textOf } from '../../builders/markdown.ts';
import { documentIn, folderOf, opa } from './run-validate.ts';

/**
 * The examples of docs/validate.md, run as they stand there, in a repository of their own. In the place of docker stands a script that refuses
 * any other command line than that of the page and runs the program from its source.
 */
const ROOT = join(import.meta.dirname, '..', '..', '..');
const PAGE = textOf('docs/validate.md');

function example(name: string): string {
  const [, text] = new RegExp(`<!-- example: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(PAGE) ?? [];
  if (text === undefined) throw new Error(`docs/validate.md has no example ${name}`);
  return text;
}

const DOCKER = `#!/bin/sh
case "$*" in
  "run --rm --interactive --network none --volume $PWD:$PWD:ro --workdir $PWD REGISTRY/k8s-monitor:0.1.0 "*) shift 10 ;;
  "run --rm --network none --volume $PWD:$PWD:ro --workdir $PWD REGISTRY/k8s-monitor:0.1.0 "*) shift 9 ;;
  *) echo "docker: not a command line of the page: $*" >&2; exit 125 ;;
esac
exec "${process.execPath}" "${join(ROOT, 'src', 'main.ts')}" "$@"
`;

const hasJq = spawnSync('jq', ['--version']).status === 0;

/** A repository with the shipped files, committed, and the command of the page on the PATH. */
function repository() {
  const folder = folderOf({
    'bin/docker': DOCKER,
    'bin/k8s-monitor': example('command'),
    'work/README.md': '# Work\n',
  });
  for (const name of ['docker', 'k8s-monitor']) chmodSync(folder.at(`bin/${name}`), 0o755);
  const work = folder.at('work');
  const folders = opa === undefined ? ['agents'] : ['agents', 'policies'];
  for (const name of folders) cpSync(join(ROOT, name), join(work, name), { recursive: true });
  mkdirSync(join(work, 'policies'), { recursive: true });
  const environment = {
    PATH: [folder.at('bin'), process.env['PATH']].join(delimiter),
    HOME: folder.path,
    OPA_PATH: opa,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
  };
  const run = (script: string, variables: Readonly<Record<string, string>> = {}) => {
    const { status, stdout, stderr } = spawnSync('sh', ['-ec', script], {
      cwd: work,
      encoding: 'utf8',
      env: { ...environment, ...variables },
    });
    return { exitCode: status, printed: stdout + stderr, stdout };
  };
  const commit = (message: string) => run(`git -c user.name=t -c user.email=t@t commit -q -m "${message}"`);
  run('git init -q . && git add -A');
  if (commit('begin').exitCode !== 0) throw new Error('nothing was committed');
  return {
    run,
    commit,
    at: (name: string) => join(work, name),
    home: folder.path,
    breakAnalyzer: () => {
      const file = join(work, 'agents', 'k8s-analyzer.md');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^name: .*$/m, 'name: [k8s-analyzer'));
    },
    mendAnalyzer: () => cpSync(join(ROOT, 'agents', 'k8s-analyzer.md'), join(work, 'agents', 'k8s-analyzer.md')),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

const BROKEN = /^agents\/k8s-analyzer\.md:2:1: problem: name has a bracket that does not close/m;

test.skipIf(opa === undefined)(
  'the hook of git: a good edit is committed, a broken one is not, and what is staged counts',
  () => {
    using repo = repository();
    writeFileSync(repo.at('.git/hooks/pre-commit'), example('git hook'), { mode: 0o755 });

    appendFileSync(repo.at('agents/CLAUDE.md'), '\nOne more line.\n');
    expect(repo.run('git add agents')).toMatchObject({ exitCode: 0 });
    expect(repo.commit('good')).toMatchObject({
      exitCode: 0,
      printed: expect.stringMatching(/\n8 files, 0 problems, 0 warnings\n/),
    });

    repo.breakAnalyzer();
    repo.run('git add agents');
    expect(repo.commit('broken')).toMatchObject({ exitCode: 1, printed: expect.stringMatching(BROKEN) });
    expect(repo.run('git log --format=%s').stdout).toBe('good\nbegin\n');

    // Mended on disk and not staged: still broken. Staged, and broken on disk afterwards: good.
    repo.mendAnalyzer();
    expect(repo.commit('broken')).toMatchObject({ exitCode: 1, printed: expect.stringMatching(BROKEN) });
    appendFileSync(repo.at('agents/k8s-analyzer.md'), '\nOne more line.\n');
    repo.run('git add agents');
    repo.breakAnalyzer();
    expect(repo.commit('mended')).toMatchObject({ exitCode: 0 });
    expect(repo.run('git log --format=%s').stdout).toBe('mended\ngood\nbegin\n');
  },
  120_000,
);

test('the hook of git leaves other commits alone', () => {
  using repo = repository();
  writeFileSync(repo.at('.git/hooks/pre-commit'), example('git hook'), { mode: 0o755 });
  rmSync(repo.at('../bin/k8s-monitor'));
  appendFileSync(repo.at('README.md'), 'More.\n');

  repo.run('git add README.md');
  expect(repo.commit('readme')).toEqual({ exitCode: 0, printed: '', stdout: '' });
});

const PreCommit = z.strictObject({
  repos: z.tuple([
    z.strictObject({
      repo: z.literal('local'),
      hooks: z.tuple([
        z.strictObject({
          id: z.string(),
          name: z.string(),
          entry: z.string(),
          language: z.literal('system'),
          files: z.string(),
          pass_filenames: z.literal(false),
        }),
      ]),
    }),
  ]),
});

test.skipIf(opa === undefined)(
  'the hook of pre-commit: its files, its entry on good and on broken ones',
  () => {
    using repo = repository();
    const { files, entry } = PreCommit.parse(parse(example('pre-commit'))).repos[0].hooks[0];

    expect(
      ['agents/CLAUDE.md', 'policies/priority.rego', 'src/agents/x.md'].map((path) => new RegExp(files).test(path)),
    ).toEqual([true, true, false]);
    expect(repo.run(entry)).toMatchObject({ exitCode: 0 });
    repo.breakAnalyzer();
    expect(repo.run(entry)).toMatchObject({ exitCode: 2, printed: expect.stringMatching(BROKEN) });
  },
  120_000,
);

const Workflow = z.looseObject({
  jobs: z.strictObject({
    validate: z.looseObject({
      env: z.record(z.string(), z.string()),
      steps: z.array(
        z.strictObject({ name: z.string().optional(), uses: z.string().optional(), run: z.string().optional() }),
      ),
    }),
  }),
});

test.skipIf(opa === undefined)(
  'the job of GitHub: every step that runs something, on good files and on broken ones',
  () => {
    using repo = repository();
    rmSync(repo.at('../bin/k8s-monitor'));
    const { env, steps } = Workflow.parse(parse(example('github'))).jobs.validate;
    const job = () => {
      const variables = { ...env, GITHUB_PATH: join(repo.home, 'github-path'), RUNNER_TEMP: repo.home };
      let last = { exitCode: 0 as number | null, printed: '' };
      for (const { run } of steps) {
        if (run === undefined) continue;
        const added = existsSync(variables.GITHUB_PATH) ? `PATH="$(paste -sd: "$GITHUB_PATH"):$PATH"; ` : '';
        last = repo.run(`${added}${run}`, variables);
        if (last.exitCode !== 0) break;
      }
      return last;
    };

    expect(job()).toMatchObject({ exitCode: 0, printed: expect.not.stringMatching(/^::/m) });
    repo.breakAnalyzer();
    expect(job()).toMatchObject({
      exitCode: 2,
      printed: expect.stringMatching(
        /^::error file=agents\/k8s-analyzer\.md,line=2,col=1::name has a bracket that does not close/m,
      ),
    });
    writeFileSync(repo.at('agents/CLAUDE.md'), Buffer.from([0x2d, 0xff]));
    expect(job()).toMatchObject({
      exitCode: 2,
      printed: expect.stringMatching(/^::error file=agents\/CLAUDE\.md::the file is not valid UTF-8/m),
    });
  },
  120_000,
);

test.skipIf(opa === undefined)(
  'any other CI: the lines of the page',
  () => {
    using repo = repository();
    const script = example('shell');

    expect(repo.run(script)).toMatchObject({ exitCode: 0, printed: '' });
    expect(documentIn(readFileSync(repo.at('validate.json'), 'utf8')).exitCode).toBe(0);
    repo.breakAnalyzer();
    expect(repo.run(script)).toMatchObject({ exitCode: 2, printed: expect.stringMatching(BROKEN) });
    expect(documentIn(readFileSync(repo.at('validate.json'), 'utf8')).counts.problems).toBe(1);
  },
  120_000,
);

test.skipIf(!hasJq)('the line with jq: a line for each complaint', () => {
  using repo = repository();
  const line = /^k8s-monitor validate --output json .*$/m.exec(PAGE)?.[0] ?? 'false';
  repo.breakAnalyzer();

  expect(repo.run(line)).toMatchObject({
    exitCode: 0,
    printed: expect.stringMatching(/^agents\/k8s-analyzer\.md:2: problem: name has a bracket that does not close.*\n$/),
  });
});
