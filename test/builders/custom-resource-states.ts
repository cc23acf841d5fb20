import { iso, rawCondition, type RawParts } from './custom-resources.ts';

const conditions = (...list: readonly object[]): RawParts => ({ status: { conditions: list } });
const ready = (status: string, reason?: string, over?: object) =>
  conditions(rawCondition('Ready', status, reason, over));
const young = (type: string, status: string, reason = 'Because') =>
  conditions(rawCondition(type, status, reason, { lastTransitionTime: iso(1) }));
const listener = (...list: readonly object[]) => ({ name: 'https', conditions: list });
const parent = (...list: readonly object[]) => ({
  status: { parents: [{ controllerName: 'example.com/gateway', parentRef: { name: 'edge' }, conditions: list }] },
});

const application = (
  health: string,
  sync: string,
  {
    automated,
    phase,
    minutes = 60,
    ...status
  }: { automated?: object; phase?: string; minutes?: number; [key: string]: unknown } = {},
): RawParts => ({
  spec: { ...(automated !== undefined && { syncPolicy: { automated } }) },
  status: {
    health: { status: health, lastTransitionTime: iso(minutes) },
    sync: { status: sync },
    ...(phase !== undefined && {
      operationState: { phase, message: 'one or more objects failed to apply', finishedAt: iso(minutes) },
    }),
    ...status,
  },
});

/** States of custom resources that are told, with what is said of them: `IMPACT REASON: TITLE`. */
export const SICK_STATES: readonly (readonly [id: string, what: string, parts: RawParts, says: string])[] = [
  ['argocd-application', 'degraded', application('Degraded', 'Synced'), 'error Degraded: is degraded'],
  [
    'argocd-application',
    'sync failed',
    application('Healthy', 'OutOfSync', { phase: 'Failed' }),
    'error SyncFailed: the last sync failed: one or more objects failed to apply',
  ],
  [
    'argocd-application',
    'source cannot be compared (its conditions have no status)',
    application('Healthy', 'Unknown', {
      conditions: [{ type: 'ComparisonError', message: 'app path does not exist', lastTransitionTime: iso(20) }],
    }),
    'error SyncFailed: ComparisonError: app path does not exist',
  ],
  [
    'argocd-application',
    'missing although automated',
    application('Missing', 'OutOfSync', { automated: {} }),
    'error SyncFailed: something it should have is missing, and automated sync does not bring it',
  ],
  [
    'argocd-application',
    'out of sync although automated',
    application('Healthy', 'OutOfSync', { automated: { prune: true }, phase: 'Succeeded', minutes: 61 }),
    'warning OutOfSync: is out of sync although sync is automated',
  ],
  [
    'argocd-application',
    'out of sync for a day, by hand',
    application('Healthy', 'OutOfSync', { phase: 'Succeeded', minutes: 25 * 60 }),
    'info OutOfSync: is out of sync, and sync is left to people',
  ],
  [
    'argo-rollout',
    'degraded',
    {
      status: {
        phase: 'Degraded',
        message: 'ProgressDeadlineExceeded: timed out',
        conditions: [rawCondition('Progressing', 'False')],
      },
    },
    'error RolloutStuck: is degraded: ProgressDeadlineExceeded: timed out',
  ],
  [
    'argo-rollout',
    'a spec that cannot be used',
    conditions(rawCondition('InvalidSpec', 'True', 'InvalidSpec')),
    'error RolloutStuck: InvalidSpec is True: InvalidSpec True',
  ],
  [
    'argo-rollout',
    'an inconclusive analysis',
    { status: { phase: 'Paused', pauseConditions: [{ reason: 'InconclusiveAnalysisRun', startTime: iso(10) }] } },
    'warning RolloutPaused: waits for a decision: its analysis was inconclusive',
  ],
  [
    'argo-rollout',
    'a canary step that nobody goes on from for two days',
    {
      minutes: 9_999,
      status: { phase: 'Paused', pauseConditions: [{ reason: 'CanaryPauseStep', startTime: iso(2 * 24 * 60) }] },
    },
    'info RolloutPaused: stands paused in the middle of an update',
  ],
  [
    'flux-kustomization',
    'cannot be built',
    ready('False', 'BuildFailed'),
    'error SyncFailed: Ready is False (BuildFailed): Ready False',
  ],
  [
    'flux-kustomization',
    'health checks',
    ready('False', 'HealthCheckFailed'),
    'error Degraded: Ready is False (HealthCheckFailed): Ready False',
  ],
  [
    'flux-kustomization',
    'waits for another',
    ready('False', 'DependencyNotReady'),
    'warning SourceFailed: Ready is False (DependencyNotReady): Ready False',
  ],
  [
    'flux-kustomization',
    'failing from its first day on: status.observedGeneration stays -1',
    {
      status: {
        observedGeneration: -1,
        conditions: [rawCondition('Ready', 'False', 'BuildFailed', { observedGeneration: 1 })],
      },
    },
    'error SyncFailed: Ready is False (BuildFailed): Ready False',
  ],
  [
    'flux-kustomization',
    'suspended for a week',
    { minutes: 8 * 24 * 60, spec: { suspend: true }, status: { conditions: [rawCondition('Ready', 'False')] } },
    'info GitOpsSuspended: has been suspended for a week: changes are not applied',
  ],
  [
    'flux-helmrelease',
    'an upgrade failed',
    ready('False', 'UpgradeFailed'),
    'error SyncFailed: Ready is False (UpgradeFailed): Ready False',
  ],
  ...['gitrepository', 'ocirepository', 'helmrepository', 'bucket', 'helmchart'].flatMap(
    (kind): readonly (readonly [string, string, RawParts, string])[] => [
      [
        `flux-${kind}`,
        'cannot be fetched',
        ready('False', 'FetchFailed'),
        'warning SourceFailed: Ready is False (FetchFailed): Ready False',
      ],
      [
        `flux-${kind}`,
        'stalled',
        conditions(rawCondition('Stalled', 'True', 'InvalidURL')),
        'error SourceFailed: Stalled is True (InvalidURL): Stalled True',
      ],
    ],
  ),
  [
    'cert-manager-certificate',
    'not ready',
    ready('False', 'IncorrectIssuer'),
    'error CertificateNotReady: Ready is False (IncorrectIssuer): Ready False',
  ],
  [
    'cert-manager-certificate',
    'expired',
    ready('False', 'Expired'),
    'critical CertificateNotReady: Ready is False (Expired): Ready False',
  ],
  [
    'cert-manager-certificate',
    'its renewal fails',
    conditions(rawCondition('Ready', 'True'), rawCondition('Issuing', 'False', 'Failed')),
    'warning CertificateNotReady: is still good, but its renewal fails (Failed): Issuing False',
  ],
  [
    'cert-manager-certificate',
    'not renewed, three days left',
    {
      status: {
        notAfter: iso(-3 * 24 * 60),
        renewalTime: iso(17 * 24 * 60),
        conditions: [rawCondition('Ready', 'True')],
      },
      minutes: 90 * 24 * 60,
    },
    'warning CertificateExpiring: expires at 2026-11-24 18:00 UTC; it should have been renewed at 2026-11-04 18:00 UTC',
  ],
  [
    'cert-manager-certificaterequest',
    'refused',
    ready('False', 'Failed'),
    'warning CertificateNotReady: Ready is False (Failed): Ready False',
  ],
  [
    'cert-manager-issuer',
    'not ready',
    ready('False', 'ErrRegisterACMEAccount'),
    'error CertificateNotReady: Ready is False (ErrRegisterACMEAccount): Ready False',
  ],
  [
    'cert-manager-clusterissuer',
    'not ready',
    ready('False', 'ErrInitIssuer'),
    'error CertificateNotReady: Ready is False (ErrInitIssuer): Ready False',
  ],
  [
    'cert-manager-order',
    'invalid',
    { status: { state: 'invalid', reason: 'challenge failed', failureTime: iso(30) } },
    'warning CertificateNotReady: state is invalid: challenge failed',
  ],
  [
    'cert-manager-challenge',
    'pending for long',
    { status: { state: 'pending', reason: 'Waiting for DNS-01 challenge propagation' } },
    'warning CertificateNotReady: state is pending: Waiting for DNS-01 challenge propagation',
  ],
  [
    'gateway-class',
    'not accepted',
    conditions(rawCondition('Accepted', 'False', 'InvalidParameters')),
    'error GatewayNotReady: Accepted is False (InvalidParameters): Accepted False',
  ],
  [
    'gateway',
    'not programmed',
    conditions(rawCondition('Accepted', 'True'), rawCondition('Programmed', 'False', 'NoResources')),
    'error GatewayNotReady: Programmed is False (NoResources): Programmed False',
  ],
  [
    'gateway',
    'a certificate that is not there',
    {
      status: {
        conditions: [rawCondition('Accepted', 'True', 'ListenersNotValid'), rawCondition('Programmed', 'True')],
        listeners: [
          listener(rawCondition('Accepted', 'True'), rawCondition('ResolvedRefs', 'False', 'InvalidCertificateRef')),
        ],
      },
    },
    'error GatewayNotReady: listener https: ResolvedRefs is False (InvalidCertificateRef): ResolvedRefs False',
  ],
  ...['gateway-http-route', 'gateway-grpc-route'].flatMap(
    (id): readonly (readonly [string, string, RawParts, string])[] => [
      [
        id,
        'not accepted',
        parent(rawCondition('Accepted', 'False', 'NotAllowedByListeners')),
        'error RouteNotReady: parent edge: Accepted is False (NotAllowedByListeners): Accepted False',
      ],
      [
        id,
        'a backend that is not there',
        parent(rawCondition('Accepted', 'True'), rawCondition('ResolvedRefs', 'False', 'BackendNotFound')),
        'error RouteNotReady: parent edge: ResolvedRefs is False (BackendNotFound): ResolvedRefs False',
      ],
      [
        id,
        'in part',
        parent(rawCondition('Accepted', 'True'), rawCondition('PartiallyInvalid', 'True', 'UnsupportedValue')),
        'warning RouteNotReady: parent edge: PartiallyInvalid is True (UnsupportedValue): PartiallyInvalid True',
      ],
      [
        id,
        'nobody takes it up',
        { spec: { parentRefs: [{ kind: 'Gateway', name: 'edge' }] } },
        'warning RouteNotReady: no controller has taken it up',
      ],
    ],
  ),
  [
    'olm-subscription',
    'cannot be resolved',
    conditions(rawCondition('ResolutionFailed', 'True', 'ConstraintsNotSatisfiable')),
    'error OperatorNotReady: ResolutionFailed is True (ConstraintsNotSatisfiable): ResolutionFailed True',
  ],
  [
    'olm-subscription',
    'approval for a week',
    {
      minutes: 20 * 24 * 60,
      spec: { installPlanApproval: 'Manual' },
      status: { state: 'UpgradePending', lastUpdated: iso(8 * 24 * 60) },
    },
    'info OperatorNotReady: an upgrade has waited for approval for a week',
  ],
  [
    'olm-subscription',
    'automatic and still pending',
    { status: { state: 'UpgradePending', lastUpdated: iso(90) } },
    'warning OperatorNotReady: its upgrade has been pending for an hour',
  ],
  [
    'olm-installplan',
    'failed',
    { status: { phase: 'Failed', message: 'bundle unpacking failed' } },
    'info OperatorNotReady: failed: bundle unpacking failed',
  ],
  [
    'olm-clusterserviceversion',
    'failed',
    { status: { phase: 'Failed', message: 'install timeout', lastTransitionTime: iso(30) } },
    'error OperatorNotReady: failed: install timeout',
  ],
  [
    'olm-clusterserviceversion',
    'installing without end',
    { status: { phase: 'Installing', lastTransitionTime: iso(45) } },
    'warning OperatorNotReady: phase is Installing',
  ],
  [
    'olm-catalogsource',
    'does not answer',
    { status: { connectionState: { lastObservedState: 'TRANSIENT_FAILURE', lastConnect: iso(30) } } },
    'warning OperatorNotReady: connectionState.lastObservedState is TRANSIENT_FAILURE',
  ],
  [
    'olm-clusterextension',
    'not installed',
    conditions(rawCondition('Installed', 'False', 'Failed')),
    'error OperatorNotReady: Installed is False (Failed): Installed False',
  ],
  [
    'olm-clustercatalog',
    'not served',
    conditions(rawCondition('Serving', 'False', 'Unavailable')),
    'error OperatorNotReady: Serving is False (Unavailable): Serving False',
  ],
  ...['keda-scaledobject', 'keda-scaledjob'].flatMap((id): readonly (readonly [string, string, RawParts, string])[] => [
    [
      id,
      'cannot scale',
      conditions({ type: 'Ready', status: 'False', reason: 'TriggerError', message: 'no host' }),
      'error CannotScale: Ready is False (TriggerError): no host',
    ],
    [
      id,
      'by its fallback',
      conditions(
        { type: 'Ready', status: 'True' },
        { type: 'Fallback', status: 'True', reason: 'FallbackExists', message: 'At least one trigger is falling back' },
      ),
      'warning MetricsMissing: scales by its fallback (FallbackExists): At least one trigger is falling back',
    ],
  ]),
  ...['crossplane-provider', 'crossplane-configuration', 'crossplane-function'].flatMap(
    (id): readonly (readonly [string, string, RawParts, string])[] => [
      [
        id,
        'not healthy',
        conditions(
          rawCondition('Installed', 'True', 'ActivePackageRevision'),
          rawCondition('Healthy', 'False', 'UnhealthyPackageRevision'),
        ),
        'error OperatorNotReady: Healthy is False (UnhealthyPackageRevision): Healthy False',
      ],
      [
        id,
        'cannot be unpacked',
        conditions(rawCondition('Installed', 'False', 'UnpackingPackage')),
        'error OperatorNotReady: Installed is False (UnpackingPackage): Installed False',
      ],
    ],
  ),
  [
    'kubevela-application',
    'unhealthy',
    { status: { status: 'unhealthy', services: [{ message: 'Ready:0/2' }], workflow: { endTime: iso(60) } } },
    'error Degraded: is unhealthy: Ready:0/2',
  ],
  [
    'kubevela-application',
    'workflow failed',
    { status: { status: 'workflowFailed', workflow: { message: 'step deploy failed', endTime: iso(60) } } },
    'error SyncFailed: its workflow failed: step deploy failed',
  ],
];

/** Their nearest healthy twins. */
export const HEALTHY_STATES: readonly (readonly [id: string, what: string, parts: RawParts])[] = [
  ['argocd-application', 'healthy and in sync', application('Healthy', 'Synced', { phase: 'Succeeded' })],
  ['argocd-application', 'degraded for a minute', application('Degraded', 'Synced', { minutes: 1 })],
  ['argocd-application', 'progressing', application('Progressing', 'Synced')],
  ['argocd-application', 'suspended', application('Suspended', 'Synced')],
  [
    'argocd-application',
    'missing before its first sync by hand',
    { minutes: 60, ...application('Missing', 'OutOfSync') },
  ],
  [
    'argocd-application',
    'out of sync for an hour, by hand',
    application('Healthy', 'OutOfSync', { phase: 'Succeeded' }),
  ],
  [
    'argocd-application',
    'automated in its spec, but switched off',
    application('Healthy', 'OutOfSync', { automated: { enabled: false }, phase: 'Succeeded', minutes: 90 }),
  ],
  [
    'argocd-application',
    'in the middle of its sync',
    application('Healthy', 'OutOfSync', { automated: {}, phase: 'Running', minutes: 90 }),
  ],
  [
    'argocd-application',
    'a warning about shared resources',
    application('Healthy', 'Synced', { conditions: [{ type: 'SharedResourceWarning', message: 'x' }] }),
  ],
  ['argo-rollout', 'healthy', { status: { phase: 'Healthy' } }],
  ['argo-rollout', 'progressing', { status: { phase: 'Progressing' } }],
  [
    'argo-rollout',
    'paused on purpose by a canary step',
    { status: { phase: 'Paused', pauseConditions: [{ reason: 'CanaryPauseStep', startTime: iso(60) }] } },
  ],
  ['flux-kustomization', 'ready', ready('True', 'ReconciliationSucceeded')],
  [
    'flux-kustomization',
    'reconciling, so nobody knows',
    conditions(
      rawCondition('Ready', 'Unknown', 'Progressing', { lastTransitionTime: iso(10) }),
      rawCondition('Reconciling', 'True'),
    ),
  ],
  ['flux-kustomization', 'failed a minute ago', young('Ready', 'False', 'BuildFailed')],
  [
    'flux-kustomization',
    'suspended yesterday, however it stood',
    { spec: { suspend: true }, status: { conditions: [rawCondition('Ready', 'False')] } },
  ],
  [
    'flux-helmrelease',
    'waits for its dependency for ten minutes',
    ready('False', 'DependencyNotReady', { lastTransitionTime: iso(10) }),
  ],
  [
    'flux-gitrepository',
    'not fetched for ten minutes',
    ready('False', 'GitOperationFailed', { lastTransitionTime: iso(10) }),
  ],
  ['flux-ocirepository', 'ready', ready('True')],
  ['flux-helmrepository', 'of OCI: no status at all', { spec: { type: 'oci' } }],
  ['flux-bucket', 'ready', ready('True')],
  ['flux-helmchart', 'ready', ready('True')],
  [
    'cert-manager-certificate',
    'ready',
    {
      status: {
        notAfter: iso(-60 * 24 * 60),
        renewalTime: iso(-30 * 24 * 60),
        conditions: [rawCondition('Ready', 'True')],
      },
    },
  ],
  [
    'cert-manager-certificate',
    'three days left, and renewed tomorrow',
    {
      status: { notAfter: iso(-3 * 24 * 60), renewalTime: iso(-24 * 60), conditions: [rawCondition('Ready', 'True')] },
    },
  ],
  [
    'cert-manager-certificate',
    'in the first minutes of its issuance',
    conditions(
      rawCondition('Ready', 'False', 'DoesNotExist', { lastTransitionTime: iso(7) }),
      rawCondition('Issuing', 'True', 'DoesNotExist'),
    ),
  ],
  [
    'cert-manager-certificaterequest',
    'pending for half an hour',
    ready('False', 'Pending', { lastTransitionTime: iso(30) }),
  ],
  [
    'cert-manager-certificaterequest',
    'issued',
    { status: { certificate: 'LS0t', conditions: [rawCondition('Ready', 'True', 'Issued')] } },
  ],
  ['cert-manager-issuer', 'ready', ready('True', 'ACMEAccountRegistered')],
  ['cert-manager-clusterissuer', 'ready', ready('True')],
  ['cert-manager-order', 'valid', { status: { state: 'valid' } }],
  ['cert-manager-challenge', 'pending for a moment', { minutes: 10, status: { state: 'pending' } }],
  [
    'gateway-class',
    'brand-new, as its CRD writes it',
    {
      minutes: 3,
      ...conditions(rawCondition('Accepted', 'Unknown', 'Pending', { lastTransitionTime: '1970-01-01T00:00:00Z' })),
    },
  ],
  [
    'gateway',
    'brand-new, as its CRD writes it',
    {
      minutes: 3,
      ...conditions(
        ...['Accepted', 'Programmed'].map((type) =>
          rawCondition(type, 'Unknown', 'Pending', { lastTransitionTime: '1970-01-01T00:00:00Z' }),
        ),
      ),
    },
  ],
  [
    'gateway',
    'programmed',
    {
      status: {
        conditions: [rawCondition('Accepted', 'True'), rawCondition('Programmed', 'True')],
        listeners: [listener(rawCondition('Conflicted', 'False'), rawCondition('ResolvedRefs', 'True'))],
      },
    },
  ],
  [
    'gateway',
    'its address is on its way',
    conditions(
      rawCondition('Accepted', 'True'),
      rawCondition('Programmed', 'False', 'AddressNotAssigned', { lastTransitionTime: iso(3) }),
    ),
  ],
  ['gateway-http-route', 'accepted', parent(rawCondition('Accepted', 'True'), rawCondition('ResolvedRefs', 'True'))],
  [
    'gateway-http-route',
    'of a mesh without controller status',
    { spec: { parentRefs: [{ kind: 'Service', name: 'api' }] } },
  ],
  ['gateway-http-route', 'a minute old', { minutes: 1, spec: { parentRefs: [{ kind: 'Gateway', name: 'edge' }] } }],
  ['gateway-grpc-route', 'accepted', parent(rawCondition('Accepted', 'True'), rawCondition('ResolvedRefs', 'True'))],
  [
    'olm-subscription',
    'up to date, its catalogs healthy',
    { status: { state: 'AtLatestKnown', conditions: [rawCondition('CatalogSourcesUnhealthy', 'False')] } },
  ],
  [
    'olm-subscription',
    'an upgrade that people approve',
    { spec: { installPlanApproval: 'Manual' }, status: { state: 'UpgradePending', lastUpdated: iso(3 * 24 * 60) } },
  ],
  ['olm-installplan', 'waits for approval', { status: { phase: 'RequiresApproval' } }],
  ['olm-installplan', 'complete', { status: { phase: 'Complete' } }],
  [
    'olm-clusterserviceversion',
    'succeeded; its conditions have no status',
    {
      status: {
        phase: 'Succeeded',
        conditions: [{ phase: 'Pending', reason: 'RequirementsUnknown' }],
      },
    },
  ],
  ['olm-clusterserviceversion', 'replaced just now', { status: { phase: 'Replacing', lastTransitionTime: iso(5) } }],
  [
    'olm-clusterserviceversion',
    'a copy of one that failed',
    {
      metadata: { labels: { 'olm.copiedFrom': 'operators' } },
      status: { phase: 'Failed', lastTransitionTime: iso(30) },
    },
  ],
  ['olm-catalogsource', 'ready', { status: { connectionState: { lastObservedState: 'READY' } } }],
  ['olm-catalogsource', 'idle', { status: { connectionState: { lastObservedState: 'IDLE', lastConnect: iso(500) } } }],
  [
    'olm-clusterextension',
    'installed',
    conditions(rawCondition('Installed', 'True', 'Succeeded'), rawCondition('Progressing', 'True', 'Succeeded')),
  ],
  [
    'olm-clustercatalog',
    'progressing is normal',
    conditions(rawCondition('Serving', 'True', 'Available'), rawCondition('Progressing', 'True', 'Succeeded')),
  ],
  [
    'olm-clustercatalog',
    'switched off by people',
    conditions(rawCondition('Serving', 'False', 'UserSpecifiedUnavailable')),
  ],
  [
    'keda-scaledobject',
    'idle',
    conditions(
      { type: 'Ready', status: 'True' },
      { type: 'Active', status: 'False', reason: 'ScalerNotActive' },
      { type: 'Fallback', status: 'False' },
      { type: 'Paused', status: 'Unknown' },
    ),
  ],
  [
    'keda-scaledobject',
    'paused by its annotation',
    {
      metadata: { annotations: { 'autoscaling.keda.sh/paused': 'true' } },
      status: { conditions: [{ type: 'Ready', status: 'False' }] },
    },
  ],
  [
    'keda-scaledobject',
    'paused by its condition',
    conditions({ type: 'Ready', status: 'Unknown' }, { type: 'Paused', status: 'True' }),
  ],
  ['keda-scaledjob', 'idle', conditions({ type: 'Ready', status: 'True' }, { type: 'Active', status: 'False' })],
  ['crossplane-provider', 'healthy', conditions(rawCondition('Installed', 'True'), rawCondition('Healthy', 'True'))],
  ['crossplane-configuration', 'unpacking for a minute', young('Installed', 'False', 'UnpackingPackage')],
  [
    'crossplane-function',
    'waits for a person to activate it',
    {
      spec: { revisionActivationPolicy: 'Manual' },
      ...conditions(rawCondition('Installed', 'False', 'InactivePackageRevision')),
    },
  ],
  ['kubevela-application', 'running', { status: { status: 'running' } }],
  [
    'kubevela-application',
    'its workflow waits for a person',
    { status: { status: 'workflowSuspending', workflow: { startTime: iso(60) } } },
  ],
];
