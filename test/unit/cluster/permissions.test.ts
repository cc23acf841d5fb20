import { expect, test } from 'vitest';
import { checkPermissions, permissionQuestions } from '../../../src/cluster/permissions.ts';

test('the whole cluster is asked for by list and get of each kind, and for logs', () => {
  const questions = permissionQuestions(undefined);

  expect(questions.filter((question) => question.kind === 'Deployment')).toMatchObject([
    { verb: 'list', resource: 'deployments.apps', namespace: '', optional: false },
    { verb: 'get', resource: 'deployments.apps', namespace: '', optional: false },
  ]);
  expect(questions.at(-1)).toMatchObject({ kind: 'Pod log', resource: 'pods/log', plural: 'pods', subresource: 'log' });
});

test('included namespaces are asked for one by one, without cluster-wide kinds', () => {
  const questions = permissionQuestions(['shop', 'bank']);

  expect(new Set(questions.map((question) => question.namespace))).toEqual(new Set(['shop', 'bank']));
  expect(questions.some((question) => question.kind === 'Node')).toBe(false);
});

test('an empty list of namespaces is the whole cluster', () => {
  expect(permissionQuestions([])).toEqual(permissionQuestions(undefined));
});

test('rows keep the order of the questions and say what is lost', async () => {
  const questions = permissionQuestions(undefined);

  const rows = await checkPermissions(questions, async (question) => question.plural !== 'nodes');

  expect(rows.map((row) => row.resource)).toEqual(questions.map((question) => question.resource));
  expect(rows.filter((row) => !row.allowed)).toEqual([
    {
      kind: 'Node',
      verb: 'list',
      resource: 'nodes',
      namespace: '',
      allowed: false,
      optional: false,
      lost: 'nodes that are not ready or under pressure',
    },
    expect.objectContaining({ kind: 'Node', verb: 'get', allowed: false }),
  ]);
});
