import type { CheckedFinding } from '../../domain/check.ts';
import type { Ingress } from '../../domain/kubernetes/network.ts';
import type { View } from '../view.ts';
import type { Check } from '../check.ts';
import { quoteField } from '../evidence.ts';
import { describeObject } from '../next-steps.ts';
import { aboutIngress, annotatedClassOf, forEachIngress } from './ingress.ts';

/** GKE's controller serves these without an IngressClass. */
const BUILT_IN = ['gce', 'gce-internal'];

export const ingressClassMissing: Check = {
  id: 'ingress-class-missing',
  family: 'network',
  sees: 'Ingresses that nothing serves because the IngressClass that they name does not exist (error), or because they name none and there is no default one (warning). Not: classes named by annotation, which need no object; those with an address, which something serves.',
  cannotSee:
    'Controllers that are not running behind a class that exists, a class that was deleted after the Ingress got its address.',
  needs: ['Ingress', 'IngressClass'],
  uses: [],
  worstImpact: 'error',
  graceMs: 5 * 60_000,
  run: forEachIngress((view, ingress) => {
    if (ingress.loadBalancerAddresses.length > 0 || annotatedClassOf(ingress) !== undefined) return undefined;
    return ingress.className === undefined ? withoutClass(view, ingress) : withMissingClass(view, ingress);
  }),
};

function withMissingClass(view: View, ingress: Ingress): CheckedFinding | undefined {
  const { meta, className = '' } = ingress;
  const classes = view.objects.IngressClass.map((one) => one.meta.name);
  if (BUILT_IN.includes(className) || classes.includes(className)) return undefined;
  return {
    ...aboutIngress(view, ingress),
    family: 'network',
    reason: 'IngressClassMissing',
    impact: 'error',
    title: `ingress class ${className} does not exist, so nothing serves the Ingress (${classesText(classes)})`,
    onsetAtMs: meta.createdAtMs,
    evidence: [quoteField('Ingress', meta, 'spec.ingressClassName', className)],
    nextSteps: ['kubectl get ingressclasses', describeObject('ingress', meta)],
  };
}

function withoutClass(view: View, ingress: Ingress): CheckedFinding | undefined {
  const { meta } = ingress;
  const classes = view.objects.IngressClass;
  const isServedElsewhere = view.objects.Ingress.some(
    (other) =>
      other.className === undefined && annotatedClassOf(other) === undefined && other.loadBalancerAddresses.length > 0,
  );
  if (isServedElsewhere || classes.some(({ isDefault }) => isDefault)) return undefined;
  return {
    ...aboutIngress(view, ingress),
    family: 'network',
    reason: 'IngressClassMissing',
    impact: 'warning',
    title: `Ingress names no class, no class is the default, and nothing has given it an address (${classesText(classes.map((one) => one.meta.name))})`,
    onsetAtMs: meta.createdAtMs,
    evidence: [
      quoteField('Ingress', meta, 'spec.ingressClassName', 'none'),
      quoteField('Ingress', meta, 'status.loadBalancer', 'ingress: none'),
    ],
    nextSteps: ['kubectl get ingressclasses', describeObject('ingress', meta)],
  };
}

function classesText(names: readonly string[]): string {
  return names.length === 0 ? 'there is no class' : `there is ${names.toSorted().slice(0, 5).join(', ')}`;
}
