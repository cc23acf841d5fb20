/** What the operator's settings and environment say about definitions; asked for anew at every pin, because settings change while we run. */
export interface DefinitionSettings {
  /** For `$NAME_MODEL` in `model` only. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Tools that are configured and switched on. */
  readonly tools: readonly string[];
  /** Names or `k8s_*` patterns; `undefined` is no bound. */
  readonly toolCeiling: readonly string[] | undefined;
  /** `haiku` → model id. */
  readonly modelAliases: Readonly<Record<string, string>>;
  /** Aliases or ids; `undefined` is no bound. */
  readonly modelAllowList: readonly string[] | undefined;
  /** `llm.model`, alias or id: what stands in for a model outside the allow-list. */
  readonly defaultModel: string;
  /** IANA zone of windows and dates that name none. */
  readonly zone: string;
  /** Of the policies that the same cycle uses: a part of the revision. */
  readonly policyHash?: string | undefined;
}
