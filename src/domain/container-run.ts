/** One run of one container: what a log is asked for by. */
export interface ContainerRun {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The run before the present one: how a container that has been started again ended. */
  readonly previous: boolean;
}

const LOG_SOURCE = 'k8s_logs ';

/** `k8s_logs payments/api-1 -c app --previous`: a log is called the same whoever asked for it, so that one line is quoted once. */
export function logSource({ namespace, pod, container, previous }: ContainerRun): string {
  return `${LOG_SOURCE}${namespace}/${pod} -c ${container}${previous ? ' --previous' : ''}`;
}

/** Whether this source of a quotation is a container's log. */
export function isLogSource(source: string): boolean {
  return source.startsWith(LOG_SOURCE);
}
