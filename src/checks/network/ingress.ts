import type { CheckedFinding } from '../../domain/check.ts';
import type { Ingress, IngressBackend } from '../../domain/kubernetes/network.ts';
import { about } from '../about.ts';
import type { View } from '../view.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
/** The AWS controller reads such a backend's rules from an annotation of that name: there is no Service. */
const ANNOTATED_PORT = 'use-annotation';

const INGRESS_VERSION = 'networking.k8s.io/v1';

/** The class in its newer or older form; '' for none. */
export function classNameOf({ className, meta }: Ingress): string {
  return className ?? annotatedClassOf({ meta }) ?? '';
}

/** Controllers match this text themselves: it needs no IngressClass. */
export function annotatedClassOf({ meta }: Pick<Ingress, 'meta'>): string | undefined {
  return meta.annotations[CLASS_ANNOTATION];
}

export interface Route {
  /** `spec.rules[api.example.com/].backend`. */
  readonly path: string;
  readonly backend: IngressBackend;
}

/** Its routes to Services. */
export function routesOf({ defaultBackend, rules }: Ingress): readonly Route[] {
  const routes = [
    ...(defaultBackend === undefined ? [] : [{ path: 'spec.defaultBackend', backend: defaultBackend }]),
    ...rules.flatMap(({ host, paths }) =>
      paths.map(({ path, backend }) => ({ path: `spec.rules[${host}${path || '/'}].backend`, backend })),
    ),
  ];
  return routes.filter(({ backend }) => backend.serviceName !== '' && backend.servicePort !== ANNOTATED_PORT);
}

/** Whom a finding on an Ingress is about; the Services that it names are its service names. */
export function aboutIngress(view: View, ingress: Ingress): ReturnType<typeof about> {
  const subject = about(view, 'Ingress', INGRESS_VERSION, ingress.meta);
  const services = routesOf(ingress).map(({ backend }) => backend.serviceName);
  return { ...subject, serviceNames: [...new Set([...subject.serviceNames, ...services])].toSorted() };
}

/** ` and 2 more`; '' for a single one. */
export function andMore(items: readonly unknown[]): string {
  return items.length > 1 ? ` and ${String(items.length - 1)} more` : '';
}

export type IngressRule = (view: View, ingress: Ingress) => CheckedFinding | undefined;

/** What the rule says of each Ingress that is to stay. */
export function forEachIngress(rule: IngressRule): (view: View) => CheckedFinding[] {
  return (view) =>
    view.objects.Ingress.flatMap((ingress) =>
      ingress.meta.deletedAtMs === undefined ? (rule(view, ingress) ?? []) : [],
    );
}
