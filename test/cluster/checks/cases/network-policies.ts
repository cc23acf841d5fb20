import { aDeployment } from '../../../control-plane/builders/deployment.ts';
import type { CheckCase } from '../case.ts';
import { aPlainCronJob, aPlainPolicy } from './network-objects.ts';

const check = 'network-policy-selects-nothing';

export const networkPolicyCases: readonly CheckCase[] = [
  {
    check,
    name: 'no pod and no template has its label',
    objects: (given) => [
      aDeployment('web').in(given.namespace).at(given.nowMs),
      aPlainPolicy(given, 'api', { matchLabels: { app: 'api' } }),
    ],
    finds: [
      {
        check,
        reason: 'PolicySelectsNothing',
        impact: 'info',
        object: 'NetworkPolicy api',
        owner: 'NetworkPolicy api',
        onsetMinutes: 60,
        title: /ingress selects no pod: none has app=api/,
      },
    ],
  },
  {
    check,
    name: 'its expressions shut every pod out',
    objects: (given) => [
      aDeployment('web').in(given.namespace).at(given.nowMs),
      aPlainPolicy(given, 'api', {
        matchLabels: { app: 'web' },
        matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }],
      }),
    ],
    finds: [{ check, reason: 'PolicySelectsNothing', title: /app=web,app notin \(web\)/ }],
  },
  {
    check,
    name: 'it selects everything, by an empty selector or by expressions alone',
    objects: (given) => [
      aDeployment('web').in(given.namespace).at(given.nowMs),
      aPlainPolicy(given, 'default-deny', {}),
      aPlainPolicy(given, 'all-but', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['api'] }] }),
      aPlainPolicy(given, 'labelled', { matchExpressions: [{ key: 'app', operator: 'Exists' }] }),
    ],
    finds: [],
  },
  {
    check,
    name: 'its pods come back: a workload at zero, a CronJob between two runs',
    objects: (given) => [
      aDeployment('web').in(given.namespace).at(given.nowMs).replicas(0),
      aPlainCronJob(given, 'report', { app: 'report' }),
      aPlainPolicy(given, 'web', { matchLabels: { app: 'web' } }),
      aPlainPolicy(given, 'report', { matchLabels: { app: 'report' } }),
    ],
    finds: [],
  },
  {
    check,
    name: 'its namespace has no workloads yet',
    objects: (given) => [aPlainPolicy(given, 'api', { matchLabels: { app: 'api' } })],
    finds: [],
  },
];
