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
  run: (view) => {
    const isServed = view.objects.Ingress.some((ingress) => isClassless(ingress) && hasAddress(ingress));
    const hasDefault = view.objects.IngressClass.some(({ isDefault }) => isDefault);
    const classes = view.objects.IngressClass.map(({ meta }) => meta.name);
    return forEachIngress((_, ingress) => {
      if (hasAddress(ingress)) return undefined;
      if (isClassless(ingress)) return isServed || hasDefault ? undefined : withoutClass(view, ingress, classes);
      const { className } = ingress;
      if (className === undefined || BUILT_IN.includes(className) || classes.includes(className)) return undefined;
      return withMissingClass(view, ingress, className, classes);
    })(view);
  },
};

function hasAddress({ loadBalancerAddresses }: Ingress): boolean {
  return loadBalancerAddresses.length > 0;
}

function isClassless(ingress: Ingress): boolean {
  return ingress.className === undefined && annotatedClassOf(ingress) === undefined;
}

function withMissingClass(view: View, ingress: Ingress, className: string, classes: readonly string[]): CheckedFinding {
  const { meta } = ingress;
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

function withoutClass(view: View, ingress: Ingress, classes: readonly string[]): CheckedFinding {
  const { meta } = ingress;
  return {
    ...aboutIngress(view, ingress),
    family: 'network',
    reason: 'IngressClassMissing',
    impact: 'warning',
    title: `Ingress names no class, no class is the default, and nothing has given it an address (${classesText(classes)})`,
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
