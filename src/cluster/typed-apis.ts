/**
 * client-node's typed APIs, for the few questions that are asked through them. With them come the classes of all objects of Kubernetes, which
 * cost 15 MiB: import this file when something is asked, not before. Of client-node's own front door nothing could be left out of a bundle.
 */
export {
  ObjectApisApi as ApisApi,
  ObjectAuthorizationV1Api as AuthorizationV1Api,
  ObjectCoreV1Api as CoreV1Api,
  ObjectCustomObjectsApi as CustomObjectsApi,
} from '@kubernetes/client-node/dist/gen/types/ObjectParamAPI.js';
