/** What the page and the editor say of a field; what is left out is the schema's own. */
export interface FieldText {
  /** Words for a default that the schema does not know. */
  readonly byDefault?: string;
  readonly bounds?: string;
  readonly what?: string;
}

/** `config.yaml`, by the path of the field. */
export const FIELDS: Readonly<Record<string, FieldText>> = {
  cluster_name: { what: 'the name on cards' },
  cluster_id: {
    byDefault: 'the UID of `kube-system`',
    bounds: 'restart',
    what: 'identity of the cluster, where `kube-system` may not be read',
  },
  'schedule.agents': { bounds: 'cron', what: 'cycles with agents' },
  'schedule.patrol': { bounds: 'cron', what: 'checks alone' },
  'schedule.timezone': { bounds: 'IANA name', what: 'cron, windows without a zone of their own, business hours' },
  'namespaces.include': {
    byDefault: 'all of them',
    bounds: 'list',
    what: 'only these; cluster-wide kinds are then out of scope, namespaces and their `environment` label too: say the environment in `environments.yaml`, and set `cluster_id` where `kube-system` may not be read',
  },
  'namespaces.exclude': { bounds: 'list', what: 'never these' },
  'llm.provider': {
    what: 'who answers the agents; `none`: checks alone. Taken only when its credentials are there; `openai` needs `llm.model`',
  },
  'llm.model': {
    byDefault: 'the alias `sonnet`',
    bounds: 'alias or id',
    what: 'analyzers and correlators at work on a SEV-1/2',
  },
  'llm.quiet_model': {
    byDefault: 'the alias `haiku`; where only `llm.model` is set, that',
    bounds: 'alias or id',
    what: 'everything else',
  },
  'llm.endpoint': {
    bounds: 'URL of an allowed origin',
    what: "where prompts go; `null` = `ANTHROPIC_BASE_URL`, else the provider's own",
  },
  'llm.max_retries': { what: 'retries of passing failures' },
  'llm.timeout_seconds': { what: 'one call with its retries' },
  'llm.temperature': {
    what: 'sent only where the model takes one: those of OpenAI that do not reason, and earlier families of Claude (up to 1)',
  },
  'llm.max_tokens_per_request': { what: 'output of one call' },
  models: { bounds: 'alias: id', what: 'moves or adds an alias; there are `haiku`, `sonnet`, `opus`' },
  'budget.per_cycle_usd': { what: 'checked before every call' },
  'budget.per_day_usd': { what: 'checked before every call; the day is UTC' },
  'slack.channels.sev1': { bounds: '`#name` or id', what: 'where SEV-1 is told' },
  'slack.channels.sev2': { bounds: '`#name` or id', what: 'where SEV-2 is told' },
  'slack.channels.sev3': { bounds: '`#name` or id', what: 'where SEV-3 is told' },
  'slack.channels.sev4': { bounds: '`#name` or id', what: 'SEV-4 is recorded and not told' },
  'slack.channels.monitor': {
    byDefault: 'that of `sev3`',
    bounds: '`#name` or id',
    what: 'trouble of the monitor itself',
  },
  'slack.channels.digest': { bounds: '`#name` or id', what: 'where the daily digest goes; no effect in this version' },
  'slack.allowed_channels': {
    byDefault: 'those named above',
    bounds: 'list',
    what: 'what Markdown and agents may choose from',
  },
  'slack.digest_at': { bounds: 'hh:mm', what: 'when the daily digest is told; no effect in this version' },
  'slack.business_hours.start': { bounds: 'hh:mm', what: 'SEV-3 is told from then' },
  'slack.business_hours.end': { bounds: 'hh:mm', what: 'SEV-3 is told until then' },
  'slack.business_hours.days': { bounds: '`Sun` `Mon` `Tue` `Wed` `Thu` `Fri` `Sat`', what: 'SEV-3 is told on them' },
  'checks.<id>.enabled': { byDefault: 'on', bounds: '`true`, `false`', what: 'switches a check off' },
  'checks.<id>.grace': {
    byDefault: "the check's own, mostly two minutes",
    bounds: '`90s`, `2m`, `4h`, `1d`',
    what: 'no finding younger than this',
  },
  'checks.<id>.impact': { byDefault: "the check's own", what: 'instead of what the check says' },
  custom_resources: {
    bounds: 'list, at most 50',
    what: 'kinds to look at besides ours; see [below](#custom-resources)',
  },
  'custom_resources[].kind': { byDefault: 'required', bounds: '`Widget`' },
  'custom_resources[].group': {
    byDefault: 'required',
    bounds: 'a group of its own',
    what: 'never a group of Kubernetes itself, never Secrets',
  },
  'custom_resources[].plural': { byDefault: 'required', bounds: '`widgets`', what: 'as in the name of its CRD' },
  'custom_resources[].namespaced': { what: '`false`: objects of the whole cluster' },
  'custom_resources[].description': {
    byDefault: 'made from the kind',
    bounds: 'text',
    what: 'what is lost without it, for `permissions`',
  },
  'custom_resources[].family': { what: 'one owner has one incident a family' },
  'custom_resources[].reason': {
    byDefault: '`ResourceNotReady` in the family `other`, else required',
    bounds: 'a reason of the family',
    what: 'what findings are called',
  },
  'custom_resources[].grace': { bounds: '`90s`, `2m`, `4h`, `1d`', what: 'nothing younger than this is told' },
  'custom_resources[].conditions_at': {
    bounds: 'paths',
    what: 'where conditions stand; `status.listeners[].conditions` where each item of a list has some',
  },
  'custom_resources[].sick': {
    byDefault: 'required',
    bounds: '1 to 20 of them',
    what: 'the first that holds decides; each asks for a condition or a field',
  },
  'custom_resources[].sick[].condition': { bounds: 'type' },
  'custom_resources[].sick[].status': {
    byDefault: '"False"',
    bounds: '`True`, `False`, `Unknown`',
    what: 'list; `[]`: any',
  },
  'custom_resources[].sick[].reasons': { byDefault: 'any', bounds: 'list', what: 'only with one of these reasons' },
  'custom_resources[].sick[].except_reasons': { bounds: 'list', what: 'with none of these' },
  'custom_resources[].sick[].field': { bounds: 'path' },
  'custom_resources[].sick[].is': { bounds: 'list', what: 'one of the values there is one of these' },
  'custom_resources[].sick[].is_not': { bounds: 'list', what: 'none of them is' },
  'custom_resources[].sick[].is_set': { what: 'whether there is a value at all' },
  'custom_resources[].sick[].and': { bounds: 'list', what: 'further conditions or fields that must hold too' },
  'custom_resources[].sick[].and[].condition': { bounds: 'type', what: 'as above' },
  'custom_resources[].sick[].and[].status': {
    byDefault: '"False"',
    bounds: '`True`, `False`, `Unknown`',
    what: 'as above',
  },
  'custom_resources[].sick[].and[].reasons': { byDefault: 'any', bounds: 'list', what: 'as above' },
  'custom_resources[].sick[].and[].except_reasons': { bounds: 'list', what: 'as above' },
  'custom_resources[].sick[].and[].field': { bounds: 'path', what: 'as above' },
  'custom_resources[].sick[].and[].is': { bounds: 'list', what: 'as above' },
  'custom_resources[].sick[].and[].is_not': { bounds: 'list', what: 'as above' },
  'custom_resources[].sick[].and[].is_set': { what: 'as above' },
  'custom_resources[].sick[].impact': {
    byDefault: 'required',
    what: 'patrols look only at kinds that can reach `error`',
  },
  'custom_resources[].sick[].reason': { byDefault: "the row's", bounds: 'a reason of the family' },
  'custom_resources[].sick[].grace': { byDefault: "the row's", bounds: "longer than the row's" },
  'custom_resources[].sick[].says': {
    byDefault: 'what was found',
    bounds: 'text',
    what: 'predicate for the title: `is degraded`',
  },
  'custom_resources[].sick[].message': {
    bounds: 'paths',
    what: 'what explains it, where the condition has no message',
  },
  'custom_resources[].sick[].since': {
    bounds: 'paths, `last-change`',
    what: 'when it began, where the condition has no time; `last-change`: when anything but the status was written; else the creation',
  },
  'custom_resources[].ignore_when': { bounds: 'list', what: 'any of these: left alone' },
  'custom_resources[].ignore_when[].condition': { bounds: 'type', what: 'as above' },
  'custom_resources[].ignore_when[].status': {
    byDefault: '"False"',
    bounds: '`True`, `False`, `Unknown`',
    what: 'as above',
  },
  'custom_resources[].ignore_when[].reasons': { byDefault: 'any', bounds: 'list', what: 'as above' },
  'custom_resources[].ignore_when[].except_reasons': { bounds: 'list', what: 'as above' },
  'custom_resources[].ignore_when[].field': { bounds: 'path', what: 'as above' },
  'custom_resources[].ignore_when[].is': { bounds: 'list', what: 'as above' },
  'custom_resources[].ignore_when[].is_not': { bounds: 'list', what: 'as above' },
  'custom_resources[].ignore_when[].is_set': { what: 'as above' },
  'custom_resources[].expires.field': {
    byDefault: 'required with `expires`',
    bounds: 'path',
    what: 'a date that must not pass',
  },
  'custom_resources[].expires.renewed_from': {
    bounds: 'path',
    what: 'silent until this time: until then its owner renews it',
  },
  'custom_resources[].expires.info': { bounds: '`90s`, `2m`, `4h`, `1d`', what: 'told as info from so long before' },
  'custom_resources[].expires.warning': { bounds: '`90s`, `2m`, `4h`, `1d`', what: 'as warning' },
  'custom_resources[].expires.error': { bounds: '`90s`, `2m`, `4h`, `1d`', what: 'as error' },
  'custom_resources[].caused_by': {
    bounds: 'list',
    what: 'objects it names: a finding of one of them explains its own',
  },
  'custom_resources[].caused_by[].at': {
    byDefault: 'the whole object',
    bounds: 'path',
    what: 'where they stand: `spec.parentRefs[]`',
  },
  'custom_resources[].caused_by[].name': { byDefault: 'required', bounds: 'path below `at`' },
  'custom_resources[].caused_by[].namespace': { byDefault: 'its own namespace', bounds: 'path below `at`' },
  'custom_resources[].caused_by[].kind': { bounds: '`Deployment`', what: 'the kind where `kind_at` has none' },
  'custom_resources[].caused_by[].kind_at': { bounds: 'path below `at`' },
  'custom_resources[].owns_workloads': { what: 'trouble of the pods that it owns explains its own' },
  'custom_resources[].next_steps': { bounds: 'list', what: 'commands for the card, with `{name}` and `{namespace}`' },
  'toolsets.kubernetes.enabled': { what: '`false` takes the `k8s_*` tools away from all agents' },
  'toolsets.github.enabled': { what: '`false` takes the `github_*` tools away from all agents' },
  'github.repositories': { bounds: 'list', what: 'where changes are looked for' },
  'github.repositories[].repository': { byDefault: 'required', bounds: 'owner/name' },
  'github.repositories[].services': {
    bounds: 'namespace/name',
    what: 'the services it deploys, as the correlator is told',
  },
  'github.repositories[].paths': { bounds: 'paths in it', what: 'where in it they are, as the correlator is told' },
  'webhook_leg.url_file': {
    bounds: 'absolute path',
    what: 'a file with the URL of a second way to tell; no effect in this version',
  },
  'prometheus.url': {
    bounds: 'URL of an allowed origin',
    what: 'whom tools ask for metrics; no effect in this version',
  },
  'enrichment.timeout': {
    byDefault: '`5s`',
    bounds: '`100ms`–`10s`',
    what: 'how long a message waits at most for the logs behind it',
  },
  'enrichment.cache_ttl': {
    bounds: '`0s`–`24h`',
    what: 'of the ancestors: every cycle reads the cluster anew, so it has no effect',
  },
  'audit.url': {
    byDefault: 'none: nobody is told',
    bounds: 'URL of an allowed origin; restart',
    what: 'gets a row for every file that was taken or refused ([audit](operations.md#audit-rows-to-another-system))',
  },
  'audit.datastorage_url': {
    byDefault: 'none',
    bounds: 'URL of an allowed origin; restart',
    what: 'the older name of `audit.url`',
  },
  'audit.buffer_size': { what: 'rows that wait at most while the receiver is away; then the oldest are lost there' },
  'audit.flush_interval': {
    byDefault: '`5s`',
    bounds: '`100ms`–`10m`',
    what: 'how long rows are gathered before they are sent together',
  },
  'rego.policy_dir': {
    byDefault: 'that of the environment',
    bounds: 'directory',
    what: 'where the Rego policies are; `K8S_MONITOR_POLICIES_DIR` and `--policies-dir` go before it',
  },
  'rego.priority_policy': { bounds: 'file name', what: 'the policy of priorities' },
  'rego.environment_policy': { bounds: 'file name', what: 'the policy of environments' },
  'rego.labels_policy': { bounds: 'file name', what: 'the policy of labels' },
  log_level: { byDefault: '`info`', what: 'followed at once' },
};

/** The files beside it. */
export const SIBLING_FIELDS: Readonly<Record<string, Readonly<Record<string, FieldText>>>> = {
  'environments.yaml': {
    cluster: {
      what: 'the environment of nodes and other cluster-wide objects; without it the most careful one that a namespace has',
    },
    namespaces: { bounds: 'glob: environment', what: 'the first that matches, in the order of the file' },
  },
  'retry.yaml': {
    max_attempts: { what: 'tries of one read of the API server, the first included' },
    initial_backoff: {
      byDefault: '`100ms`',
      bounds: '0–`5s`',
      what: 'the first wait is a random part of this; each next one of twice as much',
    },
    max_backoff: { byDefault: '`5s`', bounds: '`initial_backoff`–`30s`', what: 'no wait is longer' },
  },
  'flags.json': {
    model_calls: { what: '`false`: no request leaves to a model, from the next attempt on; checks alone' },
    notifications: { what: '`false`: nothing leaves to Slack; everything is recorded and told when it is on again' },
    signals: { what: '`false`: webhooks are refused' },
    patrols: { what: '`false`: only scheduled cycles look; what is mended is noticed by them' },
  },
  'storm.yaml': {
    rate_threshold: { what: 'more signals of one alert within a minute are a storm' },
    pattern_threshold: { what: 'more objects with one alert within two minutes are a storm' },
    buffer_threshold: { what: 'so many are gathered before one incident is opened for all' },
    inactivity_timeout: {
      byDefault: '`60s`',
      bounds: '`1s`–`max_window_duration`',
      what: 'a storm ends after so much silence',
    },
    max_window_duration: { byDefault: '`5m`', bounds: '`1s`–`1h`', what: 'a storm ends after so long in any case' },
    sampling_threshold: { bounds: 'above 0, at most 1', what: 'fill of the buffer from which signals are sampled' },
    sampling_rate: { bounds: 'above 0, at most 1', what: 'the part that is then taken' },
  },
  'dedup.yaml': {
    ttl: { byDefault: '`5m`', bounds: '`10s`–`24h`', what: 'a signal that comes again within this is the same one' },
  },
  'rate_limits.yaml': {
    requests_per_minute: { what: 'of each webhook' },
  },
};
