import { BLOB, FLAG, inline, INTEGER, many, message, one, TEXT, TEXTS } from './message.ts';
import { CONDITION, LABEL_SELECTOR, OBJECT_META } from './meta.ts';

// Field numbers: api, admissionregistration/v1/generated.proto. A mutating webhook has the same for all that is read.

const CLIENT_CONFIG = message({
  service: [1, one(message({ namespace: [1, TEXT], name: [2, TEXT], port: [4, INTEGER] }))],
  caBundle: [2, BLOB],
});

const RULE = message({ apiGroups: [1, TEXTS], resources: [3, TEXTS] });

const WEBHOOK = message({
  name: [1, TEXT],
  clientConfig: [2, one(CLIENT_CONFIG)],
  rules: [3, many(message({ operations: [1, TEXTS], rule: [2, inline(RULE)] }))],
  failurePolicy: [4, TEXT],
  namespaceSelector: [5, one(LABEL_SELECTOR)],
});

export const WEBHOOK_CONFIGURATION = message({ metadata: [1, one(OBJECT_META)], webhooks: [2, many(WEBHOOK)] });

// Field numbers: kube-aggregator, apis/apiregistration/v1/generated.proto.

export const API_SERVICE = message({
  metadata: [1, one(OBJECT_META)],
  spec: [
    2,
    one(
      message({
        service: [1, one(message({ namespace: [1, TEXT], name: [2, TEXT], port: [3, INTEGER] }))],
        group: [2, TEXT],
        version: [3, TEXT],
        insecureSkipTLSVerify: [4, FLAG],
        caBundle: [5, BLOB],
      }),
    ),
  ],
  status: [3, one(message({ conditions: [1, many(CONDITION)] }))],
});

// Field numbers: apiextensions-apiserver, apis/apiextensions/v1/generated.proto. Its client config is the webhooks' one.

const CONVERSION = message({ webhook: [2, one(message({ clientConfig: [2, one(CLIENT_CONFIG)] }))] });

export const RESOURCE_DEFINITION = message({
  metadata: [1, one(OBJECT_META)],
  spec: [
    2,
    one(
      message({
        group: [1, TEXT],
        names: [3, one(message({ plural: [1, TEXT], kind: [4, TEXT] }))],
        scope: [4, TEXT],
        versions: [7, many(message({ name: [1, TEXT], served: [2, FLAG] }))],
        conversion: [9, one(CONVERSION)],
      }),
    ),
  ],
  status: [3, one(message({ conditions: [1, many(CONDITION)], storedVersions: [3, TEXTS] }))],
});
