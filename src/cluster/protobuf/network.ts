import { FLAG, inline, INTEGER, many, mapOf, message, one, TEXT, TEXTS } from './message.ts';
import { LABEL_SELECTOR, NUMBER_OR_TEXT, object, OBJECT_META } from './meta.ts';

// Field numbers: api, core/v1/generated.proto.

const SERVICE_PORT = message({
  name: [1, TEXT],
  protocol: [2, TEXT],
  port: [3, INTEGER],
  targetPort: [4, NUMBER_OR_TEXT],
});

const LOAD_BALANCER_STATUS = message({ ingress: [1, many(message({ ip: [1, TEXT], hostname: [2, TEXT] }))] });

export const SERVICE = object({
  spec: {
    ports: [1, many(SERVICE_PORT)],
    selector: [2, mapOf(TEXT)],
    clusterIP: [3, TEXT],
    type: [4, TEXT],
    externalName: [10, TEXT],
    publishNotReadyAddresses: [13, FLAG],
    loadBalancerClass: [21, TEXT],
  },
  status: { loadBalancer: [1, one(LOAD_BALANCER_STATUS)] },
});

// Field numbers: api, discovery/v1/generated.proto.

const ENDPOINT = message({
  addresses: [1, TEXTS],
  conditions: [2, one(message({ ready: [1, FLAG] }))],
  targetRef: [4, one(message({ kind: [1, TEXT], name: [3, TEXT] }))],
  nodeName: [6, TEXT],
});

export const ENDPOINT_SLICE = message({
  metadata: [1, one(OBJECT_META)],
  endpoints: [2, many(ENDPOINT)],
  ports: [3, many(message({ name: [1, TEXT], port: [3, INTEGER] }))],
});

// Field numbers: api, networking/v1/generated.proto. The load balancer's status has those of the core.

const INGRESS_BACKEND = message({
  service: [4, one(message({ name: [1, TEXT], port: [2, one(message({ name: [1, TEXT], number: [2, INTEGER] }))] }))],
});

const INGRESS_PATHS = message({ paths: [1, many(message({ path: [1, TEXT], backend: [2, one(INGRESS_BACKEND)] }))] });

const INGRESS_RULE = message({
  host: [1, TEXT],
  ingressRuleValue: [2, inline(message({ http: [1, one(INGRESS_PATHS)] }))],
});

export const INGRESS = object({
  spec: {
    defaultBackend: [1, one(INGRESS_BACKEND)],
    tls: [2, many(message({ secretName: [2, TEXT] }))],
    rules: [3, many(INGRESS_RULE)],
    ingressClassName: [4, TEXT],
  },
  status: { loadBalancer: [1, one(LOAD_BALANCER_STATUS)] },
});

export const INGRESS_CLASS = message({
  metadata: [1, one(OBJECT_META)],
  spec: [2, one(message({ controller: [1, TEXT] }))],
});

export const NETWORK_POLICY = message({
  metadata: [1, one(OBJECT_META)],
  spec: [2, one(message({ podSelector: [1, one(LABEL_SELECTOR)], policyTypes: [4, TEXTS] }))],
});
